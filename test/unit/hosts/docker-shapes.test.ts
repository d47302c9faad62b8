import { describe, expect, it } from 'vitest';
import { detailsOf, summaryOf } from '../../../src/lib/hosts/container-shapes.js';
import { eventOf, infoOf, parseTime } from '../../../src/lib/hosts/docker-shapes.js';
import { parseSocketTables } from '../../../src/lib/hosts/ports.js';

describe('parseTime', () => {
  it('keeps the precision of the engine and knows its "never"', () => {
    expect(parseTime('2026-01-02T03:04:05.123456789Z')).toBeCloseTo(
      Date.UTC(2026, 0, 2, 3, 4, 5) + 123.456789,
      3,
    );
    expect(parseTime('2026-01-02T03:04:05Z')).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
    expect(parseTime('2026-01-02T05:04:05.5+02:00')).toBe(Date.UTC(2026, 0, 2, 3, 4, 5, 500));
    for (const never of [
      '+275760-09-13T00:00:00Z',
      '-271821-04-20T00:00:00Z',
      '0001-01-01T00:00:00Z',
      '',
      undefined,
      'soon',
    ])
      expect(parseTime(never)).toBeUndefined();
  });
});

describe('summaryOf', () => {
  it('leaves out names that links gave, and ports that are not published', () => {
    const summary = summaryOf({
      Id: 'c1',
      Names: ['/web', '/other/alias'],
      Ports: [{ PrivatePort: 80, Type: 'tcp' }],
      Labels: null,
    } as never);
    expect(summary).toMatchObject({ names: ['web'], ports: [{ privatePort: 80, type: 'tcp' }], labels: {} });
  });
});

describe('detailsOf', () => {
  const base = {
    Id: 'c1',
    Name: '/web',
    Created: '2026-01-02T03:04:05.5Z',
    Image: 'sha256:1',
    Config: { Image: 'web:1', Env: null, Cmd: null, Labels: null },
    HostConfig: { RestartPolicy: { Name: '' } },
    State: {
      Status: 'running',
      Running: true,
      ExitCode: 0,
      StartedAt: '2026-01-02T03:04:06Z',
      FinishedAt: '2026-01-01T00:00:00Z',
    },
    NetworkSettings: {
      Ports: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }], '90/udp': null },
      Networks: { bridge: { IPAddress: '172.17.0.2', GlobalIPv6Address: '' } },
    },
  };

  it('fills in what the engine leaves out', () => {
    expect(detailsOf(base as never)).toMatchObject({
      name: 'web',
      env: [],
      labels: {},
      command: undefined,
      entrypoint: undefined,
      hostConfig: { memory: 0, networkMode: 'default', restartPolicy: 'no' },
      networks: { bridge: { ipAddress: '172.17.0.2' } },
      ports: [
        { privatePort: 80, publicPort: 8080, ip: '0.0.0.0', type: 'tcp' },
        { privatePort: 90, type: 'udp' },
      ],
    });
  });

  it('has no end of a container that runs again', () => {
    expect(detailsOf(base as never).state.finishedAt).toBeUndefined();
    const stopped = { ...base, State: { ...base.State, Running: false, Status: 'exited' } };
    expect(detailsOf(stopped as never).state.finishedAt).toBe(Date.UTC(2026, 0, 1));
  });
});

describe('infoOf', () => {
  it("measures the engine's clock against the middle of the request", () => {
    const info = infoOf({ SystemTime: '1970-01-01T00:00:11.000Z' }, '1.41', 1000, 3000);
    expect(info.clockOffset).toBe(9000);
    expect(infoOf({}, '1.41', 0, 0)).toMatchObject({ clockOffset: 0, logDrivers: [], cpus: 0 });
  });
});

it('eventOf takes the finer of the two times', () => {
  expect(eventOf({ Type: 'container', Action: 'die', time: 5, timeNano: 5_123_456_789 }).time).toBeCloseTo(
    5123.456789,
    3,
  );
  expect(eventOf({ time: 5 })).toEqual({ type: '', action: '', id: '', attributes: {}, time: 5000 });
});

describe('parseSocketTables', () => {
  const tcp =
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
  const udp =
    '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops';

  it('finds listeners of both families, once each', () => {
    const text = [
      tcp,
      '   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0',
      '   1: 0100007F:1F90 0100007F:A000 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 20 4 30 10 -1',
      tcp,
      '   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000',
      '   1: 00000000000000000000000000000000:C000 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000',
      udp,
      '  12: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 3 2 0 0',
      '  13: 0100007F:0035 0100007F:0045 01 00000000:00000000 00:00000000 00000000     0        0 4 2 0 0',
      udp,
      '',
    ].join('\n');
    expect(parseSocketTables(text)).toEqual({ tcp: [22, 49152], udp: [68] });
  });

  it('finds nothing in nothing', () => {
    expect(parseSocketTables('')).toEqual({ tcp: [], udp: [] });
  });
});

import { describe, expect, it } from 'vitest';
import { asNeighbours, examineHost, examineMachine } from '../../../../src/lib/engine/doctor/examine.js';
import { HostError } from '../../../../src/lib/hosts/host-error.js';
import { engineInfo } from '../../../fakes/fake-docker-host.js';
import { soundSight } from '../../../fakes/fake-hosts.js';
import { soundFacts } from '../../../fakes/fake-machine.js';
import { factsOf, instance, outOfReach, problems, withInfo, withSurvey } from './facts.js';

it('finds nothing wrong with a sound host', () => {
  const checks = examineHost(factsOf());
  expect(checks.filter(({ status }) => status !== 'ok')).toEqual([]);
  expect(checks.map(({ check }) => check)).toEqual([
    ...['connection', 'host-key', 'keys', 'forwarding', 'sshd', 'socket', 'engine', 'storage', 'logs'],
    ...['disk', 'clock', 'memory', 'swap', 'cpu', 'marker', 'architecture', 'firewall'],
  ]);
});

it('asks nothing of SSH about the engine of this machine', () => {
  const path = '/var/run/docker.sock';
  const local = factsOf({
    address: { scheme: 'unix', path },
    sight: soundSight(path, 'unix'),
    hostKey: undefined,
  });
  const names = examineHost(local).map(({ check }) => check);
  expect(names).toContain('connection');
  for (const name of ['host-key', 'keys', 'forwarding', 'sshd']) expect(names).not.toContain(name);
});

describe('a host out of reach', () => {
  it.each([
    ['unreachable', 'connection'],
    ['lost', 'connection'],
    ['auth', 'keys'],
    ['host-key-unknown', 'host-key'],
    ['host-key-changed', 'host-key'],
  ] as const)('%s is told as its %s, once', (kind, check) => {
    const [first, ...others] = problems(outOfReach(kind));
    expect(first).toEqual({ check, status: 'failed', detail: 'it is gone', remedy: 'do something' });
    expect(others).toEqual([]);
  });
});

describe('an engine that does not answer', () => {
  const behind = (kind: 'socket-denied' | 'no-docker' | 'timeout', message: string) =>
    factsOf({
      error: new HostError('web1', kind, `web1: ${message}`, 'start it'),
      info: undefined,
      markers: undefined,
      sight: { ...soundSight('web1'), way: undefined },
    });

  it('because its socket is denied is mended with a command', () => {
    const [forwarding, socket] = problems(behind('socket-denied', 'deploy@web1 may not use it'));
    expect(forwarding).toMatchObject({ check: 'forwarding', status: 'unknown' });
    expect(socket).toEqual({
      check: 'socket',
      status: 'failed',
      detail: 'deploy@web1 may not use it',
      command: 'ssh -t web1 sudo usermod -aG docker deploy',
    });
  });

  it.each([
    ['no-docker', { remedy: 'start it', command: 'ssh -t web1 sudo systemctl start docker' }],
    ['timeout', { command: 'ssh -t web1 systemctl status docker' }],
  ] as const)('because of %s is the engine’s failure', (kind, mend) => {
    const [forwarding, engine, ...others] = problems(behind(kind, 'nothing listens'));
    expect(forwarding).toMatchObject({ check: 'forwarding', status: 'unknown' });
    expect(engine).toEqual({ check: 'engine', status: 'failed', detail: 'nothing listens', ...mend });
    expect(others).toEqual([]);
  });
});

describe.each([
  [
    'no forwarding',
    factsOf({ sight: { ...soundSight('web1'), way: 'program' } }),
    'forwarding',
    'warning',
    /not for this key/,
  ],
  [
    'few sessions',
    withSurvey({ sshd: { maxSessions: 1, maxStartups: 10, maxAuthTries: 6, forwardsSockets: true } }),
    'sshd',
    'warning',
    /MaxSessions 1,.*2 programs/,
  ],
  [
    'few connections',
    withSurvey({ sshd: { maxSessions: 10, maxStartups: 4, maxAuthTries: 6, forwardsSockets: true } }),
    'sshd',
    'warning',
    /MaxStartups 4/,
  ],
  ['a secret sshd_config', withSurvey({ sshd: undefined }), 'sshd', 'unknown', /only root/],
  ['Windows containers', withInfo({ osType: 'windows' }), 'engine', 'failed', /only Linux/],
  ['vfs', withInfo({ storageDriver: 'vfs' }), 'storage', 'warning', /full copy/],
  ['aufs', withInfo({ storageDriver: 'aufs' }), 'storage', 'warning', /given this driver up/],
  [
    'no d_type',
    withInfo({ driverStatus: { 'Supports d_type': 'false' } }),
    'storage',
    'failed',
    /without d_type/,
  ],
  [
    'endless logs',
    withSurvey({ engine: { logOptions: {}, iptables: true } }),
    'logs',
    'warning',
    /without max-size/,
  ],
  ['a secret daemon.json', withSurvey({ engine: undefined }), 'logs', 'unknown', /can't be read/],
  [
    'an open API',
    withInfo({ warnings: ['WARNING: API is accessible on http://0.0.0.0:2375 without encryption.'] }),
    'engine-warnings',
    'failed',
    /2375/,
  ],
  [
    'no forwarding of packets',
    withInfo({ warnings: ['WARNING: IPv4 forwarding is disabled'] }),
    'engine-warnings',
    'failed',
    /reach nothing/,
  ],
  [
    'another warning',
    withInfo({ warnings: ['WARNING: the moon is full'] }),
    'engine-warnings',
    'warning',
    /^the moon/,
  ],
  [
    'a full disk',
    withSurvey({ disk: { freeBytes: 0, totalBytes: 2 ** 31, freeInodes: 1, totalInodes: 2 } }),
    'disk',
    'failed',
    /nothing can be started/,
  ],
  [
    'a disk that is nearly full',
    withSurvey({ disk: { freeBytes: 2 ** 29, totalBytes: 2 ** 31, freeInodes: 1, totalInodes: 2 } }),
    'disk',
    'warning',
    /only 512 MiB of 2.0 GiB/,
  ],
  [
    'few inodes',
    withSurvey({ disk: { freeBytes: 2 ** 36, totalBytes: 2 ** 37, freeInodes: 1, totalInodes: 100 } }),
    'disk',
    'warning',
    /1 of 100 inodes/,
  ],
  ['a clock that is slow', withInfo({ clockOffset: -5500 }), 'clock', 'warning', /5.5 s behind/],
  ['no memory limits', withInfo({ memoryLimit: false }), 'memory', 'failed', /one container can take/],
  ['no swap limits', withInfo({ swapLimit: false }), 'swap', 'warning', /doesn't limit swap/],
  ['no CPU limits', withInfo({ cpuCfsQuota: false }), 'cpu', 'warning', /CPU time/],
  ['no marker', factsOf({ markers: [] }), 'marker', 'failed', /marker is gone/],
  [
    'another marker',
    factsOf({ markers: [{ cluster: 'default', instanceId: 'f'.repeat(32), volume: 'longshore-marker' }] }),
    'marker',
    'failed',
    /another marker/,
  ],
  [
    'another host key',
    factsOf({ hostKey: 'SHA256:new' }),
    'host-key',
    'warning',
    /SHA256:new, and had SHA256:web1/,
  ],
  [
    'ufw',
    withSurvey({ firewall: 'ufw' }, { published: ['80/tcp', '443/tcp'] }),
    'firewall',
    'warning',
    /ufw .* 80\/tcp, 443\/tcp/,
  ],
] as const)('%s', (_, facts, check, status, detail) => {
  it(`is told as ${check}: ${status}`, () => {
    expect(problems(facts)).toMatchObject([{ check, status, detail: expect.stringMatching(detail) }]);
    const [{ remedy, command } = { remedy: undefined }] = problems(facts);
    if (status !== 'unknown') expect(remedy ?? command).toBeTruthy();
  });
});

describe('what is no problem', () => {
  it.each([
    ['rotation by the engine itself', withInfo({ loggingDriver: 'local' })],
    ['logs that go elsewhere', withInfo({ loggingDriver: 'journald' })],
    [
      'warnings that mean nothing here',
      withInfo({
        warnings: ['WARNING: No blkio throttle.read_bps_device support', 'WARNING: No swap limit support'],
      }),
    ],
    [
      'a firewall that Docker leaves alone',
      withSurvey({ firewall: 'firewalld', engine: { logOptions: { 'max-size': '1m' }, iptables: false } }),
    ],
    ['a host of no cluster', factsOf({ instance: undefined, markers: [] })],
    [
      'a shared host',
      factsOf({
        markers: [
          { cluster: 'other', instanceId: 'e'.repeat(32), volume: 'longshore-marker' },
          { cluster: 'default', instanceId: instance.id, volume: 'longshore-marker-default' },
        ],
      }),
    ],
    [
      'a big disk without a number of inodes',
      withSurvey({ disk: { freeBytes: 2 ** 36, totalBytes: 2 ** 37, freeInodes: 0, totalInodes: 0 } }),
    ],
  ])('%s', (_, facts) => expect(problems(facts)).toEqual([]));
});

describe('architectures', () => {
  const arm = withInfo({ architecture: 'aarch64' });
  const mixed = (facts: Parameters<typeof asNeighbours>[0]) =>
    asNeighbours(facts).flatMap((each) => problems(each).map(({ check, detail }) => `${check}: ${detail}`));

  it('that are mixed are told where they are the exception', () => {
    expect(mixed([factsOf(), factsOf(), arm])).toEqual([
      "architecture: arm64, while of the cluster's hosts 2 are x86_64: an image of one kind doesn't run on the other",
    ]);
    expect(mixed([factsOf(), arm])).toHaveLength(2);
    expect(mixed([arm, arm])).toEqual([]);
  });
});

describe('commands to mend', () => {
  const slow = { info: { ...engineInfo, clockOffset: 60_000 } };
  const command = (facts: Parameters<typeof problems>[0]) => problems(facts)[0]?.command;

  it('name the way that Longshore takes', () => {
    const address = {
      scheme: 'ssh',
      host: 'db',
      user: 'ops',
      port: 2222,
      identityFile: '~/.ssh/my key',
      proxyJump: 'bastion',
    } as const;
    expect(command(factsOf({ ...slow, address, sshConfigFile: '/etc/x' }))).toBe(
      "ssh -t -F /etc/x -p 2222 -i '~/.ssh/my key' -J bastion ops@db sudo timedatectl set-ntp true",
    );
  });

  it('need no sudo for root, and no ssh on this machine', () => {
    expect(command(withSurvey({ isRoot: true }, slow))).toBe('ssh -t web1 timedatectl set-ntp true');
    const local = { address: { scheme: 'unix', path: '/var/run/docker.sock' }, hostKey: undefined } as const;
    expect(command(factsOf({ ...slow, ...local }))).toBe('sudo timedatectl set-ntp true');
  });

  it('are one word for the local shell where they have more than words', () => {
    const facts = withSurvey({
      sshd: { maxSessions: 1, maxStartups: 10, maxAuthTries: 6, forwardsSockets: true },
    });
    expect(command(facts)).toBe(
      "ssh -t web1 'echo MaxSessions 2 | sudo tee /etc/ssh/sshd_config.d/00-MaxSessions.conf && sudo systemctl reload ssh || sudo systemctl reload sshd'",
    );
  });
});

describe('this machine', () => {
  const troubles = (more: object) =>
    examineMachine({ ...soundFacts, ...more })
      .filter(({ status }) => status !== 'ok')
      .map(({ check, status, detail }) => `${status} ${check}: ${detail}`);
  const state = (more: object) => ({ state: { ...soundFacts.state, ...more } });

  it('may be sound', () => expect(troubles({})).toEqual([]));

  it.each([
    [{ sshVersion: undefined }, /^warning ssh: there is no ssh program/],
    [{ agent: { socket: '/a', keys: 9 } }, /^warning keys: the agent has 9 keys/],
    [{ agent: { socket: '/a', keys: undefined } }, /^warning keys: the agent at \/a doesn't answer/],
    [{ keyFiles: [{ path: '/k', state: 'exposed' }] }, /^warning keys: \/k can be read by other users/],
    [
      { agent: { socket: undefined, keys: undefined }, keyFiles: [{ path: '/k', state: 'encrypted' }] },
      /^warning keys: \/k is encrypted/,
    ],
    [state({ folderMode: 0o40777 }), /^warning state: other users may write into/],
    [state({ freeBytes: 1e6 }), /^warning state: only 1 MiB/],
    [
      state({ fault: { message: 'the state is damaged', remedy: 'restore it' } }),
      /^failed state: the state is damaged/,
    ],
  ])('%j', (more, expected) => expect(troubles(more)).toEqual([expect.stringMatching(expected)]));

  it.each([
    [{ agent: { socket: undefined, keys: undefined }, accepted: ['/keys/deploy'] }],
    [
      {
        agent: { socket: undefined, keys: undefined },
        accepted: ['/a'],
        keyFiles: [{ path: '/k', state: 'encrypted' }],
      },
    ],
    [state({ folderMode: 0o41777 })],
  ])('%j is well', (more) => expect(troubles(more)).toEqual([]));
});

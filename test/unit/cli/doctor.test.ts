import { describe, expect, it } from 'vitest';
import Doctor from '../../../src/commands/doctor.js';
import type { DoctorCheck, DoctorHost, DoctorResponse } from '../../../src/lib/api/operation-types.js';
import { run } from './kit.js';

const ok: DoctorCheck = { check: 'disk', status: 'ok', detail: '48 GiB of 49 GiB are free' };
const slow: DoctorCheck = {
  check: 'clock',
  status: 'warning',
  detail: '7.2 s behind this machine’s, which is so much that what happened first can not be told any more',
  remedy: 'let it set its clock by the network’s, which needs a way out to a server of that kind',
  command: 'ssh -t web1 sudo timedatectl set-ntp true',
};
const gone: DoctorCheck = {
  check: 'connection',
  status: 'failed',
  detail: 'no route\u001b[2J',
  remedy: 'look',
};
const unseen: DoctorCheck = { check: 'sshd', status: 'unknown', detail: 'only root may read it' };

const host = (name: string, ...checks: DoctorCheck[]): DoctorHost => ({
  host: name,
  address: name,
  reached: !checks.includes(gone),
  checks,
});
const answer = (...hosts: DoctorHost[]): DoctorResponse => ({
  clusterName: 'default',
  machine: { checks: [ok] },
  hosts,
});
const doctor = (found: DoctorResponse, argv: string[] = [], options = {}) =>
  run(Doctor, argv, { Doctor: () => found }, { people: true, ...options });

describe('the exit code', () => {
  it.each([
    ['0 where all is well', [host('web1', ok)], 0],
    ['0 where there are warnings only', [host('web1', slow, unseen)], 0],
    ['1 where something has failed', [host('web1', { ...ok, status: 'failed' as const })], 1],
    [
      '3 where a host was not reached, whatever else',
      [host('web1', { ...ok, status: 'failed' as const }), host('web2', gone)],
      3,
    ],
    ['0 without hosts', [], 0],
  ])('is %s', async (_, hosts, code) => {
    expect((await doctor(answer(...hosts))).code).toBe(code);
    expect((await doctor(answer(...hosts), ['--json'])).code).toBe(code);
  });
});

describe('the report', () => {
  it('tells what is wrong, with its remedy in one piece', async () => {
    const { out } = await doctor(
      answer(host('web1', ok, slow, unseen), host('web2', ok), host('web3', gone)),
    );
    expect(out).toBe(
      [
        'web1  1 warning',
        '  warning  clock           7.2 s behind this machine’s, which is so much that',
        '                           what happened first can not be told any more',
        '                           let it set its clock by the network’s, which needs a',
        '                           way out to a server of that kind',
        '                           ssh -t web1 sudo timedatectl set-ntp true',
        '  unknown  sshd',
        '',
        'web2  ok',
        '',
        'web3  1 failed',
        '  failed   connection      no route [2J',
        '                           look',
        '',
        'this machine  ok',
        '',
        'Examined 3 hosts and this machine: 1 failed, 1 warning. --all shows what is',
        'well, too.',
        '',
      ].join('\n'),
    );
  });

  it('tells the same of several hosts once', async () => {
    const { out } = await doctor(answer(host('web1', slow), host('web2', ok, slow), host('web3', ok)));
    expect(out).toMatch(/^web1, web2 {2}1 warning\n/);
    expect(out.match(/behind/g)).toHaveLength(1);
  });

  it('says in words what is well with --all', async () => {
    const { out } = await doctor(answer(host('web1', ok, slow)), ['--all']);
    expect(out).toMatch(/ok {7}disk {12}48 GiB of 49 GiB are free\n/);
    expect(out).not.toContain('--all');
  });

  it('fits a narrow terminal but for commands', async () => {
    const { out } = await doctor(answer(host('web1', slow, unseen)), ['--all'], { width: 40 });
    const wide = out.split('\n').filter((line) => line.length > 40);
    expect(wide).toEqual(['    ssh -t web1 sudo timedatectl set-ntp true']);
  });

  it('is the answer as it is elsewhere', async () => {
    const found = answer(host('web1', slow));
    expect(JSON.parse((await doctor(found, [], { people: false })).out)).toEqual(found);
  });
});

it('understands --host as --hosts', async () => {
  const { calls } = await doctor(answer(), ['--host', 'web1', '--cluster', 'c', '--hosts', 'ops@web2']);
  expect(calls).toEqual([
    { operation: 'Doctor', input: { cluster: 'c', hosts: [{ host: 'web1' }, { host: 'ops@web2' }] } },
  ]);
});

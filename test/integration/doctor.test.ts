import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { DoctorCheck, DoctorResponse } from '../../src/lib/api/operation-types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import type { FaultName } from '../hosts/faults.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { User } from './longshore.js';

describeWithHosts('doctor', () => {
  let cluster: TestCluster;
  let user: User;

  beforeAll(async () => {
    cluster = await acquire({ count: 3 });
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', 'web1', 'web2');
  });
  afterEach(() => cluster.host('web1').mendAll());
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  const examine = async (...args: string[]) => {
    const { code, stdout } = await user.run(['doctor', ...args, '--output', 'json']);
    return { code, found: JSON.parse(stdout) as DoctorResponse };
  };
  const checkOf = ({ hosts }: DoctorResponse, name: string, check: string): DoctorCheck | undefined =>
    hosts.find((host) => host.host === name)?.checks.find((one) => one.check === check);
  const onDisk = (path: string, text: string) => {
    const file = join(cluster.host('web1').disk, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  };

  it('finds sound hosts sound, but for their logs', async () => {
    const { code, found } = await examine();
    expect(code).toBe(0);
    expect(found.hosts.map(({ host, reached }) => [host, reached])).toEqual([
      ['web1', true],
      ['web2', true],
    ]);
    const troubles = found.hosts.flatMap(({ checks }) => checks).filter(({ status }) => status !== 'ok');
    // The test machine's kernel may lack something, which is told then.
    const own = troubles.filter(({ check }) => !['swap', 'cpu', 'memory', 'engine-warnings'].includes(check));
    expect(own.map(({ check, status }) => `${check}: ${status}`)).toEqual(['logs: warning', 'logs: warning']);
    expect(checkOf(found, 'web1', 'sshd')?.detail).toBe('MaxSessions 10, MaxStartups 10, MaxAuthTries 6');
    expect(checkOf(found, 'web1', 'keys')?.detail).toContain(cluster.keyPath);
    expect(checkOf(found, 'web1', 'marker')?.detail).toMatch(/^[0-9a-f]{8} of the cluster default$/);
    expect(checkOf(found, 'web1', 'disk')?.detail).toMatch(/of 2\.0 GiB are free under \/var\/lib\/docker$/);
  });

  it('examines hosts that are in no cluster, through every kind of way', async () => {
    const socket = `unix://${cluster.host('web3').dockerSocket}`;
    const { code, found } = await examine('--hosts', 'web3', 'root@web3', socket, 'web1');
    expect(code).toBe(0);
    expect(found.hosts.map((host) => host.host)).toEqual(['web3', 'web3', 'localhost', 'web1']);
    expect(found.hosts.map((host) => host.containerInstanceArn !== undefined)).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(checkOf(found, 'web3', 'marker')?.detail).toBe('belongs to no cluster');
    // root needs no sudo.
    expect(found.hosts[1]?.checks.find(({ check }) => check === 'logs')?.command).toMatch(
      / systemctl restart docker$/,
    );
  });

  it.each<[FaultName, number, string, DoctorCheck['status'], RegExp]>([
    ['stream-local-forbidden', 0, 'forwarding', 'warning', /00-AllowStreamLocalForwarding.conf/],
    ['socket-denied', 1, 'socket', 'failed', /usermod -aG docker deploy$/],
    ['engine-stopped', 1, 'engine', 'failed', /systemctl start docker$/],
    ['docker-missing', 1, 'engine', 'failed', /systemctl start docker$/],
    ['engine-paused', 1, 'engine', 'failed', /systemctl status docker$/],
    ['disk-full', 1, 'disk', 'failed', /docker system prune$/],
    ['key-rejected', 3, 'keys', 'failed', /authorized_keys/],
    ['host-key-changed', 3, 'host-key', 'failed', /ssh-keygen/],
    ['sshd-stopped', 3, 'connection', 'failed', /sshd runs there/],
    ['network-cut', 3, 'connection', 'failed', /host is up/],
  ])('%s', async (fault, code, check, status, mended) => {
    await cluster.host('web1').inflict(fault);
    const outcome = await examine('--hosts', 'web1', 'web2', '--connect-timeout', '3');
    expect(outcome.code).toBe(code);
    const found = checkOf(outcome.found, 'web1', check);
    expect(found?.status).toBe(status);
    expect(found?.command ?? found?.remedy).toMatch(mended);
    expect(checkOf(outcome.found, 'web2', 'engine')?.status).toBe('ok');
  });

  it('sees what the host’s files say', async () => {
    onDisk('etc/ufw/ufw.conf', 'LOGLEVEL=low\nENABLED=yes');
    onDisk('etc/ssh/sshd_config.d/limits.conf', 'MaxSessions 1\n');
    const { code, found } = await examine('--hosts', 'web1');
    expect(code).toBe(0);
    expect(checkOf(found, 'web1', 'firewall')).toMatchObject({
      status: 'warning',
      detail: expect.stringMatching(/^ufw is active/),
      command: expect.stringContaining('DOCKER-USER -i eth0'),
    });
    expect(checkOf(found, 'web1', 'sshd')).toMatchObject({ status: 'warning' });
    onDisk('etc/ufw/ufw.conf', 'ENABLED=no\n');
    onDisk('etc/ssh/sshd_config.d/limits.conf', '');
  });

  it('tells of a host that was made anew, and of whose host another is', async () => {
    const marker = 'longshore-marker';
    await cluster.host('web1').docker('volume', 'rm', marker);
    const other = new User(cluster);
    await other.ok('create-cluster', '--cluster-name', 'other', '--hosts', 'web1');
    const { code, found } = await examine();
    expect(code).toBe(1);
    expect(checkOf(found, 'web1', 'marker')).toMatchObject({ status: 'failed' });
    const { stdout } = await other.run(['doctor', '--hosts', 'web2', '--output', 'json']);
    expect(checkOf(JSON.parse(stdout) as DoctorResponse, 'web2', 'marker')?.detail).toBe(
      'belongs to the cluster default',
    );
    other.remove();
  });

  it('runs although the state can’t be read, and says so', async () => {
    const path = user.write('broken.db', 'this is no state, and longer than a header of SQLite'.repeat(50));
    const { code, found } = await examine('--state', path, '--hosts', 'web2');
    expect(code).toBe(1);
    expect(found.machine.checks.find(({ check }) => check === 'state')).toMatchObject({ status: 'failed' });
    expect(found.hosts[0]).toMatchObject({ host: 'web2', reached: true });
  });

  it('shows people a report, and ends at Ctrl-C', async () => {
    const shown = await user.run(['doctor'], { terminal: 80 });
    expect(shown.stdout).toMatch(/web1[^]*this machine[^]*Examined 2 hosts and this machine/);
    await cluster.host('web1').inflict('network-blackhole');
    const command = user.start(['doctor', '--hosts', 'web1']);
    setTimeout(() => command.signal('SIGINT'), 1500);
    const { code, ms } = await command.outcome;
    expect(code).toBe(130);
    expect(ms).toBeLessThan(6000);
  });
});

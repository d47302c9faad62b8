import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ECSClient, ListClustersCommand } from '@aws-sdk/client-ecs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { waitUntil } from '../hosts/wait.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { type Command, User } from './longshore.js';
import { colleagueOf, endServer, socketOn, startServer } from './server-on-host.js';

/** Of this machine, below those that the system gives out. */
const PORT = 18_080;

describeWithHosts('the way to a server by SSH', () => {
  let cluster: TestCluster;
  let owner: User;
  let colleague: User;
  let server: Command;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    owner = new User(cluster, { env: { LONGSHORE_HEALTHY_AFTER: '1' } });
    server = await serve();
    colleague = colleagueOf(cluster);
  });
  const serve = () => startServer(owner, socketOn(cluster), ['--shutdown-timeout', '1']);
  afterEach(() => cluster.hosts.map((host) => host.mendAll()));
  afterAll(async () => {
    await endServer(server);
    owner?.remove();
    colleague?.remove();
    await cluster?.release();
  });

  it('says where no server is', async () => {
    const missing = await colleague.run(['list-clusters', '--endpoint', 'ssh://root@web1/nowhere.sock']);
    expect(missing).toMatchObject({ code: 3, stdout: '' });
    expect(missing.stderr).toContain('no longshore server answers at /nowhere.sock');
    const none = await colleague.run(['list-clusters', '--endpoint', 'ssh://root@web2']);
    expect(none.stderr).toContain('no longshore server listens there');
  });

  it('passes by a socket that a server has left behind', async () => {
    const web1 = cluster.host('web1');
    const left = '/root/.local/state/longshore';
    await web1.shell(
      `mkdir -p ${left} && perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1)' ${left}/longshore.sock`,
    );
    expect(statSync(join(web1.root, left, 'longshore.sock')).isSocket()).toBe(true);
    try {
      expect(await colleague.json<object>('list-clusters')).toHaveProperty('clusterArns');
    } finally {
      await web1.shell(`rm -r ${left}`);
    }
  });

  it('says where sshd does not forward to the server', async () => {
    const web2 = cluster.host('web2');
    await web2.inflict('stream-local-forbidden');
    // Listens from within the host, as a server of its own would.
    const listening = web2.shell(
      `perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Local => "/run/l.sock", Listen => 1); sleep 1 while -S "/run/l.sock"'`,
    );
    await waitUntil('a socket', 10_000, () => existsSync(join(web2.root, 'run/l.sock')));
    const { code, stderr } = await colleague.run([
      'list-clusters',
      '--endpoint',
      'ssh://root@web2/run/l.sock',
    ]);
    expect({ code, stderr }).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /its sshd does not forward to \/run\/l\.sock.*AllowStreamLocalForwarding yes/s,
      ) as string,
    });
    await web2.shell('rm /run/l.sock');
    await listening;
  });

  it('leads SDKs there by a port that ssh forwards, whatever their credentials', async () => {
    await colleague.ok('create-cluster');
    const words = ['-N', '-L', `${PORT}:/run/longshore/longshore.sock`, 'root@web1'];
    const ssh = spawn('ssh', ['-F', cluster.sshConfigPath, ...words], { stdio: 'ignore' });
    try {
      const client = new ECSClient({
        endpoint: `http://127.0.0.1:${PORT}`,
        region: 'eu-west-1',
        credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      });
      const arns = async () => (await client.send(new ListClustersCommand({}))).clusterArns;
      await expect
        .poll(() => arns().catch(() => undefined), { timeout: 10_000 })
        .toEqual(['arn:aws:ecs:eu-west-1:000000000000:cluster/default']);
    } finally {
      ssh.kill();
    }
  });

  it('is found again by who waits for a task, when the server has been started anew', async () => {
    await colleague.ok('create-cluster', '--hosts', 'web3');
    const lines = 'for i in 1 2 3 4 5 6 7 8; do echo line $i; sleep 1; done; exit 7';
    await register(colleague, 'slow', [container({ command: ['sh', '-c', lines] })]);
    const waiting = colleague.start(['run-task', '--task-definition', 'slow', '--wait', '--follow']);
    await waitUntil('a line', 20_000, () => waiting.printed.stdout.includes('line 2'));
    server.signal('SIGTERM');
    await server.outcome;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    server = await serve();
    const { code, stdout, stderr } = await waiting.outcome;
    expect(stdout.match(/^line \d$/gm)).toEqual(Array.from({ length: 8 }, (_, n) => `line ${n + 1}`));
    expect(stderr.match(/^note: the connection to root@web1 was lost; trying again$/gm)).toHaveLength(1);
    expect(code, stderr).toBe(7);
  });

  it('is found again by who waits for a deployment, which was rolled back meanwhile', async () => {
    const service = ['--cluster', 'rolled', '--service', 'web'];
    await colleague.ok('create-cluster', '--cluster-name', 'rolled', '--hosts', 'web2');
    const command = ['sh', '-c', 'test -z "$BROKEN" || exit 3; trap exit TERM; while :; do sleep 1; done'];
    await register(colleague, 'breakable', [container({ command })]);
    await colleague.ok(
      ...['create-service', '--cluster', 'rolled', '--service-name', 'web', '--task-definition', 'breakable'],
      ...['--desired-count', '1', '--deployment-configuration'],
      'deploymentCircuitBreaker={enable=true,rollback=true}',
    );
    const deploying = colleague.start(['deploy', ...service, '--env', 'BROKEN=1']);
    await waitUntil('a task of it', 20_000, () => /has started 1 tasks/.test(deploying.printed.stderr));
    server.signal('SIGKILL');
    await server.outcome;
    await owner.run(['wait', 'services-stable', '--cluster', 'rolled', '--services', 'web']);
    server = await serve();
    const { code, stderr } = await deploying.outcome;
    expect(stderr).toMatch(/web: the deployment failed and was rolled back to breakable:1$/m);
    expect(code, stderr).toBe(1);
  });
});

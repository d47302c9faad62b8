import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunTaskResponse } from '../../src/lib/api/types.js';
import { ensurePrograms } from '../hosts/packages.js';
import { environment } from '../hosts/run.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { waitUntil } from '../hosts/wait.js';
import { AwsClients, type ServedClients, serveForClients } from './aws-clients.js';
import { container, register } from './definitions.js';
import { idOf } from './longshore.js';

// As docs/server.md has it, with a certificate authority of Caddy's own.
describeWithHosts('a server behind Caddy', () => {
  let served: ServedClients;
  let caddy: ChildProcess;
  let url: string;
  let root: string;
  let env: Record<string, string | undefined>;

  beforeAll(async () => {
    await ensurePrograms({ caddy: 'caddy' });
    served = await serveForClients();
    const { user } = served;
    const port = await freePort();
    url = `https://localhost:${port}`;
    const home = join(user.dir, 'caddy');
    mkdirSync(home);
    root = join(home, 'caddy/pki/authorities/local/root.crt');
    const file = user.write(
      'Caddyfile',
      `{
        admin off
        skip_install_trust
        auto_https disable_redirects
      }
      ${url} {
        tls internal
        reverse_proxy ${served.url.replace('http://', '')}
      }`,
    );
    caddy = spawn('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], {
      env: { ...environment(), HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home },
      stdio: 'ignore',
    });
    await waitUntil('an authority of its own', 20_000, () => existsSync(root));
    const { key } = served;
    env = {
      LONGSHORE_STATE: undefined,
      LONGSHORE_ENDPOINT: url,
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    };
  }, 900_000);
  afterAll(async () => {
    caddy?.kill();
    await served?.end();
  });

  const longshore = (verb: string, ...words: string[]) =>
    served.user.run([verb, '--ca-bundle', root, ...words], { env, timeoutMs: 120_000 });

  it('answers the AWS CLI by HTTPS: what was signed is what arrives', async () => {
    const behind = new AwsClients(served.user, url, served.key, { AWS_CA_BUNDLE: root });
    await waitUntil('a certificate', 20_000, async () => (await behind.aws('list-clusters')).code === 0);
    expect(await behind.json('create-cluster')).toMatchObject({ cluster: { clusterName: 'default' } });
    const { code, stderr } = await behind.aws('describe-tasks', '--tasks', 'x', '--cluster', 'no-such');
    expect({ code, stderr }).toMatchObject({ code: 254 });
    expect(stderr).toContain('Cluster not found.');
  });

  it('passes sessions on: progress, logs and commands in containers', async () => {
    await served.user.ok('create-cluster', '--hosts', 'web1', 'web2');
    await register(served.user, 'teller', [container({ command: ['sh', '-c', 'echo told; sleep 600'] })]);
    const ran = await longshore('run-task', '--task-definition', 'teller');
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    const task = idOf((JSON.parse(ran.stdout) as RunTaskResponse).tasks?.[0]?.taskArn);
    expect(await longshore('logs', '--task', task)).toMatchObject({ code: 0, stdout: 'told\n' });
    const command = await longshore('execute-command', '--task', task, '--', 'sh', '-c', 'echo in; exit 7');
    expect(command).toMatchObject({ code: 7, stdout: 'in\n' });
    expect((await longshore('stop-task', '--task', task)).code).toBe(0);
  });
});

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

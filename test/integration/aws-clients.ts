import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { acquire } from '../hosts/acquire.js';
import { ensureDebianPackages } from '../hosts/packages.js';
import { run } from '../hosts/run.js';
import { patience, waitUntil } from '../hosts/wait.js';
import { type Command, User } from './longshore.js';

/** Debian's own clients of AWS, which have no idea of Longshore. */
const PYTHON = '/usr/bin/python3';
const AWS = '/usr/bin/aws';
const REGION = 'eu-west-1';

/** As the region of the requests' signatures makes it. */
export const arn = (what: string): string => `arn:aws:ecs:${REGION}:000000000000:${what}`;

/** Installs Debian's AWS CLI and boto3. Throws where they can't be had. */
async function ensureAwsClients(): Promise<void> {
  if (existsSync(AWS) && spawnSync(PYTHON, ['-c', 'import boto3']).status === 0) return;
  const verdict = await ensureDebianPackages(['awscli', 'python3-boto3']);
  if (!verdict.ok) throw new Error(`${verdict.reason}. ${verdict.remedy}`);
}

interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
}

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs others' clients against a server as a user whose home holds nothing. */
export class AwsClients {
  constructor(
    private readonly user: User,
    private readonly url: string,
    private readonly key: AccessKey,
    private readonly env: NodeJS.ProcessEnv = {},
  ) {}

  /** `aws ecs …` */
  aws(...words: string[]): Promise<Ended> {
    return this.program([AWS, 'ecs', ...words, '--endpoint-url', this.url]);
  }

  /** The answer of a line that must succeed. */
  async json<T>(...words: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.aws(...words);
    if (code !== 0) throw new Error(`aws ecs ${words.join(' ')}\nexit code ${code}\n${stderr}`);
    return JSON.parse(stdout) as T;
  }

  /** A folder's tests for Python's unittest. */
  unittest(folder: string, env: NodeJS.ProcessEnv): Promise<Ended> {
    return this.program([PYTHON, '-W', 'ignore', '-m', 'unittest', 'discover', '--start-directory', folder], {
      ...env,
      LONGSHORE_TEST_ENDPOINT: this.url,
      PYTHONDONTWRITEBYTECODE: '1',
    });
  }

  /** A program of Node.js that knows of the endpoint by the variable of all newer SDKs. */
  node(script: string, ...words: string[]): Promise<Ended> {
    return this.program([process.execPath, '--no-warnings', script, ...words], {
      AWS_ENDPOINT_URL_ECS: this.url,
    });
  }

  private async program(command: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const { code, stdout, stderr } = await run(command, {
      cwd: this.user.dir,
      env: {
        PATH: '/usr/bin:/bin',
        LC_ALL: 'C.UTF-8',
        HOME: join(this.user.dir, 'home'),
        AWS_ACCESS_KEY_ID: this.key.accessKeyId,
        AWS_SECRET_ACCESS_KEY: this.key.secretAccessKey,
        AWS_DEFAULT_REGION: REGION,
        AWS_REGION: REGION,
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_PAGER: '',
        ...this.env,
        ...env,
      },
      mayFail: true,
      timeoutMs: 400_000 * patience,
    });
    return { code, stdout, stderr };
  }
}

/** A server on TCP, and clients with keys of it. `end()` it. */
export interface ServedClients {
  user: User;
  server: Command;
  url: string;
  /** As `longshore.host` takes them. */
  hosts: string[];
  /** May do everything. */
  clients: AwsClients;
  reader: AwsClients;
  key: AccessKey;
  as(key: AccessKey): AwsClients;
  end(): Promise<void>;
}

export async function serveForClients(): Promise<ServedClients> {
  await ensureAwsClients();
  const cluster = await acquire({ name: 'product' });
  const user = new User(cluster, { env: { LONGSHORE_HEALTHY_AFTER: '1' } });
  const makeKey = async (scope: string) =>
    (await user.json<{ accessKey: AccessKey }>('create-access-key', '--scope', scope)).accessKey;
  const [key, readKey] = [await makeKey('admin'), await makeKey('read')];
  const server = user.start(['serve', '--socket', join(user.dir, 'run/l.sock'), '--listen', '127.0.0.1:0'], {
    timeoutMs: 1_200_000,
  });
  const url = () => /http:\/\/127\.0\.0\.1:\d+/.exec(server.printed.stderr)?.[0];
  await waitUntil('listening', 20_000, () => url() !== undefined);
  const as = (one: AccessKey) => new AwsClients(user, url() ?? '', one);
  return {
    user,
    server,
    url: url() ?? '',
    hosts: cluster.hosts.map(({ name }) => `ssh://${name}`),
    clients: as(key),
    reader: as(readKey),
    key,
    as,
    async end() {
      server.signal('SIGTERM');
      await server.outcome;
      user.remove();
      await cluster.release();
    },
  };
}

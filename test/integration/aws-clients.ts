import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDebianPackages } from '../hosts/packages.js';
import { run } from '../hosts/run.js';
import { patience } from '../hosts/wait.js';
import type { User } from './longshore.js';

/** Debian's own clients of AWS, which have no idea of Longshore. */
const PYTHON = '/usr/bin/python3';
const AWS = '/usr/bin/aws';

/** Installs Debian's AWS CLI and boto3. Throws where they can't be had. */
export async function ensureAwsClients(): Promise<void> {
  if (existsSync(AWS) && spawnSync(PYTHON, ['-c', 'import boto3']).status === 0) return;
  const verdict = await ensureDebianPackages(['awscli', 'python3-boto3']);
  if (!verdict.ok) throw new Error(`${verdict.reason}. ${verdict.remedy}`);
}

export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
}

export interface Ended {
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
    private readonly region = 'eu-west-1',
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
        AWS_DEFAULT_REGION: this.region,
        AWS_REGION: this.region,
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_PAGER: '',
        ...env,
      },
      mayFail: true,
      timeoutMs: 400_000 * patience,
    });
    return { code, stdout, stderr };
  }
}

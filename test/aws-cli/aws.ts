import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDebianPackages, type Verdict } from '../hosts/packages.js';
import { environment, run } from '../hosts/run.js';
import { type Answerer, openEndpoint, type Request } from './endpoint.js';

/** The AWS CLI of Debian 12, which all that is recorded here comes from. */
const VERSION = '2.9.19';
const ROOT = '/usr/lib/python3/dist-packages/awscli';
const AT_ONCE = 2;

/** One command line: the words after `aws ecs`. */
export interface AwsCommand {
  argv: readonly string[];
  answer?: Answerer;
}

export interface AwsRun {
  code: number;
  out: string;
  err: string;
  requests: Request[];
}

/** Whether the reference can be asked here, after installing its package if need be. */
export async function ensureAws(): Promise<Verdict> {
  if (!existsSync(ROOT)) {
    const verdict = await ensureDebianPackages(['awscli']);
    if (!verdict.ok) return verdict;
  }
  const found = /__version__ = '([^']+)'/.exec(readFileSync(join(ROOT, '__init__.py'), 'utf8'))?.[1];
  if (found === VERSION) return { ok: true };
  return {
    ok: false,
    reason: `the AWS CLI here is ${found}, the recordings are of ${VERSION}`,
    remedy: 'Use Debian 12.',
  };
}

/** ECS's model as that AWS CLI has it. */
export function awsModel(): AwsModel {
  const path = join(ROOT, 'botocore', 'data', 'ecs', '2014-11-13', 'service-2.json');
  return JSON.parse(readFileSync(path, 'utf8')) as AwsModel;
}

interface AwsModel {
  operations: Record<string, unknown>;
  shapes: Record<string, { members?: Record<string, unknown> }>;
}

/** Runs them against an endpoint on loopback, with made-up credentials and a home of their own. */
export async function runAws(commands: readonly AwsCommand[]): Promise<AwsRun[]> {
  const endpoint = await openEndpoint((id, request) => commands[id]?.answer?.(request));
  const home = makeHome();
  try {
    const ids = commands.map((_, id) => id);
    const parts = Array.from({ length: AT_ONCE }, (_, part) => ids.filter((id) => id % AT_ONCE === part));
    const runs: AwsRun[] = [];
    await Promise.all(
      parts.map(async (part) => {
        const lines = part.map((id) => lineOf(commands[id] as AwsCommand, endpoint.url(id)));
        const results = await runBatch(lines, home);
        for (const [i, id] of part.entries())
          runs[id] = { ...(results[i] as AwsRun), requests: endpoint.requests(id) };
      }),
    );
    return runs;
  } finally {
    await endpoint.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** With a stand-in for the plugin that execute-command looks for before it asks anything. */
function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'longshore-aws-'));
  mkdirSync(join(home, 'bin'));
  writeFileSync(join(home, 'bin', 'session-manager-plugin'), '#!/bin/sh\n', { mode: 0o755 });
  return home;
}

const lineOf = ({ argv }: AwsCommand, url: string): string[] => ['--endpoint-url', url, 'ecs', ...argv];

/** A line as users run it, in a process of its own. */
export async function runAwsProcess(argv: readonly string[]): Promise<Pick<AwsRun, 'code' | 'out'>> {
  const home = makeHome();
  try {
    const { code, stdout } = await run(['/usr/bin/aws', ...argv], {
      env: awsEnvironment(home),
      mayFail: true,
    });
    return { code, out: stdout };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function runBatch(lines: readonly string[][], home: string): Promise<Omit<AwsRun, 'requests'>[]> {
  const script = fileURLToPath(new URL('./aws-batch.py', import.meta.url));
  const { stdout } = await run(['/usr/bin/python3', script], {
    input: JSON.stringify(lines),
    cwd: home,
    env: awsEnvironment(home),
    timeoutMs: 300_000,
  });
  return JSON.parse(stdout) as Omit<AwsRun, 'requests'>[];
}

/** Nothing of the caller's settings, no account, no look for EC2's metadata. */
function awsEnvironment(home: string): NodeJS.ProcessEnv {
  return {
    PATH: `${join(home, 'bin')}:${environment().PATH}`,
    HOME: home,
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
    AWS_MAX_ATTEMPTS: '1',
  };
}

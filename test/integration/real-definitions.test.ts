import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EcsError } from '../../src/lib/api/errors.js';
import { parseTaskDefinition } from '../../src/lib/api/task-definition-document.js';
import { prepareTaskDefinition } from '../../src/lib/api/task-definition.js';
import type {
  ContainerDefinition,
  RegisterTaskDefinitionRequest,
  RegisterTaskDefinitionResponse,
  RunTaskResponse,
  StopTaskResponse,
} from '../../src/lib/api/types.js';
import { validateInput } from '../../src/lib/api/validate.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import type { TestHost } from '../hosts/host.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { User } from './longshore.js';
import { Turns } from './turns.js';

const folder = join(import.meta.dirname, '../fixtures/taskdefs');

/** Definitions that can't run here whatever is replaced, and why. */
const impossible: Record<string, string> = {
  'ecs-arm64_block3.json': 'the hosts are no ARM machines',
  'ecs-gpu_block3.json': 'the hosts have no GPUs',
};

/** Exit codes of commands that end by themselves; all other definitions run until they are stopped. */
const exits: Record<string, number> = {
  'ecs_cwet2_block1.json': 0,
  // The hosts know no names outside.
  'example_task_definitions_block6.json': 1,
  // The command is a program of the image's own.
  'ecs-dl1_block2.json': 127,
  'troubleshoot-task-iam-roles_block0.json': 127,
};

/** Programs that the images would have: they wait to be stopped. */
const programs = [
  '/opt/jboss/wildfly/bin/standalone.sh',
  '/usr/local/bin/Powershell',
  '/usr/local/bin/docker-entrypoint.sh',
  '/usr/local/bin/entrypoint.sh',
  '/usr/local/bin/httpd-foreground',
  '/usr/local/bin/powershell',
  '/usr/sbin/apache2',
];

const image = 'stand-in';
/** For definitions whose command is arguments of the image's own entry point. */
const imageWithEntryPoint = 'stand-in-entry';

/** Where a host's file system is the host's alone; in place of paths that belong to AWS's machines. */
const hostPath = '/run/real-definitions';

const accepted = await acceptedDefinitions();
const runnable = [...accepted].filter(([file]) => !(nameOf(file) in impossible));

describeWithHosts('real task definitions', () => {
  let cluster: TestCluster;
  let user: User;
  const turns = new Turns();

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new User(cluster);
    await Promise.all([
      ...cluster.hosts.map(prepare),
      user.ok('create-cluster', '--hosts', ...cluster.hosts.map(({ name }) => name)),
    ]);
  }, 60_000);
  afterAll(async () => {
    await user?.run(['delete-cluster', '--cluster', 'default', '--force', '--yes']);
    user?.remove();
    await cluster?.release();
  });

  it('of which forty run at least', () => {
    expect(runnable.length).toBeGreaterThanOrEqual(40);
  });

  it.concurrent.for(runnable)('%s', { timeout: 120_000 }, async ([file, given]) => {
    const definition = adapted(given);
    const taskDefinition = await register(user, file, definition);
    const env = secretsOf(given);
    // Definitions that want the same port, or a host of a kind of AWS's, have it one after the other.
    await turns.take(wantsAlone(definition), async () => {
      for (const type of instanceTypesOf(given))
        await user.ok('put-attributes', '--attributes', `name=ecs.instance-type,value=${type},targetId=web1`);
      const run = ['run-task', '--task-definition', taskDefinition];
      const exit = exits[nameOf(file)];
      if (exit !== undefined) {
        const ended = await user.run([...run, '--wait', '--timeout', '60'], { env });
        expect(ended, ended.stderr).toMatchObject({ code: exit });
        return;
      }
      const { stdout, stderr, code } = await user.run(run, { env });
      expect(code, stderr).toBe(0);
      const [task] = (JSON.parse(stdout) as RunTaskResponse).tasks ?? [];
      expect(task).toMatchObject({ lastStatus: 'RUNNING' });
      expect(task?.containers?.map(({ lastStatus }) => lastStatus)).toEqual(
        given.containerDefinitions?.map(() => 'RUNNING'),
      );
      // Had it ended by itself meanwhile, the answer would say so.
      const stopped = await user.json<StopTaskResponse>('stop-task', '--task', task?.taskArn ?? '');
      expect(stopped.task).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'UserInitiated' });
    });
  });
});

async function acceptedDefinitions(): Promise<Map<string, RegisterTaskDefinitionRequest>> {
  const found = new Map<string, RegisterTaskDefinitionRequest>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    try {
      const { input } = await parseTaskDefinition(readFileSync(join(folder, file)), file);
      const valid = await validateInput('RegisterTaskDefinition', input);
      prepareTaskDefinition(valid);
      found.set(file, valid);
    } catch (error) {
      if (!(error instanceof EcsError)) throw error;
    }
  }
  return found;
}

function nameOf(file: string): string {
  return file.split('__').at(-1) ?? file;
}

/** Makes the images that stand for all others, and the script that the video definitions find on their host. */
async function prepare(host: TestHost): Promise<void> {
  const script = [
    `printf '#!/bin/sh\\ntrap "exit 0" TERM INT\\nsleep 600 &\\nwait\\n' > /usr/local/bin/stand-in`,
    `printf '#!/bin/sh\\nexec /bin/sh "$@"\\n' > /bin/bash`,
    'chmod +x /usr/local/bin/stand-in /bin/bash',
    'mkdir -p /usr/sbin /opt/jboss/wildfly/bin /usr/local/apache2/htdocs',
    ...programs.map((path) => `ln -s /usr/local/bin/stand-in ${path}`),
    'cp /usr/local/bin/stand-in /host/ecs_ffmpeg_wrapper.sh',
  ];
  const name = 'stand-in-maker';
  await host.docker(
    'run',
    '--name',
    name,
    '-v',
    `${hostPath}:/host`,
    'busybox',
    'sh',
    '-ec',
    script.join('\n'),
  );
  const path = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  await host.docker('commit', '--change', path, '--change', 'CMD ["stand-in"]', name, image);
  await host.docker(
    'commit',
    '--change',
    path,
    '--change',
    'ENTRYPOINT ["stand-in"]',
    name,
    imageWithEntryPoint,
  );
  await host.docker('rm', name);
}

/** The definition with what the test hosts have: images, host paths, devices, and no more CPU than a small host's. */
function adapted(definition: RegisterTaskDefinitionRequest): RegisterTaskDefinitionRequest {
  const scale = Number(definition.cpu ?? 0) > 2048 ? 16 : 1;
  const cpu = definition.cpu && scale > 1 ? `${Number(definition.cpu) / scale}` : definition.cpu;
  return {
    ...definition,
    ...(cpu === undefined ? {} : { cpu }),
    volumes: definition.volumes?.map((volume) =>
      volume.host?.sourcePath ? { ...volume, host: { sourcePath: hostPath } } : volume,
    ),
    containerDefinitions: definition.containerDefinitions?.map((container) => ({
      ...container,
      image: container.command?.[0]?.startsWith('-') && !container.entryPoint ? imageWithEntryPoint : image,
      ...(container.cpu === undefined ? {} : { cpu: container.cpu / scale }),
      // As process 1, a shell doesn't hear SIGTERM.
      stopTimeout: 1,
      ...devicesOf(container),
    })),
  };
}

function devicesOf({ linuxParameters }: ContainerDefinition): Partial<ContainerDefinition> {
  const { devices } = linuxParameters ?? {};
  if (!devices?.length) return {};
  return {
    linuxParameters: {
      ...linuxParameters,
      devices: devices.map((device) => ({ ...device, hostPath: '/dev/null' })),
    },
  };
}

async function register(
  user: User,
  file: string,
  definition: RegisterTaskDefinitionRequest,
): Promise<string> {
  const path = user.write(file, definition);
  const { taskDefinition } = await user.json<RegisterTaskDefinitionResponse>(
    ...['register-task-definition', '--cli-input-json', `file://${path}`],
  );
  return `${taskDefinition?.family}:${taskDefinition?.revision}`;
}

/** A value for each secret, given by the environment. */
function secretsOf({ containerDefinitions }: RegisterTaskDefinitionRequest): Record<string, string> {
  const references = (containerDefinitions ?? []).flatMap(({ secrets = [] }) =>
    secrets.map(({ valueFrom = '' }) => valueFrom),
  );
  const names = references.map((reference) => reference.replace(/^.*:(secret:|parameter\/)/, ''));
  return Object.fromEntries(
    names.map((name) => [`LONGSHORE_SECRET_${name.replace(/\W/g, '_').toUpperCase()}`, 'a value']),
  );
}

function instanceTypesOf({ placementConstraints = [] }: RegisterTaskDefinitionRequest): string[] {
  return placementConstraints.flatMap(
    ({ expression = '' }) => /ecs\.instance-type == (\S+)/.exec(expression)?.[1] ?? [],
  );
}

/** Fixed host ports, and the attribute of web1, that others want, too. */
function wantsAlone(definition: RegisterTaskDefinitionRequest): string[] {
  const ports = (definition.containerDefinitions ?? []).flatMap(({ portMappings = [] }) =>
    portMappings.flatMap(({ hostPort }) =>
      hostPort && definition.networkMode !== 'awsvpc' ? `port ${hostPort}` : [],
    ),
  );
  return [...ports, ...(instanceTypesOf(definition).length > 0 ? ['instance type'] : [])];
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onlyReads } from '../../../src/lib/api/access.js';
import { operationNames, Operations } from '../../../src/lib/api/operations.js';
import { FakeHosts } from '../../fakes/fake-hosts.js';
import { definition, fakeHost, idOf, kit, type Kit } from '../engine/kit.js';

/** A cluster in memory with two hosts, a task that runs and one that has ended. */
export interface Scene {
  made: Kit;
  task: string;
  stopped: string;
  /** Id of an access key. */
  key: string;
  /** A file with an exported state. */
  state: string;
}

/** What verbs run on. `folder` takes the file with the state. */
export class Scenes {
  private readonly shared = new Map<string, Promise<Scene>>();

  constructor(private readonly folder: string) {}

  /** The same for all that only read; one for each of the others, or for each of its runs. */
  for(verb: string): Promise<Scene> {
    if (verbLines[verb]?.isOnce) return this.make();
    const sharers = readingVerbs.has(verb) ? 'reading' : verb;
    const made = this.shared.get(sharers) ?? this.make();
    this.shared.set(sharers, made);
    return made;
  }

  make(): Promise<Scene> {
    return scene(this.folder);
  }
}

const readingVerbs: ReadonlySet<string> = new Set(
  operationNames.filter(onlyReads).map((operation) => Operations[operation].command),
);

/** Always the same one, but for the time. */
async function scene(folder: string): Promise<Scene> {
  const made = kit({ hosts: new FakeHosts(['web1', 'web2', 'new1', 'new2'].map((name) => fakeHost(name))) });
  let ids = 0;
  made.ctx.settings.healthyAfter = 0;
  Object.assign(made.ctx, { random: () => 0.5, newId: () => idNumber(++ids) });
  const { engine } = made;
  for (const host of ['web1', 'web2'])
    await engine.call('RegisterContainerInstance', { cluster: 'default', host });
  await engine.call('CreateCluster', { clusterName: 'empty' });
  await engine.call('RegisterTaskDefinition', definition('web'));
  await engine.call('RegisterTaskDefinition', definition('once', { command: ['echo', 'done'] }));
  await engine.call('PutAccountSetting', { name: 'containerInsights', value: 'disabled' });
  await engine.call('PutSecret', { name: 'DB_URL', value: Buffer.from('postgres://db').toString('base64') });
  const running = await engine.call('RunTask', { taskDefinition: 'web' });
  const ended = await engine.call('RunTask', { taskDefinition: 'once' });
  await engine.call('CreateService', { serviceName: 'site', taskDefinition: 'web', desiredCount: 1 });
  await engine.call('WaitServices', { services: ['site'] });
  await engine.call('Reconcile', {});
  const { accessKey } = await engine.call('CreateAccessKey', { scope: 'read' });
  const { state } = await engine.call('ExportState', {});
  return {
    made,
    task: idOf(running.tasks?.[0]?.taskArn),
    stopped: idOf(ended.tasks?.[0]?.taskArn),
    key: accessKey.accessKeyId,
    get state() {
      const file = join(folder, 'state.json');
      writeFileSync(file, JSON.stringify(state));
      return file;
    },
  };
}

/** Ids differ in their first characters. */
const idNumber = (n: number): string =>
  [...n.toString(16).padStart(8, '0')].reverse().join('').padEnd(32, '0');

export interface VerbLine {
  argv: (scene: Scene) => string[];
  /** `text`: its answer is no JSON. */
  answers?: 'text';
  code?: number;
  /** Said again in the same scene it has another answer. */
  isOnce?: true;
}

const task = ({ task: id }: Scene) => ['--tasks', id];

/** A line of each verb that does something in a scene, by the verb. */
export const verbLines: Readonly<Record<string, VerbLine>> = {
  completion: { argv: () => ['bash'], answers: 'text' },
  'create-service': {
    argv: () => ['--service-name', 'api', '--task-definition', 'web', '--desired-count', '1', '--no-wait'],
    isOnce: true,
  },
  'delete-service': { argv: () => ['--service', 'site', '--force', '--no-wait'], isOnce: true },
  deploy: { argv: () => ['--service', 'site', '--image', 'busybox:2', '--no-wait'], isOnce: true },
  'describe-service-deployments': {
    argv: () => ['--service-deployment-arns', 'default/site/1234567890123456789'],
  },
  'describe-service-revisions': {
    argv: () => ['--service-revision-arns', 'default/site/1234567890123456789'],
  },
  'describe-services': { argv: () => ['--services', 'site'] },
  'create-access-key': { argv: () => ['--scope', 'run', '--description', 'ci'] },
  'delete-access-key': { argv: ({ key }) => ['--access-key-id', key], isOnce: true },
  'describe-capacity-providers': { argv: () => ['--capacity-providers', 'FARGATE', 'spare'] },
  'list-access-keys': { argv: () => [] },
  'list-services-by-namespace': { argv: () => ['--namespace', 'internal'], answers: 'text', code: 1 },
  serve: { argv: () => ['--listen', 'nowhere'], answers: 'text', code: 2 },
  endpoints: { argv: () => ['--service', 'site'] },
  'get-task-protection': { argv: () => ['--cluster', 'default'] },
  'list-service-deployments': { argv: () => ['--service', 'site'] },
  'list-services': { argv: () => [] },
  rebalance: { argv: () => ['--dry-run'] },
  'stop-service-deployment': {
    argv: () => ['--service-deployment-arn', 'default/site/1234567890123456789'],
    answers: 'text',
    code: 1,
  },
  top: { argv: () => [] },
  'update-service': { argv: () => ['--service', 'site', '--desired-count', '2', '--no-wait'], isOnce: true },
  'update-task-protection': {
    argv: ({ task: id }) => ['--cluster', 'default', '--tasks', id, '--protection-enabled'],
    code: 1,
  },
  'wait instance-drained': {
    argv: () => ['--container-instances', 'web1', 'web2', '--timeout', '0'],
    answers: 'text',
    code: 255,
  },
  'wait services-stable': { argv: () => ['--services', 'site'], answers: 'text' },
  'wait services-inactive': {
    argv: () => ['--services', 'gone'],
    answers: 'text',
    code: 255,
  },
  'create-cluster': { argv: () => ['--cluster-name', 'other', '--hosts', 'new1', 'new2'], isOnce: true },
  'delete-account-setting': { argv: () => ['--name', 'containerInsights'], isOnce: true },
  'delete-attributes': { argv: () => ['--attributes', 'name=rack,targetId=web1'], isOnce: true },
  'delete-cluster': { argv: () => ['--cluster', 'empty'], isOnce: true },
  'delete-task-definitions': { argv: () => ['--task-definitions', 'gone:1'], code: 1 },
  'deregister-container-instance': { argv: () => ['--container-instance', 'web1', '--force'], isOnce: true },
  'deregister-task-definition': { argv: () => ['--task-definition', 'once:1'], isOnce: true },
  'describe-clusters': { argv: () => ['--clusters', 'default', '--include', 'TAGS', 'STATISTICS'] },
  'describe-container-instances': { argv: () => ['--container-instances', 'web1', 'web2'] },
  'describe-task-definition': { argv: () => ['--task-definition', 'web'] },
  'describe-tasks': { argv: ({ task, stopped }) => ['--tasks', task, stopped] },
  doctor: { argv: () => ['--all'] },
  'execute-command': { argv: ({ task }) => ['--task', task, '--', 'echo', 'hello'], answers: 'text' },
  'install-controller': { argv: () => ['--cluster', 'default'], answers: 'text' },
  'list-account-settings': { argv: () => ['--effective-settings'] },
  'list-attributes': { argv: () => ['--target-type', 'container-instance'] },
  'list-clusters': { argv: () => [] },
  'list-container-instances': { argv: () => [] },
  'list-tags-for-resource': { argv: () => ['--resource-arn', 'cluster/default'] },
  'list-task-definition-families': { argv: () => [] },
  'list-task-definitions': { argv: () => [] },
  'list-tasks': { argv: () => [] },
  logs: { argv: (scene) => task(scene), answers: 'text' },
  'push-image': { argv: () => ['busybox:latest', '--from', 'web1'], isOnce: true },
  'put-account-setting': { argv: () => ['--name', 'containerInsights', '--value', 'disabled'] },
  'put-account-setting-default': { argv: () => ['--name', 'containerInsights', '--value', 'disabled'] },
  'delete-secret': { argv: () => ['--name', 'DB_URL'], isOnce: true },
  'list-secrets': { argv: () => [] },
  'put-cluster-capacity-providers': {
    argv: () => [
      ...['--cluster', 'default', '--capacity-providers', '[]'],
      ...['--default-capacity-provider-strategy', '[]'],
    ],
  },
  'put-secret': { argv: ({ state }) => ['--name', 'API_KEY', '--value-file', state] },
  prune: { argv: () => ['--images', '--yes'], isOnce: true },
  'put-attributes': { argv: () => ['--attributes', 'name=zone,value=a,targetId=web1'] },
  reconcile: { argv: () => [] },
  recover: { argv: () => ['--hosts', 'web1'], isOnce: true },
  'register-container-instance': { argv: () => ['--host', 'new1'], isOnce: true },
  'register-task-definition': {
    argv: () => ['--family', 'web', '--container-definitions', 'name=a,image=busybox,memory=10'],
    isOnce: true,
  },
  'run-task': { argv: () => ['--task-definition', 'web', '--count', '2'], isOnce: true },
  'start-task': { argv: () => ['--task-definition', 'web', '--container-instances', 'web2'], isOnce: true },
  'state export': { argv: () => [], answers: 'text' },
  'state import': { argv: ({ state }) => [state, '--replace'], isOnce: true },
  'state path': { argv: () => [], answers: 'text' },
  'stop-task': { argv: ({ task }) => ['--task', task], isOnce: true },
  'tag-resource': { argv: () => ['--resource-arn', 'cluster/default', '--tags', 'key=a,value=b'] },
  'untag-resource': { argv: () => ['--resource-arn', 'cluster/default', '--tag-keys', 'a'] },
  'update-cluster': { argv: () => ['--cluster', 'default'] },
  'update-cluster-settings': {
    argv: () => ['--cluster', 'default', '--settings', 'name=containerInsights,value=disabled'],
  },
  'update-container-agent': { argv: () => ['--container-instance', 'web1'], answers: 'text', code: 1 },
  'update-container-instances-state': {
    argv: () => ['--container-instances', 'web1', '--status', 'DRAINING'],
  },
  'wait tasks-running': { argv: task, answers: 'text' },
  'wait tasks-stopped': { argv: ({ stopped }) => ['--tasks', stopped], answers: 'text' },
};

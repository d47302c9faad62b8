import { beforeEach, describe, expect, it } from 'vitest';
import { dockerName } from '../../../src/lib/agent/names.js';
import { createPuller } from '../../../src/lib/agent/pull.js';
import { startTask, type StartOptions } from '../../../src/lib/agent/start.js';
import type { AgentEvent, StartOutcome, TaskSpec } from '../../../src/lib/agent/types.js';
import type { ContainerCondition, ContainerDefinition } from '../../../src/lib/api/types.js';
import { HostError } from '../../../src/lib/hosts/host-error.js';
import { FakeDockerHost } from '../../fakes/fake-docker-host.js';
import { taskSpec } from './task-spec.js';

let host: FakeDockerHost;
let events: AgentEvent[];

beforeEach(() => {
  host = new FakeDockerHost('web1', { images: ['busybox'], now: Date.now });
  events = [];
});

const on = (containerName: string, condition: ContainerCondition) => ({
  dependsOn: [{ containerName, condition }],
});
const setup = { name: 'setup', essential: false };

function start(spec: TaskSpec, options: Partial<StartOptions> = {}): Promise<StartOutcome> {
  return startTask(host, spec, {
    capacity: { cpu: 4096, memory: 4096, gpus: 0 },
    clock: Date.now,
    random: () => 0,
    puller: createPuller(Date.now),
    pull: { behavior: 'default', timeout: 60 },
    onEvent: (event) => events.push(event),
    ...options,
  });
}

const task = (...containers: Partial<ContainerDefinition>[]) => taskSpec({ containers });
const stateOf = (spec: TaskSpec, name: string) => host.find(dockerName(spec, name))?.status;
const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 1));
/** Resolves when the start waits for a condition. */
const waiting = () =>
  expect.poll(() => events.filter(({ type }) => type === 'waiting').length).toBeGreaterThan(0);

describe('containers with conditions', () => {
  it('are all created before the first is started, and wait for what they depend on alone', async () => {
    const spec = task({ name: 'web', ...on('db', 'HEALTHY') }, { name: 'db' }, { name: 'log' });
    const started = start(spec);
    await waiting();
    expect(['web', 'db', 'log'].map((name) => stateOf(spec, name))).toEqual([
      'created',
      'running',
      'running',
    ]);
    expect(events.at(-1)).toEqual({ type: 'waiting', for: [{ container: 'db', condition: 'HEALTHY' }] });
    host.setHealth(dockerName(spec, 'db'), 'starting');
    host.setHealth(dockerName(spec, 'db'), 'unhealthy');
    const sick = { type: 'waiting', for: [{ container: 'db', condition: 'HEALTHY', isUnhealthy: true }] };
    await expect.poll(() => events.at(-1)).toEqual(sick);
    host.setHealth(dockerName(spec, 'db'), 'healthy');
    const outcome = await started;
    expect(outcome).toMatchObject({ kind: 'started', never: [] });
    expect(stateOf(spec, 'web')).toBe('running');
    expect(outcome.kind === 'started' && outcome.containers).toMatchObject([
      { containerName: 'db', health: 'healthy', state: 'running' },
      { containerName: 'web', state: 'running' },
      { containerName: 'log', state: 'running' },
    ]);
  });

  it.each(['COMPLETE', 'SUCCESS'] as const)(
    'start when what they depend on has ended (%s)',
    async (condition) => {
      const spec = task({ name: 'web', ...on('setup', condition) }, setup);
      const started = start(spec);
      await waiting();
      host.exit(dockerName(spec, 'setup'), 0);
      const outcome = await started;
      expect(outcome.kind === 'started' && outcome.containers).toMatchObject([
        { containerName: 'setup', state: 'exited', exitCode: 0 },
        { containerName: 'web', state: 'running' },
      ]);
    },
  );

  it('need no event where the condition holds when it is first looked at', async () => {
    const outcome = await start(
      task({ name: 'web', ...on('setup', 'SUCCESS') }, { ...setup, command: ['true'] }),
    );
    expect(outcome).toMatchObject({ kind: 'started' });
    expect(events.filter(({ type }) => type === 'waiting')).toEqual([]);
    expect(host.calls.filter((call) => call === 'events')).toEqual([]);
  });

  it('wait without asking the engine again and again', async () => {
    const spec = task({ name: 'web', ...on('db', 'HEALTHY') }, { name: 'db' });
    const started = start(spec, { sleep: soon });
    await waiting();
    const calls = host.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(host.calls.slice(calls + 1)).toEqual([]);
    host.setHealth(dockerName(spec, 'db'), 'healthy');
    await started;
  });

  it('show what runs already while they wait', async () => {
    const seen: string[][] = [];
    const spec = task({ name: 'web', ...on('setup', 'COMPLETE') }, setup);
    const started = start(spec, {
      onWait: async (containers) => void seen.push(containers.map(({ state }) => state)),
    });
    await waiting();
    host.exit(dockerName(spec, 'setup'), 0);
    await started;
    expect(seen).toEqual([['running', 'created']]);
  });
});

describe('a condition that can’t come true', () => {
  const dependency = (of: string, target: string) =>
    `CannotStartContainerError: dependency graph: container ordering dependency [${of}] for target [${target}]`;

  it('stops a task whose essential container waits for it, and leaves what ran', async () => {
    const spec = task(
      { name: 'web', ...on('app', 'START') },
      { name: 'app', ...on('setup', 'SUCCESS') },
      { ...setup, command: ['sh', '-c', 'echo no; exit 3'] },
    );
    const reason = `${dependency('setup', 'app')} did not exit successfully (exit code 3)`;
    expect(await start(spec)).toMatchObject({
      kind: 'broken-off',
      why: { reason },
      never: [
        { container: 'app', reason, exitCode: 143 },
        { container: 'web', reason: `${dependency('app', 'web')} will never start`, exitCode: 143 },
      ],
    });
    expect(stateOf(spec, 'setup')).toBe('exited');
  });

  it('leaves out a container that isn’t essential', async () => {
    const spec = task(
      { name: 'web' },
      { name: 'report', essential: false, ...on('setup', 'SUCCESS') },
      { ...setup, command: ['false'] },
    );
    const outcome = await start(spec);
    const reason = `${dependency('setup', 'report')} did not exit successfully (exit code 1)`;
    expect(outcome).toMatchObject({ kind: 'started', never: [{ container: 'report', reason }] });
    expect(outcome.kind === 'started' && outcome.containers.map((one) => one.containerName)).toEqual([
      'web',
      'setup',
    ]);
    expect(stateOf(spec, 'report')).toBeUndefined();
    expect(events.at(-1)).toEqual({ type: 'container-left-out', container: 'report', reason });
  });

  it('is one whose startTimeout is over', async () => {
    const spec = task({ name: 'web', ...on('db', 'HEALTHY') }, { name: 'db', startTimeout: 1 });
    let late = 0;
    const sleep = async (milliseconds: number) => {
      await new Promise((resolve) => setImmediate(resolve));
      late += milliseconds;
    };
    expect(await start(spec, { clock: () => Date.now() + late, sleep })).toMatchObject({
      kind: 'broken-off',
      why: { reason: `${dependency('db', 'web')} has timed out: it was not healthy within its startTimeout` },
    });
    expect(stateOf(spec, 'db')).toBe('running');
  });
});

describe('a start that waits', () => {
  const pair = () =>
    task({ name: 'web', ...on('db', 'HEALTHY') }, { name: 'db' }, { name: 'side', essential: false });

  it('ends when an essential container does, and not with another one', async () => {
    const spec = pair();
    const started = start(spec);
    await waiting();
    host.exit(dockerName(spec, 'side'), 1);
    host.exit(dockerName(spec, 'db'), 0);
    expect(await started).toMatchObject({ kind: 'broken-off' });
  });

  it('ends when an essential container that nobody waits for does', async () => {
    const spec = task({ name: 'web', ...on('db', 'HEALTHY') }, { name: 'db' }, { name: 'app' });
    const started = start(spec);
    await waiting();
    host.exit(dockerName(spec, 'app'), 1);
    expect(await started).toMatchObject({ kind: 'broken-off', why: 'essential-exited', never: [] });
  });

  it('ends when its task is stopped', async () => {
    const spec = pair();
    let isWanted = true;
    const started = start(spec, { isWanted: async () => isWanted, sleep: soon });
    await waiting();
    isWanted = false;
    expect(await started).toMatchObject({ kind: 'broken-off', why: 'unwanted' });
    expect(stateOf(spec, 'db')).toBe('running');
  });

  it('ends when it is aborted, and leaves what runs to be stopped', async () => {
    const spec = pair();
    const abort = new AbortController();
    const started = start(spec, { signal: abort.signal });
    await waiting();
    abort.abort(new Error('interrupted'));
    await expect(started).rejects.toThrow('interrupted');
    expect(stateOf(spec, 'db')).toBe('running');
  });

  it('goes on when the connection drops and comes back', async () => {
    const spec = pair();
    host.failNext('events', new HostError('web1', 'lost', 'web1: lost', ''));
    const started = start(spec, { sleep: soon });
    await waiting();
    await expect.poll(() => host.calls.filter((call) => call === 'events').length).toBeGreaterThan(1);
    host.setHealth(dockerName(spec, 'db'), 'healthy');
    expect(await started).toMatchObject({ kind: 'started' });
  });

  it('throws where the host is lost', async () => {
    const spec = pair();
    const started = start(spec, { sleep: soon });
    await waiting();
    host.vanish();
    await expect(started).rejects.toMatchObject({ kind: 'lost' });
  });

  it('tries no other host when a port is taken after that', async () => {
    const spec = pair();
    const started = start(spec);
    await waiting();
    host.failNextStartWithPortInUse(8080);
    spec.bindings['web'] = [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }];
    host.setHealth(dockerName(spec, 'db'), 'healthy');
    expect(await started).toMatchObject({
      kind: 'broken-off',
      why: { reason: expect.stringMatching(/^CannotStartContainerError: .*port is already allocated/) },
    });
  });
});

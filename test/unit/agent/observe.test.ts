import { beforeEach, describe, expect, it } from 'vitest';
import { containerOptions } from '../../../src/lib/agent/container-options.js';
import { containerLabels } from '../../../src/lib/agent/labels.js';
import { dockerName } from '../../../src/lib/agent/names.js';
import { containerLogs, lastLines } from '../../../src/lib/agent/logs.js';
import { observeContainer, observeHost } from '../../../src/lib/agent/observe.js';
import { killTask, removeContainersOf, removeTask, stopTask } from '../../../src/lib/agent/stop.js';
import type { ObservedContainer, TaskSpec } from '../../../src/lib/agent/types.js';
import { waitForStop } from '../../../src/lib/agent/watch.js';
import { FakeDockerHost } from '../../fakes/fake-docker-host.js';
import { taskSpec, tcp } from './task-spec.js';

const offset = 60_000;
let time: number;
let host: FakeDockerHost;

beforeEach(() => {
  time = 1_700_000_000_000;
  host = new FakeDockerHost('web1', {
    images: ['busybox'],
    now: () => (time += 1000),
    info: { clockOffset: offset },
  });
});

describe('observeHost', () => {
  it('shows running containers with their ports, in the client’s time', async () => {
    const spec = taskSpec({ bindings: { main: [tcp(8080)] } });
    const [id] = await run(spec);
    expect(await observeHost(host)).toMatchObject([
      {
        taskId: spec.id,
        containerName: 'main',
        id,
        state: 'running',
        startedAt: host.find(id!)!.startedAt! - offset,
        networkBindings: [tcp(8080)],
        oomKilled: false,
        ipAddress: '172.17.0.2',
      },
    ]);
  });

  it('shows how containers ended', async () => {
    const [id] = await run(taskSpec({ containers: [{ command: ['sh', '-c', 'exit 3'] }] }));
    const [observed] = await observeHost(host);
    expect(observed).toMatchObject({ id, state: 'exited', exitCode: 3 });
    expect(observed?.finishedAt).toBeGreaterThan(observed?.startedAt ?? Infinity);
  });

  it('does not believe 255 where the engine’s start hides how a container ended', async () => {
    const [id] = await run(taskSpec());
    host.exit(id!, 255);
    const { finishedAt } = host.find(id!)!;
    expect(await observeContainer(host, id!)).toMatchObject({ exitCode: 255 });
    const startOf = (begun: number, ready: number) =>
      Object.assign(host, {
        engineStart: async () => ({ begun: finishedAt! + begun, ready: finishedAt! + ready }),
      });
    startOf(50_000, 60_000);
    expect(await observeContainer(host, id!)).toMatchObject({ exitCode: 255 });
    startOf(-2000, 60_000);
    expect(await observeContainer(host, id!)).toMatchObject({ exitCode: undefined, exitCodeUnknown: true });
  });

  it('asks how it had ended of what its engine has started again, where that is news', async () => {
    const [id] = await run(taskSpec());
    await host.updateContainer(id!, { RestartPolicy: { Name: 'unless-stopped' } });
    const known = { state: 'running', kept: true } as const;
    host.exit(id!, 3);
    host.exit(id!, 7);
    expect(await observeContainer(host, id!, known)).toMatchObject({ restartCount: 2, lastExitCode: 7 });
    expect(await observeContainer(host, id!, { ...known, restartCount: 2 })).not.toHaveProperty(
      'lastExitCode',
    );
    expect(await observeContainer(host, id!, { ...known, kept: false })).not.toHaveProperty('lastExitCode');
    host.forgetEvents();
    const { lastExitCode } = (await observeContainer(host, id!, known)) ?? {};
    expect(lastExitCode).toBeUndefined();
  });

  it('leaves out other clusters, and what is not ours', async () => {
    await run(taskSpec({ cluster: 'other' }));
    const mine = taskSpec();
    await run(mine);
    await host.createContainer('foreign', { Image: 'busybox' });
    expect((await observeHost(host, { cluster: 'default' })).map((c) => c.taskId)).toEqual([mine.id]);
    expect((await observeHost(host, { taskId: mine.id })).map((c) => c.taskId)).toEqual([mine.id]);
    expect(await observeHost(host)).toHaveLength(2);
  });

  it('leaves out what only looks like ours', async () => {
    for (const id of ['', 'x', '../../x', 'A'.repeat(32)])
      await host.createContainer(`odd-${id.length}`, {
        Image: 'busybox',
        Labels: { 'longshore.task-id': id, 'longshore.container': '__proto__' },
      });
    expect(await observeHost(host)).toEqual([]);
  });

  it('leaves alone what somebody runs from an image that was committed from a container of ours', async () => {
    const mine = taskSpec();
    const [id = ''] = await run(mine);
    const { labels = {} } = (await host.inspectContainer(id)) ?? {};
    const copy = await host.createContainer('copy', { Image: 'busybox', Labels: labels });
    expect((await observeHost(host)).map((c) => c.id)).toEqual([id]);
    await removeTask(host, mine.id);
    await removeContainersOf(host, 'default');
    expect(host.find('copy')?.id).toBe(copy);
  });

  it('costs one request where nothing is news', async () => {
    await run(taskSpec());
    const observed = await observeHost(host);
    const known = (id: string) => observed.find((one) => one.id === id);
    const before = host.calls.length;
    await observeHost(host, { known });
    expect(host.calls.slice(before).map((call) => call.split(' ')[0])).toEqual(['listContainers']);
  });

  it('inspects only what is news', async () => {
    await run(taskSpec());
    await run(taskSpec({ containers: [{ command: ['false'] }] }));
    const observed = await observeHost(host);
    const known = (id: string) => observed.find((one) => one.id === id);
    const inspections = () => host.calls.filter((call) => call.startsWith('inspectContainer')).length;
    expect(inspections()).toBe(2);
    expect(await observeHost(host, { known })).toEqual(observed);
    expect(inspections()).toBe(2);
    const running = observed.find(({ state }) => state === 'running')!;
    host.exit(running.id, 137, { oomKilled: true });
    const after = await observeHost(host, { known });
    expect(inspections()).toBe(3);
    expect(after.find(({ id }) => id === running.id)).toMatchObject({ exitCode: 137, oomKilled: true });
  });

  it('keeps the ports of what has ended', async () => {
    const [id] = await run(taskSpec({ bindings: { main: [tcp(8080)] } }));
    const [known] = await observeHost(host);
    host.exit(id!, 0);
    expect(await observeContainer(host, id!, known)).toMatchObject({ networkBindings: [tcp(8080)] });
  });

  it('shows containers that were never started', async () => {
    await create(taskSpec());
    expect(await observeHost(host)).toMatchObject([{ state: 'created', oomKilled: false }]);
    expect(host.calls.some((call) => call.startsWith('inspectContainer'))).toBe(false);
  });
});

describe('stopTask', () => {
  it('stops those that link to others first, and returns what they are then', async () => {
    const spec = taskSpec({ containers: [{ name: 'db' }, { name: 'web', links: ['db'] }, { name: 'log' }] });
    await run(spec);
    const stopped = await stopTask(host, await observeHost(host), spec.definition);
    expect(stopped.map(({ state, exitCode }) => [state, exitCode])).toEqual(Array(3).fill(['exited', 143]));
    const order = host.calls.filter((call) => call.startsWith('stop')).map(nameIn);
    expect(order[0]).toBe('web');
    expect(order.slice(1).sort()).toEqual(['db', 'log']);
  });

  it('gives each container its own time', async () => {
    const spec = taskSpec({
      containers: [{ name: 'quick', stopTimeout: 1 }, { name: 'plain' }, { name: 'slow', stopTimeout: 600 }],
    });
    await run(spec);
    const seconds: Record<string, number> = {};
    const stop = host.stopContainer.bind(host);
    host.stopContainer = (id, timeout) => {
      seconds[nameIn(` ${id}`)] = timeout;
      return stop(id, timeout);
    };
    await stopTask(host, await observeHost(host), spec.definition);
    expect(seconds).toEqual({ quick: 1, plain: 30, slow: 600 });
  });

  it('may be done again, also when some are gone', async () => {
    const spec = taskSpec({ containers: [{ name: 'a' }, { name: 'b' }] });
    const [id] = await run(spec);
    const observed = await observeHost(host);
    await host.removeContainer(id!, { force: true });
    for (let i = 0; i < 2; i++) {
      expect(await stopTask(host, observed, spec.definition)).toMatchObject([
        { containerName: 'b', exitCode: 143 },
      ]);
    }
  });

  it('leaves no doubt when killing', async () => {
    await run(taskSpec());
    expect(await killTask(host, await observeHost(host))).toMatchObject([{ state: 'exited', exitCode: 137 }]);
  });
});

describe('removeTask', () => {
  it('removes all containers of the task in any state, and nothing else', async () => {
    const spec = taskSpec({ containers: [{ name: 'a' }, { name: 'b', command: ['true'] }] });
    const other = taskSpec();
    await run(spec);
    const [created] = await create({ ...spec, definition: { ...spec.definition, revision: 4 } });
    const [kept] = await create(other);
    expect(await removeTask(host, spec.id)).toContain(created);
    expect([...host.containers.keys()]).toEqual([kept]);
    expect(await removeTask(host, spec.id)).toEqual([]);
  });

  it('does not mind another who removes the same', async () => {
    await run(taskSpec({ id: 'a'.repeat(32) }));
    host.failNext('removeContainer', 'removal of container x is already in progress', 409);
    await removeTask(host, 'a'.repeat(32));
  });
});

describe('waitForStop', () => {
  it('tells which ended first', async () => {
    await run(taskSpec({ containers: [{ name: 'a' }, { name: 'b' }] }));
    const observed = await observeHost(host);
    const waiting = waitForStop(host, observed);
    const b = observed.find(({ containerName }) => containerName === 'b')!;
    host.exit(b.id, 7);
    expect(await waiting).toEqual({ id: b.id, containerName: 'b', exitCode: 7 });
  });

  it('tells at once what has ended or is gone', async () => {
    const [id] = await run(taskSpec({ containers: [{ command: ['sh', '-c', 'exit 5'] }] }));
    expect(await waitForStop(host, [{ id: id!, containerName: 'main' }])).toMatchObject({ exitCode: 5 });
    expect(await waitForStop(host, [{ id: 'gone', containerName: 'x' }])).toMatchObject({
      exitCode: undefined,
    });
  });

  it('gives up when told to, and throws when the host is lost', async () => {
    const [id] = await run(taskSpec());
    const container = { id: id!, containerName: 'main' };
    const enough = new AbortController();
    const first = waitForStop(host, [container], enough.signal);
    enough.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    const second = waitForStop(host, [container]);
    host.vanish();
    await expect(second).rejects.toMatchObject({ kind: 'lost' });
  });
});

describe('logs', () => {
  it('give times of the client’s clock', async () => {
    const [id] = await run(taskSpec({ containers: [{ command: ['echo', 'hello'] }] }));
    const lines = [];
    for await (const line of containerLogs(host, id!)) lines.push(line);
    expect(lines).toMatchObject([
      { text: 'hello', stream: 'stdout', time: Date.parse(lines[0]!.timestamp) - offset },
    ]);
    const since = lines[0]!.time! + 1;
    for await (const line of containerLogs(host, id!, { since })) expect(line).toBeUndefined();
  });

  it('end with the last lines, as many as asked for and as fit', async () => {
    const [id] = await run(taskSpec());
    for (const text of ['one', 'two', 'drei', 'vier']) host.writeLog(id!, text);
    const texts = async (count: number, bytes: number) =>
      (await lastLines(host, id!, count, bytes)).map(({ text }) => text);
    expect(await texts(3, 1000)).toEqual(['two', 'drei', 'vier']);
    expect(await texts(3, 9)).toEqual(['drei', 'vier']);
    expect(await texts(3, 2)).toEqual(['vi']);
    host.writeLog(id!, 'größer');
    expect(await texts(3, 3)).toEqual(['gr']);
    expect(await texts(3, 4)).toEqual(['grö']);
  });

  it('are none where the engine can’t read them', async () => {
    expect(await lastLines(host, 'gone', 10, 1000)).toEqual([]);
    host.vanish();
    await expect(lastLines(host, 'gone', 10, 1000)).rejects.toMatchObject({ kind: 'lost' });
  });
});

async function create(spec: TaskSpec): Promise<string[]> {
  const ids = [];
  for (const [index, definition] of (spec.definition.containerDefinitions ?? []).entries()) {
    const labels = containerLabels(spec, definition.name ?? '', index === 0);
    const name = dockerName(spec, definition.name ?? '');
    ids.push(await host.createContainer(name, containerOptions(spec, definition, labels)));
  }
  return ids;
}

async function run(spec: TaskSpec): Promise<string[]> {
  const ids = await create(spec);
  for (const id of ids) await host.startContainer(id);
  return ids;
}

function nameIn(call: string): ObservedContainer['containerName'] {
  return host.find(call.split(' ')[1] ?? '')?.options.Labels?.['longshore.container'] ?? '';
}

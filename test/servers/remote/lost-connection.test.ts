import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { version } from '../../../package.json';
import { AccessKeys } from '../../../src/lib/engine/access-keys.js';
import type { EngineEvent } from '../../../src/lib/engine/events.js';
import { serveEngine } from '../../../src/lib/engine/serving/served-engine.js';
import { cluster, definition, hostOf, idOf, type Kit } from '../../unit/engine/kit.js';
import { served, type Served } from '../server/kit.js';
import { type Client, clientOf } from './kit.js';

let folder: string;
let socket: string;
let made: Kit;
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-lost-'));
  socket = join(folder, 's');
  made = await cluster(['web1', 'web2']);
  await made.engine.call('RegisterTaskDefinition', definition('web'));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

async function serving(more: Parameters<typeof served>[1] = {}): Promise<Served> {
  const engine = serveEngine(made.ctx, async () => undefined);
  const server = await served(
    engine,
    { socket, listen: [], patience: 0.1, version, ...more },
    new AccessKeys(made.ctx),
  );
  closers.push(() => server.end());
  return server;
}

function client(patience = { lost: 10_000, crowded: 10_000 }): Client {
  const opened = clientOf(`unix://${socket}`, { patience });
  closers.push(() => opened.engine.close());
  return opened;
}

const notes = (events: readonly EngineEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'note' ? [event.message] : []));

async function running({ engine }: Client): Promise<string> {
  const { tasks } = await engine.call('RunTask', { taskDefinition: 'web' });
  return idOf(tasks?.[0]?.taskArn);
}

describe('a server that is started anew', () => {
  it('is waited for by what only waits, and that is said once', async () => {
    const first = await serving();
    const one = client();
    const task = await running(one);
    const waiting = one.engine.call('WaitTasks', { tasks: [task] });
    const other = one.engine.call('WaitTasks', { tasks: [task], until: 'STOPPED' });
    await one.engine.call('ListClusters', {});
    await first.end();
    await sleep(300);
    await serving();
    await client().engine.call('StopTask', { task });
    expect((await waiting).tasks?.[0]?.lastStatus).toBe('STOPPED');
    expect((await other).tasks?.[0]?.lastStatus).toBe('STOPPED');
    expect(notes(one.events)).toEqual([`the connection to ${socket} was lost; trying again`]);
  });

  it('ends a wait when its time is up all the same', async () => {
    const first = await serving();
    const one = client();
    const task = await running(one);
    const waiting = one.engine.call('WaitTasks', { tasks: [task], timeout: 2 });
    await one.engine.call('ListClusters', {});
    await first.end();
    await serving();
    expect((await waiting).tasks?.[0]?.lastStatus).toBe('RUNNING');
  });

  it('tells how the deployment ended that was waited for, though it was rolled back meanwhile', async () => {
    made.ctx.settings.healthyAfter = 100;
    const deploymentConfiguration = { deploymentCircuitBreaker: { enable: true, rollback: true } };
    const web = { serviceName: 'web', taskDefinition: 'web', desiredCount: 1, deploymentConfiguration };
    await made.engine.call('CreateService', web);
    await made.engine.call('WaitServices', { services: ['web'] });
    const first = await serving();
    const one = client();
    const { service } = await one.engine.call('DeployService', { service: 'web', image: ['nosuch:1'] });
    const deployment = service?.deployments?.[0]?.id ?? '';
    for (const name of ['web1', 'web2']) hostOf(made, name).hang('pullImage');
    const input = { services: ['web'], deployments: [deployment], timeout: 30 };
    const waiting = one.engine.call('WaitServices', input);
    await one.engine.call('ListClusters', {});
    await first.end();
    for (const name of ['web1', 'web2']) hostOf(made, name).release();
    expect(await made.engine.call('WaitServices', input)).toMatchObject({
      outcomes: [{ state: 'ROLLED_BACK' }],
    });
    await serving();
    expect((await waiting).outcomes).toMatchObject([
      {
        state: 'ROLLED_BACK',
        failedTasks: [{ stoppedReason: expect.stringContaining('nosuch:1') as string }, {}, {}],
      },
    ]);
  });

  it('gives on with logs where they were, each line once', async () => {
    const command = ['sh', '-c', 'echo one; echo two; sleep 600'];
    await made.engine.call('RegisterTaskDefinition', definition('loud', { command }));
    const first = await serving();
    const one = client();
    const { tasks } = await one.engine.call('RunTask', { taskDefinition: 'loud' });
    const task = idOf(tasks?.[0]?.taskArn);
    const texts: string[] = [];
    const following = (async () => {
      for await (const { text } of one.engine.logs({ tasks: [task], follow: true })) texts.push(text);
    })();
    await expect.poll(() => texts).toEqual(['one', 'two']);
    await first.end();
    await serving();
    await client().engine.call('StopTask', { task });
    await following;
    expect(texts).toEqual(['one', 'two']);
    expect(notes(one.events)).toHaveLength(1);
  });
});

describe('a server that goes', () => {
  it('ends a wait after a while, and says that the tasks go on', async () => {
    const server = await serving();
    const { engine } = client({ lost: 300, crowded: 300 });
    const task = await running({ engine } as Client);
    const lost = expect(engine.call('WaitTasks', { tasks: [task] })).rejects.toMatchObject({
      name: 'EndpointError',
      message: expect.stringMatching(/was lost, and could not be made again: .*no such socket/) as string,
      remedy: expect.stringContaining('goes on') as string,
    });
    await engine.call('ListClusters', {});
    await server.end();
    await lost;
    await expect(engine.call('ListClusters', {})).rejects.toMatchObject({ name: 'EndpointError' });
  });

  it.each([
    ['RunTask', { taskDefinition: 'web' }],
    ['WaitServices', { services: ['web'], until: 'STEADY' }],
  ] as const)('leaves open what became of %s, which is not asked for again', async (operation, input) => {
    await made.engine.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 1 });
    const server = await serving();
    const { engine } = client();
    await engine.call('ListClusters', {});
    hostOf(made, 'web1').hang();
    hostOf(made, 'web2').hang();
    const asked = engine.call(operation, input as never);
    const lost = expect(asked).rejects.toMatchObject({
      name: 'EndpointError',
      message: `the connection to ${socket} was lost`,
      remedy: expect.stringMatching(/may have been done .* before you run it again$/) as string,
    });
    await sleep(100);
    await server.end();
    await lost;
  });

  it('leaves a wait that is aborted meanwhile at once', async () => {
    const server = await serving();
    const { engine } = client();
    const task = await running({ engine } as Client);
    const over = new AbortController();
    const waiting = engine.call('WaitTasks', { tasks: [task] }, { signal: over.signal });
    const lost = expect(waiting).rejects.toThrow('was lost');
    await engine.call('ListClusters', {});
    await server.end();
    await sleep(100);
    over.abort(new Error('enough'));
    await lost;
  });
});

describe('a server that has no room', () => {
  it('is asked again until it has, and that is said once', async () => {
    await serving({ limits: { sessions: 1 } });
    const first = client();
    await first.engine.call('ListClusters', {});
    const second = client();
    const asked = second.engine.call('ListClusters', {});
    await sleep(600);
    await first.engine.close();
    expect((await asked).clusterArns).toHaveLength(1);
    expect(notes(second.events)).toEqual([`${socket} has no room for now; trying again`]);
  });

  it('is left after a while', async () => {
    await serving({ limits: { sessions: 1 } });
    await client().engine.call('ListClusters', {});
    const { engine } = client({ lost: 10_000, crowded: 300 });
    await expect(engine.call('ListClusters', {})).rejects.toMatchObject({ code: 'ThrottlingException' });
  });
});

describe('the version of a server', () => {
  it.each([
    [version, 0],
    [version.replace(/\d+$/, '99'), 0],
    ['99.1.0', 1],
  ])('%s is told of %i times', async (theirs, times) => {
    await serving({ version: theirs });
    const { engine, events } = client();
    await engine.call('ListClusters', {});
    await engine.call('ListClusters', {});
    expect(notes(events).filter((note) => note.includes(theirs))).toHaveLength(times);
  });
});

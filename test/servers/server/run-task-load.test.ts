import { Agent } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { RunTaskResponse } from '../../../src/lib/api/types.js';
import { serveEngine } from '../../../src/lib/engine/serving/served-engine.js';
import { cluster, definition, hostOf, idOf, records } from '../../unit/engine/kit.js';
import { call, served } from './kit.js';

const CALLS = 1000;
const AT_ONCE = 200;
const HOSTS = ['a', 'b', 'c', 'd'];

describe('many run-task calls on many connections', () => {
  it('lose and duplicate no task, and a client token starts none twice', { timeout: 240_000 }, async () => {
    const made = await cluster(HOSTS, { memory: 1_000_000, cpus: 2000 });
    await made.engine.call('RegisterTaskDefinition', definition('web', { cpu: 1, memory: 6 }));
    const engine = serveEngine(made.ctx, async () => undefined);
    const server = await served(engine, { patience: 200, logLevel: 'error' });
    const [place = ''] = server.places;
    const answered: string[] = [];
    // Half of the calls are the second try of another.
    const tokens = Array.from({ length: CALLS }, (_, i) =>
      i < CALLS / 2 ? `t${i % (CALLS / 4)}` : undefined,
    );
    const caller = async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      while (tokens.length > 0) {
        const clientToken = tokens.pop();
        const input = JSON.stringify({ taskDefinition: 'web', clientToken });
        const { status, text } = await call(place, 'RunTask', input, { agent });
        expect(status).toBe(200);
        const { tasks = [], failures = [] } = JSON.parse(text) as RunTaskResponse;
        expect(tasks.length + failures.length).toBe(1);
        answered.push(...tasks.map(({ taskArn }) => idOf(taskArn)));
      }
      agent.destroy();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, caller));
    expect(answered).toHaveLength(CALLS);
    const ids = new Set(answered);
    expect(ids.size).toBe(CALLS / 2 + CALLS / 4);
    await server.end();
    const all = await records(made.store);
    expect(new Set(all.map(({ id }) => id))).toEqual(ids);
    const ended = all.filter(({ lastStatus }) => lastStatus !== 'RUNNING');
    expect(
      ended.map(({ lastStatus, stopCode, stoppedReason }) => ({ lastStatus, stopCode, stoppedReason })),
    ).toEqual([]);
    const running = (
      await Promise.all(HOSTS.map((name) => hostOf(made, name).listContainers({ all: true })))
    ).flat();
    expect(running).toHaveLength(ids.size);
  });
});

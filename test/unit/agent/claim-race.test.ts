import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settleClaim } from '../../../src/lib/agent/claim.js';
import { label } from '../../../src/lib/agent/labels.js';
import type { TaskResources } from '../../../src/lib/agent/types.js';
import { cases } from '../../cases.js';
import { SlowEngine } from './slow-engine.js';
import { seeded, VirtualTime } from './virtual-time.js';

const capacity = { cpu: 1024, memory: 1000, gpus: 0 };

interface Race {
  seed: number;
  /** Milliseconds: most steps of the engine take up to this long, some ten times as long. */
  pace: number;
  /** How many clients (processes) the tasks are shared out to. */
  clients: number;
  needs: TaskResources[];
}

describe('clients that race for one host', () => {
  it(
    'never over-fill it, and leave no room unused that a task would fit into',
    { timeout: 60_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(races, async (race) => {
          const { engine, given } = await run(race, { patience: 40 });
          expect(engine.excesses).toEqual([]);
          const left = remaining(engine);
          for (const need of given)
            expect(fits(need, left), `${JSON.stringify(need)} in ${JSON.stringify(left)}`).toBe(false);
        }),
        cases(50),
      );
    },
  );

  it('withdraw nothing where all have room', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(races, async (race) => {
        const size = Math.floor(capacity.memory / race.needs.length);
        const needs = race.needs.map((_, index) => ({
          cpu: 0,
          memory: size,
          gpus: 0,
          ports: [`tcp/${index + 1}`],
        }));
        const { engine, withdrawals } = await run({ ...race, needs }, { patience: 1 });
        expect(withdrawals).toBe(0);
        expect(engine.running).toHaveLength(needs.length);
      }),
      cases(25),
    );
  });

  it('never over-fill it when some of them die midway', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(races, async (race) => {
        const { engine } = await run(race, { patience: 5, mortality: 0.3 });
        expect(engine.excesses).toEqual([]);
      }),
      cases(25),
    );
  });

  it('go on in the end when all fit but for dead claims', async () => {
    const time = new VirtualTime();
    const engine = new SlowEngine(time, () => 5, capacity);
    const host = engine.connect();
    const dead = { cpu: 0, memory: 900, gpus: 0, ports: [] };
    const next = { ...dead, memory: 200 };
    await time.run([
      (async () => {
        await host.createContainer('dead', { Image: '', Labels: labels(taskId('dead'), dead) });
        const attempt = async (id: string) => {
          const container = await host.createContainer(id, { Image: '', Labels: labels(taskId(id), next) });
          const { clock, sleep } = time;
          const { kind } = await settleClaim(host, taskId(id), { capacity, clock, sleep, random: () => 0.5 });
          await host.removeContainer(container);
          return kind;
        };
        expect(await attempt('early')).toBe('withdraw');
        await time.sleep(6 * 60_000);
        expect(await attempt('late')).toBe('granted');
      })(),
    ]);
  });
});

const races: fc.Arbitrary<Race> = fc.record({
  seed: fc.integer({ min: 0 }),
  pace: fc.constantFrom(1, 20, 300, 2000),
  clients: fc.integer({ min: 1, max: 6 }),
  needs: fc.array(
    fc.record({
      cpu: fc.constantFrom(0, 128, 512),
      memory: fc.integer({ min: 6, max: 600 }),
      gpus: fc.constant(0),
      ports: fc.constantFrom<string[]>([], [], ['tcp/80'], ['tcp/81', 'udp/81']),
    }),
    { minLength: 2, maxLength: 10 },
  ),
});

async function run(race: Race, options: { patience: number; mortality?: number }) {
  const time = new VirtualTime();
  const random = seeded(race.seed);
  const delay = () => random() * race.pace * (random() < 0.1 ? 10 : 1);
  const engine = new SlowEngine(time, delay, capacity);
  const hosts = Array.from({ length: race.clients }, () => engine.connect());
  const given: TaskResources[] = [];
  let withdrawals = 0;

  const client = async (need: TaskResources, index: number) => {
    const host = hosts[index % hosts.length]!;
    const dies = () => random() < (options.mortality ?? 0);
    await time.sleep(delay());
    for (let attempt = 0; attempt < options.patience; attempt++) {
      const id = taskId(`${Math.floor(random() * 1e6)}-${index}`);
      const container = await host.createContainer(id, { Image: '', Labels: labels(id, need) });
      if (dies()) return;
      const { clock, sleep } = time;
      const { kind } = await settleClaim(host, id, { capacity, clock, sleep, random });
      if (dies()) return;
      if (kind === 'granted') return host.startContainer(container);
      withdrawals += 1;
      await host.removeContainer(container);
      await time.sleep(random() * 1000 * (attempt + 1));
    }
    given.push(need);
  };
  await time.run(race.needs.map(client));
  return { engine, given, withdrawals };
}

function remaining(engine: SlowEngine): TaskResources {
  const left: TaskResources = { ...capacity, ports: [] };
  for (const use of engine.running) {
    left.cpu -= use.cpu;
    left.memory -= use.memory;
    left.ports.push(...use.ports);
  }
  return left;
}

function fits(need: TaskResources, left: TaskResources): boolean {
  const free = need.ports.every((port) => !left.ports.includes(port));
  return need.cpu <= left.cpu && need.memory <= left.memory && free;
}

/** 32 hex digits that follow from the text. */
const taskId = (text: string): string => createHash('md5').update(text).digest('hex');

function labels(id: string, resources: TaskResources): Record<string, string> {
  return { [label.taskId]: id, [label.resources]: JSON.stringify(resources) };
}

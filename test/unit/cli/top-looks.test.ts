import { describe, expect, it, vi, afterEach, beforeEach } from 'vitest';
import type { DescribeUsageRequest, DescribeUsageResponse } from '../../../src/lib/api/usage-types.js';
import { Looks, type LooksOptions } from '../../../src/lib/cli/top/looks.js';

const arn = (id: string) => `arn:aws:ecs:local:0:task/default/${id}`;

/** A cluster of hosts with so many tasks each; a test says how each host answers. */
class FakeCluster {
  readonly asked: { host: string; tasks: string[] }[] = [];
  readonly left = new AbortController();
  stateFault: Error | undefined;
  /** What a host's look waits for. */
  readonly hanging = new Map<string, Promise<void>>();
  readonly away = new Set<string>();
  inSight: string[] = [];
  changes = 0;
  readonly looks: Looks;

  constructor(
    private readonly names: string[],
    private readonly tasksEach: number,
  ) {
    const engine = { call: (_: string, input: DescribeUsageRequest) => this.answer(input) };
    this.looks = new Looks({
      engine: engine as unknown as LooksOptions['engine'],
      request: { cluster: 'default' },
      now: Date.now,
      signal: this.left.signal,
      inSight: () => this.inSight,
      onChange: () => this.changes++,
    });
  }

  private async answer(input: DescribeUsageRequest): Promise<DescribeUsageResponse> {
    if (input.refresh === false) {
      if (this.stateFault) throw this.stateFault;
      return this.seen(this.names, []);
    }
    const [host = ''] = input.containerInstances ?? [];
    this.asked.push({ host, tasks: input.tasks ?? [] });
    await this.hanging.get(host);
    return this.seen([host], this.away.has(host) ? [] : (input.tasks ?? []));
  }

  private seen(names: string[], withStats: string[]): DescribeUsageResponse {
    const readAt = Date.now();
    return {
      clusterName: 'default',
      hosts: names.map((name) => ({
        ...{ name, containerInstanceArn: name, status: 'ACTIVE', agentConnected: !this.away.has(name) },
        ...{ cpu: 1024, memory: 1000, reservedCpu: 0, reservedMemory: 0 },
      })),
      services: [],
      tasks: names.flatMap((host) =>
        Array.from({ length: this.tasksEach }, (_, n) => `${host}-${n}`).map((id) => ({
          ...{ taskArn: arn(id), host, taskDefinition: 'web:1', group: 'family:web', lastStatus: 'RUNNING' },
          ...(withStats.includes(id) && {
            stats: { readAt, cpuNanoseconds: readAt * 1e5, memoryBytes: 1024 ** 2 },
          }),
        })),
      ),
    };
  }
}

describe('looks at a cluster', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
  afterEach(() => void vi.useRealTimers());

  /** `node:timers/promises` is not faked: one look after the other, by hand. */
  const passing = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms);
  };
  const never = new Promise<void>(() => undefined);

  it('show what the state knows at once, and each host as it answers', async () => {
    const made = new FakeCluster(['web1', 'web2'], 1);
    made.hanging.set('web2', never);
    await made.looks.first();
    expect(made.looks.model.tasks.map(({ state, memory }) => [state, memory])).toEqual([
      ['RUNNING', undefined],
      ['RUNNING', undefined],
    ]);
    made.looks.askHosts();
    await passing(0);
    expect(made.looks.model.tasks.map(({ memory }) => memory)).toEqual([1, undefined]);
    await passing(2000);
    made.looks.askHosts();
    await passing(0);
    expect(made.looks.model.tasks[0]?.cpu).toBeCloseTo(10);
    expect(made.looks.model.hosts[1]?.isSilent).toBeUndefined();
    await passing(2000);
    expect(made.looks.model.hosts.map(({ isSilent }) => isSilent)).toEqual([undefined, true]);
    expect(made.looks.model.tasks[1]).toMatchObject({ state: 'RUNNING', isLastKnown: true });
    // It is not asked again meanwhile.
    expect(made.asked.map(({ host }) => host)).toEqual(['web1', 'web2', 'web1']);
  });

  it('have a host again that answers late', async () => {
    const made = new FakeCluster(['web1'], 1);
    let answer: () => void = () => undefined;
    made.hanging.set('web1', new Promise((resolve) => (answer = resolve)));
    await made.looks.first();
    made.looks.askHosts();
    await passing(5000);
    expect(made.looks.model.hosts[0]?.isSilent).toBe(true);
    answer();
    await passing(0);
    expect(made.looks.model.hosts[0]?.isSilent).toBeUndefined();
    expect(made.looks.model.tasks[0]?.memory).toBe(1);
  });

  it('ask for tasks in sight first, and for all others in turn', async () => {
    const made = new FakeCluster(['web1'], 100);
    made.inSight = ['web1-98', 'web1-99'];
    await made.looks.first();
    for (let n = 0; n < 3; n++) {
      made.looks.askHosts();
      await passing(2000);
    }
    for (const { tasks } of made.asked) {
      expect(tasks).toHaveLength(40);
      expect(tasks).toEqual(expect.arrayContaining(made.inSight));
    }
    expect(new Set(made.asked.flatMap(({ tasks }) => tasks)).size).toBe(100);
  });

  it('leave a host that is away alone for a while', async () => {
    const made = new FakeCluster(['web1'], 1);
    made.away.add('web1');
    await made.looks.first();
    for (let n = 0; n < 6; n++) {
      made.looks.askHosts();
      await passing(2000);
    }
    expect(made.asked).toHaveLength(2);
    expect(made.looks.model.hosts[0]?.agentConnected).toBe(false);
  });

  it('go on where the state could not be read for a moment', async () => {
    const made = new FakeCluster(['web1'], 1);
    await made.looks.first();
    made.stateFault = new Error('the state is busy');
    await made.looks.look();
    expect(made.looks.fault).toBe('the state is busy');
    expect(made.looks.model.hosts).toHaveLength(1);
    made.stateFault = undefined;
    await made.looks.look();
    expect(made.looks.fault).toBeUndefined();
  });
});

import { foreignUsage } from '../agent/claims.js';
import { viewHost } from '../agent/host-view.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { transact } from '../store/transact.js';
import { keys, putInstance } from './keys.js';
import { capacityOf, EMPTY_USAGE, volumesOf } from './placement.js';
import { volumesOn } from './volumes-on-host.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord, UsageRecord } from './records.js';

/** Records what else uses a host: tasks of other states, containers nobody labelled, ports of other processes, and its volumes with data. */
export async function noteUsage(
  ctx: EngineContext,
  instance: InstanceRecord,
  host: DockerHost,
  /** Names of shared volumes to look for, beside those that are known. */
  volumes: readonly string[] = [],
): Promise<void> {
  const usageKey = keys.usage(instance.cluster, instance.id);
  const instanceKey = keys.instance(instance.cluster, instance.id);
  const before = await ctx.store.get<UsageRecord>(usageKey);
  const known = before === undefined ? [] : [...volumesOf(before.value)];
  const [view, listening, held] = await Promise.all([
    viewHost(host),
    listeningPorts(host),
    volumesOn(host, instance.cluster, [...known, ...volumes]),
  ]);
  await transact(ctx.store, ctx, async (draft) => {
    const [usage = EMPTY_USAGE, record] = (await draft.getMany([usageKey, instanceKey])) as [
      UsageRecord?,
      InstanceRecord?,
    ];
    // Tasks that came or went meanwhile are this state's own all the same.
    const isOwn = (task: string) => (usage.claims[task] ?? before?.value.claims[task]) !== undefined;
    const foreign = foreignUsage(view, capacityOf(instance), isOwn);
    if (record === undefined) return;
    const since = usage.volumes?.filter((name) => !known.includes(name)) ?? [];
    const all = [...new Set([...held, ...since])].sort();
    if (!same([usage.foreign, usage.volumes ?? []], [foreign, all]))
      draft.put({ key: usageKey, value: { ...usage, foreign, volumes: all } });
    const own = new Set(Object.values(usage.claims).flatMap((claim) => claim.ports));
    const others = listening?.filter((port) => !own.has(port) && !foreign.ports.includes(port));
    if (others !== undefined && !same(record.listening, others))
      draft.put(putInstance({ ...record, listening: others }));
  });
}

/** `tcp/22` …; undefined where the host doesn't show them. */
async function listeningPorts(host: DockerHost): Promise<string[] | undefined> {
  const ports = await host.listeningPorts();
  if (ports === undefined) return undefined;
  return [...ports.tcp.map((port) => `tcp/${port}`), ...ports.udp.map((port) => `udp/${port}`)];
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

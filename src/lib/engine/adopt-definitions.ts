import type { ObservedContainer } from '../agent/types.js';
import type { RecoveredDefinition } from '../agent/recover.js';
import { lacksPassword } from '../agent/passwords.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { transact } from '../store/transact.js';
import { recoverFrom, runningOf } from './adopt.js';
import { saveFamily } from './family-status.js';
import { keys, putDefinition } from './keys.js';
import type { EngineContext } from './context.js';
import type { DefinitionRecord, FamilyRecord, InstanceRecord } from './records.js';

/**
 * Takes the definitions of a host's running tasks into the records: when its owner registers or recovers it, and no
 * sooner, for who can make containers on one host could otherwise put a definition under a family's name that the
 * user then runs on others. A family that is registered here gets revisions that it doesn't have only as INACTIVE: they
 * are another state's, or were deleted here.
 */
export async function adoptDefinitions(
  ctx: EngineContext,
  instance: InstanceRecord,
  host: DockerHost,
  seen: ReadonlyMap<string, ObservedContainer[]>,
): Promise<void> {
  const running = runningOf(seen);
  if (running.length === 0) return;
  const { definitions } = await recoverFrom(ctx, instance, host, running);
  for (const definition of definitions) {
    for (const message of await adoptDefinition(ctx, definition)) ctx.emit({ type: 'warning', message });
  }
}

/** A revision that this state has already stays as it is. Returns what is to be said of it. */
async function adoptDefinition(ctx: EngineContext, recovered: RecoveredDefinition): Promise<string[]> {
  const { definition, hash, unknown } = recovered;
  const { family, revision } = definition;
  const name = `${family}:${revision}`;
  const status = await transact(ctx.store, ctx, async (draft) => {
    const existing = await draft.get<DefinitionRecord>(keys.definition(family, revision));
    if (existing !== undefined) return existing.hash === hash ? 'known' : 'differs';
    const known = await draft.get<FamilyRecord>(keys.family(family));
    const isOurs = known !== undefined && known.adopted !== true;
    const next: FamilyRecord = {
      family,
      latest: Math.max(known?.latest ?? 0, revision),
      ...(isOurs ? {} : { adopted: true }),
    };
    const verdict = isOurs ? 'INACTIVE' : 'ACTIVE';
    await saveFamily(draft, next, new Map([[revision, verdict]]));
    draft.put(
      putDefinition({ definition: { ...definition, status: verdict }, hash, tags: [], adopted: true }),
    );
    return verdict;
  });
  if (status === 'known') return [];
  if (status === 'differs')
    return [`a running task's definition ${name} differs from the ${name} registered here`];
  const said = unknown.map(
    (variable) =>
      `${name}: the value of ${variable.name} in container ${variable.container} is not known: the running task overrides it; register the definition again`,
  );
  for (const volume of definition.volumes?.filter(lacksPassword) ?? [])
    said.push(
      `${name}: the password in the options of volume ${volume.name} is not known; register the definition again`,
    );
  if (status === 'ACTIVE') return said;
  return [
    ...said,
    `${name} was registered elsewhere, or deleted: it is INACTIVE here; register it to run tasks from it`,
  ];
}

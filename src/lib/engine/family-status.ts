import type { Draft } from '../store/transact.js';
import { indexes, keys, putDefinition } from './keys.js';
import type { DefinitionRecord, FamilyRecord } from './records.js';

type Status = NonNullable<DefinitionRecord['definition']['status']>;

/** Drafts that an ACTIVE revision is INACTIVE; returns it as it is then, undefined where it isn't ACTIVE. */
export async function deactivate(
  draft: Draft,
  family: string,
  revision: number,
  now: number,
): Promise<DefinitionRecord | undefined> {
  const known = await draft.get<DefinitionRecord>(keys.definition(family, revision));
  if (known?.definition.status !== 'ACTIVE') return undefined;
  const inactive: DefinitionRecord = {
    ...known,
    definition: { ...known.definition, status: 'INACTIVE', deregisteredAt: now as unknown as Date },
  };
  draft.put(putDefinition(inactive));
  const record = (await draft.get<FamilyRecord>(keys.family(family))) ?? { family, latest: revision };
  await saveFamily(draft, record, new Map([[revision, 'INACTIVE']]));
  return inactive;
}

/**
 * Drafts a family's record with the status that follows from its revisions, some of which the draft changes: `changed`
 * has what becomes of those, undefined where one goes. Each change of a revision's status goes with this.
 */
export async function saveFamily(
  draft: Draft,
  record: FamilyRecord,
  changed: ReadonlyMap<number, Status | undefined>,
): Promise<void> {
  const status = await familyStatus(draft, record.family, changed);
  draft.put({ key: keys.family(record.family), value: { ...record, status } satisfies FamilyRecord });
}

async function familyStatus(
  draft: Draft,
  family: string,
  changed: ReadonlyMap<number, Status | undefined>,
): Promise<FamilyRecord['status']> {
  const becomes = new Set(changed.values());
  if (becomes.has('ACTIVE') || (await hasOther(draft, family, 'ACTIVE', changed))) return 'ACTIVE';
  for (const status of ['INACTIVE', 'DELETE_IN_PROGRESS'] as const) {
    if (becomes.has(status) || (await hasOther(draft, family, status, changed))) return 'INACTIVE';
  }
  return 'DELETED';
}

/** Whether a revision beside the changed ones has this status. */
async function hasOther(
  draft: Draft,
  family: string,
  status: Status,
  changed: ReadonlyMap<number, Status | undefined>,
): Promise<boolean> {
  const index = indexes.familyStatus(family, status);
  const some = await draft.list<DefinitionRecord>({ index, limit: changed.size + 1 });
  return some.some(({ value }) => !changed.has(value.definition.revision));
}

import { texts } from '../../services/texts.js';
import type { Draft } from '../../store/transact.js';
import { deactivate } from '../family-status.js';
import type { ServiceRecord } from './records.js';

/**
 * Drafts that revisions are INACTIVE which were registered for deployments that are rolled back just now: else the latest of
 * their family would be one that doesn't work, and whoever names the family alone would get it. Ours: with ECS the tools that
 * deploy do so. Returns what is to be told.
 */
export async function retireRevisions(
  draft: Draft,
  before: ServiceRecord,
  { service, revisions }: ServiceRecord,
  now: number,
): Promise<string[]> {
  const known = new Set(before.service.deployments.filter(({ rollback }) => rollback).map(({ id }) => id));
  const retired = service.deployments
    .filter(({ id, rollback }) => rollback !== undefined && !known.has(id))
    .flatMap(({ id }) => revisions[id] ?? [])
    .filter(({ registered }) => registered);
  const events: string[] = [];
  for (const { family, revision } of retired)
    if (await deactivate(draft, family, revision, now))
      events.push(texts.retired(service.name, `${family}:${revision}`));
  return events;
}

import { containerFields, definitionFields, type Field } from './field-table.js';
import { shorten } from './shorten.js';
import type { ContainerDefinition, RegisterTaskDefinitionRequest } from './types.js';

export interface FieldVerdicts {
  /** One sentence for each field that isn't honoured: the definition must not be registered. */
  refusals: string[];
  /** One sentence for each field that is accepted but means nothing, or less, here. */
  warnings: string[];
}

/**
 * Looks every field of a task definition up in the table. Empty values (`[]`, `{}`, `''`, 0, false) of a field that
 * isn't honoured ask for nothing and pass. Pure.
 */
export function checkFields(definition: RegisterTaskDefinitionRequest): FieldVerdicts {
  const verdicts: FieldVerdicts = { refusals: [], warnings: [] };
  for (const [name, field] of Object.entries<Field>(definitionFields)) {
    record(verdicts, judge(name, field, definition[name as keyof RegisterTaskDefinitionRequest]), '');
  }
  const containers = definition.containerDefinitions ?? [];
  for (const [name, field] of Object.entries<Field>(containerFields)) {
    for (const [verdict, owners] of byVerdict(name, field, containers)) record(verdicts, verdict, owners);
  }
  const sized = definition.cpu || definition.memory;
  if (sized && containers.length > 1) {
    verdicts.warnings.push('cpu and memory of the task bound each of its containers here, not their sum.');
  }
  return verdicts;
}

interface Verdict {
  fate: Field['fate'];
  what: string;
  hint?: string | undefined;
}

function judge(name: string, field: Field, value: unknown): Verdict | undefined {
  if (asksForNothing(value)) return undefined;
  // Each field's function takes the type of that field's values, which validation has made sure of.
  const special = field.values?.(value as never);
  const { fate, what = name, hint } = { ...(special ?? field) } as Verdict;
  return fate === 'honoured' ? undefined : { fate, what, hint };
}

/** Containers with the same verdict share a sentence. */
function byVerdict(
  name: string,
  field: Field,
  containers: readonly ContainerDefinition[],
): [Verdict, string][] {
  const groups = new Map<string, { verdict: Verdict; owners: string[] }>();
  for (const container of containers) {
    const verdict = judge(name, field, container[name as keyof ContainerDefinition]);
    if (!verdict) continue;
    const group = groups.get(verdict.what) ?? { verdict, owners: [] };
    groups.set(verdict.what, group);
    group.owners.push(shorten(container.name ?? ''));
  }
  const single = containers.length === 1;
  return [...groups.values()].map(({ verdict, owners }) => [
    verdict,
    single ? '' : ` (container ${owners.join(', ')})`,
  ]);
}

function record(verdicts: FieldVerdicts, verdict: Verdict | undefined, owners: string): void {
  if (!verdict) return;
  const { fate, what, hint } = verdict;
  const end = hint ? `: ${hint}.` : '.';
  if (fate === 'refused') verdicts.refusals.push(`${what}${owners} is not supported yet${end}`);
  else verdicts.warnings.push(`${what}${owners} has no effect here${end}`);
}

function asksForNothing(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return !value;
  return Object.values(value).every(asksForNothing);
}

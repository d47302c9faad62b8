import {
  containerFields,
  containerOverrideFields,
  definitionFields,
  overrideFields,
  type Field,
} from './field-table.js';
import { shorten } from './shorten.js';
import type { RegisterTaskDefinitionRequest, TaskOverride } from './types.js';

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
  const containers = definition.containerDefinitions ?? [];
  const verdicts = look({ of: definition, in: definitionFields }, { of: containers, in: containerFields });
  return withSizes(verdicts, definition, containers.length);
}

/** The same of the overrides of a task of so many containers. */
export function checkOverrideFields(overrides: TaskOverride, containers: number): FieldVerdicts {
  const verdicts = look(
    { of: overrides, in: overrideFields, as: 'overrides.' },
    { of: overrides.containerOverrides ?? [], in: containerOverrideFields, as: 'containerOverrides.' },
  );
  return withSizes(verdicts, overrides, containers);
}

function withSizes(
  { refusals, warnings }: FieldVerdicts,
  { cpu, memory }: { cpu?: string | undefined; memory?: string | undefined },
  containers: number,
): FieldVerdicts {
  if (!(cpu || memory) || containers < 2) return { refusals, warnings };
  const told = 'cpu and memory of the task bound each of its containers here, not their sum.';
  return { refusals, warnings: [...warnings, told] };
}

/** What is looked up, in which table, and what stands before a field's name. */
interface Lookup<T> {
  of: T;
  in: Record<string, Field>;
  as?: string;
}

function look(whole: Lookup<object>, parts: Lookup<readonly { name?: string | undefined }[]>): FieldVerdicts {
  const verdicts: FieldVerdicts = { refusals: [], warnings: [] };
  for (const [name, field] of Object.entries(whole.in)) {
    record(verdicts, judge(name, field, (whole.of as Record<string, unknown>)[name]), '', whole.as);
  }
  for (const [name, field] of Object.entries(parts.in)) {
    for (const [verdict, owners] of byVerdict(name, field, parts.of))
      record(verdicts, verdict, owners, parts.as);
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
  containers: readonly { name?: string | undefined }[],
): [Verdict, string][] {
  const groups = new Map<string, { verdict: Verdict; owners: string[] }>();
  for (const container of containers) {
    const verdict = judge(name, field, (container as Record<string, unknown>)[name]);
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

function record(verdicts: FieldVerdicts, verdict: Verdict | undefined, owners: string, prefix = ''): void {
  if (!verdict) return;
  const { fate, what, hint } = verdict;
  const end = hint ? `: ${hint}.` : '.';
  if (fate === 'refused') verdicts.refusals.push(`${prefix}${what}${owners} is not supported yet${end}`);
  else verdicts.warnings.push(`${prefix}${what}${owners} has no effect here${end}`);
}

function asksForNothing(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return !value;
  return Object.values(value).every(asksForNothing);
}

import { parseDocument } from './document.js';
import { DocumentError } from './document-error.js';
import { nullMembers } from './nulls.js';
import { refuseOtherForms } from './other-forms.js';

export interface TaskDefinitionDocument {
  /** The input of RegisterTaskDefinition as the document gives it, still to be validated. */
  input: Record<string, unknown>;
  /** What was left out, one sentence each. */
  notes: string[];
}

/** What DescribeTaskDefinition answers beside what RegisterTaskDefinition takes. */
const readOnly = [
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'deregisteredAt',
  'deleteRequestedAt',
  'registeredBy',
];

/** How many members that are null a note names. */
const NAMED_NULLS = 5;

/** Keys that people and editors put into JSON and that mean nothing. */
const remarks = ['$schema', '$comment', '_comment', '//', 'comment'];

/**
 * Reads a task definition from JSON with comments or YAML, also from the pasted answer of describe-task-definition:
 * what ECS sets itself is left out and noted. Throws DocumentError.
 */
export async function parseTaskDefinition(
  content: string | Uint8Array,
  source: string,
): Promise<TaskDefinitionDocument> {
  return cleanTaskDefinition(await parseDocument(content, source), source);
}

/** The second half of `parseTaskDefinition`, for a document that was read before. */
export function cleanTaskDefinition(document: unknown, source: string): TaskDefinitionDocument {
  const { taskDefinition, ...beside } = asRecord(document, source);
  const wrapped = typeof taskDefinition === 'object' && taskDefinition !== null;
  const definition = wrapped
    ? withTags(taskDefinition as Record<string, unknown>, beside.tags)
    : asRecord(document, source);
  refuseOtherForms(definition, source);

  const dropped = readOnly.filter((key) => key in definition);
  const without = new Set([...readOnly, ...remarks]);
  const input = Object.fromEntries(Object.entries(definition).filter(([key]) => !without.has(key)));
  return { input, notes: [...notesOnDropped(dropped, source), ...notesOnNulls(input, source)] };
}

const notesOnDropped = (dropped: readonly string[], source: string): string[] =>
  dropped.length > 0 ? [`${source}: left out ${dropped.join(', ')}, which registration sets itself.`] : [];

/** ECS's API takes null for absent; who wrote it may not have meant that. */
function notesOnNulls(input: Record<string, unknown>, source: string): string[] {
  const paths = nullMembers(input);
  if (paths.length === 0) return [];
  const more = paths.length > NAMED_NULLS ? ` and ${paths.length - NAMED_NULLS} more` : '';
  const named = paths.slice(0, NAMED_NULLS).join(', ');
  return [`${source}: null counts as absent: ${named}${more}.`];
}

/** DescribeTaskDefinition answers the tags beside the definition. */
function withTags(definition: Record<string, unknown>, tags: unknown): Record<string, unknown> {
  return Array.isArray(tags) && tags.length > 0 && !('tags' in definition)
    ? { ...definition, tags }
    : definition;
}

function asRecord(document: unknown, source: string): Record<string, unknown> {
  if (Array.isArray(document)) {
    throw new DocumentError(
      source,
      'is a list; if these are the containers, wrap them: {"family": "NAME", "containerDefinitions": […]}, or give them with --family NAME --container-definitions file://…',
    );
  }
  if (typeof document !== 'object' || document === null)
    throw new DocumentError(source, 'is not a task definition');
  return document as Record<string, unknown>;
}

/** What registers a definition that is registered once more, as the next revision. */
export const registrationOf = <T extends object>(definition: T): T =>
  Object.fromEntries(Object.entries(definition).filter(([key]) => !readOnly.includes(key))) as T;

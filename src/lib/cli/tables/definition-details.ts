import type { ContainerDefinition, TaskDefinition } from '../../api/types.js';
import { moment, nameOf, pairsText } from '../people-words.js';
import { heading, indented, sheet } from '../sheet.js';
import type { Terminal } from '../terminal.js';

type Field = readonly [label: string, value: string | undefined];

/** What the head of a definition and the table of its containers show already, or ECS's console alone reads. */
const shownOfTask = ['family', 'revision', 'status', 'networkMode', 'cpu', 'memory', 'placementConstraints'];
const notForPeople = ['taskDefinitionArn', 'compatibilities', 'requiresAttributes', 'containerDefinitions'];
const times = ['registeredAt', 'deregisteredAt', 'deleteRequestedAt', 'registeredBy'];
const shownOfContainer = ['name', 'image', 'cpu', 'portMappings', 'essential'];

/** The rest of a task definition's own members, under ECS's names; `now` in epoch milliseconds. */
export function taskFields(definition: TaskDefinition, now: number): Field[] {
  const { registeredAt, registeredBy, deregisteredAt } = definition;
  const by = registeredBy?.includes('/') ? `, by ${nameOf(registeredBy)}` : '';
  return [
    ...otherFields(definition, [...shownOfTask, ...notForPeople, ...times]),
    ['registered', registeredAt && `${moment(registeredAt, now)}${by}`],
    ['deregistered', moment(deregisteredAt, now)],
  ];
}

/** What a container definition has beside the columns of the table: a sheet under its name, or nothing. */
export function containerDetails(container: ContainerDefinition, terminal: Terminal): string {
  const narrower = { ...terminal, width: () => terminal.width() - 2 };
  // The table has one of the two.
  const memory = container.memoryReservation === undefined ? ['memory'] : ['memoryReservation'];
  const fields = sheet(otherFields(container, [...shownOfContainer, ...memory]), narrower);
  return fields === '' ? '' : `${heading(container.name ?? '', terminal)}${indented(fields)}`;
}

const otherFields = (thing: object, without: readonly string[]): Field[] =>
  Object.entries(thing)
    .filter(([name, value]) => !without.includes(name) && !isEmpty(value))
    .map(([name, value]) => [name, valueText(value)]);

/** Words as they would be typed, `name=value` pairs, and JSON for what is more than that. */
function valueText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (!Array.isArray(value)) return JSON.stringify(value);
  if (value.every((item) => typeof item === 'string')) return value.map(quoted).join(' ');
  if (value.every(isPair)) return pairsText(value);
  return value.map((item) => JSON.stringify(item)).join(' ');
}

const isPair = (item: unknown): item is { name: string; value: string } =>
  typeof item === 'object' && item !== null && Object.keys(item).sort().join() === 'name,value';

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word));

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (typeof value !== 'object' || value instanceof Date) return false;
  return Object.keys(value).length === 0;
}

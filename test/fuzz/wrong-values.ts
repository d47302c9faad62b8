import { loadSchema } from '../../src/lib/api/schema.js';
import { type OperationName, operationNames } from '../../src/lib/api/operations.js';
import type { Random } from './random.js';

/** Inputs that no operation takes: what one doesn't know it ignores. */

export const textOf = (random: Random): string =>
  random.of([
    '',
    '\0',
    'a\r\nx: y',
    '../../etc/passwd',
    '%00%ff',
    '\u202Eabc',
    '😀'.repeat(1 + random.below(50)),
    '\ud800',
    '${jndi:ldap://x}',
    "'; drop table records; --",
    'x'.repeat(random.below(5000)),
    '\u001b[2J',
    '-'.repeat(1 + random.below(300)),
    '('.repeat(1 + random.below(20_000)),
  ]);

/** Of any kind but the one given. */
export function valueBut(kind: string, random: Random): unknown {
  const values: [string, unknown][] = [
    ['string', textOf(random)],
    ['integer', random.of([0, -1, 1e308, 2 ** 53, 1.5])],
    ['boolean', random.next() < 0.5],
    ['array', [textOf(random), {}]],
    ['object', { a: textOf(random), [random.of(['constructor', 'toString', 'length'])]: 1 }],
  ];
  const others = values.filter(([name]) => name !== kind && !(kind === 'number' && name === 'integer'));
  return random.of(others)[1];
}

interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  $ref?: string;
  $defs?: Record<string, Schema>;
}

/** The members of an operation that take one type of JSON only, with that type. */
function plainMembers(operation: OperationName): [name: string, type: string][] {
  const root = loadSchema(operation) as Schema;
  return Object.entries(root.properties ?? {}).flatMap(([name, given]): [string, string][] => {
    const { type } = root.$defs?.[given.$ref?.split('/').at(-1) ?? ''] ?? given;
    return typeof type === 'string' ? [[name, type]] : [];
  });
}

/** Operations of which a member can be of a wrong type. */
export const fallible: readonly OperationName[] = operationNames.filter(
  (operation) => plainMembers(operation).length > 0,
);

/** Operations that can't do without some members. */
export const demanding: readonly OperationName[] = operationNames.filter(
  (operation) => (loadSchema(operation).required ?? []).length > 0,
);

/** An input of a fallible operation of which at least one member is of a wrong type; beside members that there are not. */
export function wrongInput(operation: OperationName, random: Random): string {
  const members = plainMembers(operation);
  const sure = random.of(members);
  const input: Record<string, unknown> = {};
  for (const member of members) {
    const [name, type] = member;
    if (member === sure || random.next() < 0.4) input[name] = valueBut(type, random);
  }
  return withUnknown(input, random);
}

/** An input of a demanding operation: all that is there it doesn't know. */
export const lackingInput = (random: Random): string => withUnknown({}, random);

function withUnknown(input: Record<string, unknown>, random: Random): string {
  const unknown = { [`no${random.below(1e6)}such`]: valueBut('', random) };
  const own = random.of(['"__proto__":{"polluted":1},', '"constructor":{"prototype":{"polluted":1}},', '']);
  return `{${own}${JSON.stringify({ ...unknown, ...input }).slice(1)}`;
}

/** Of JSON, or nearly; those that are objects are wrong for CreateCluster. */
export const deep = (random: Random): string => {
  const depth = random.of([100, 5000, 100_000]);
  return random.of([
    '['.repeat(depth),
    '['.repeat(depth) + ']'.repeat(depth),
    `{"tags":${'['.repeat(depth)}${']'.repeat(depth)}}`,
    `{"clusterName":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`,
  ]);
};

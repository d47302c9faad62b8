import { loadSchema } from '../../src/lib/api/schema.js';
import type { OperationName } from '../../src/lib/api/operations.js';
import type { Random } from './random.js';

/** Inputs that no operation takes. */

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
  type?: string;
  properties?: Record<string, Schema>;
  $ref?: string;
  definitions?: Record<string, Schema>;
  $defs?: Record<string, Schema>;
}

/** An input of the operation of which at least one member is of a wrong type, or not there at all. */
export function wrongInput(operation: OperationName, random: Random): string {
  const root = loadSchema(operation) as Schema;
  const resolved = (schema: Schema): Schema => {
    const name = schema.$ref?.split('/').at(-1);
    return name === undefined ? schema : ((root.$defs ?? root.definitions ?? {})[name] ?? {});
  };
  const members = Object.entries(root.properties ?? {});
  const input: Record<string, unknown> = { [`no${random.below(1e6)}such`]: valueBut('', random) };
  for (const [name, schema] of members)
    if (random.next() < 0.4) input[name] = valueBut(resolved(schema).type ?? '', random);
  const text = JSON.stringify(input);
  const own = random.of(['"__proto__":{"polluted":1},', '"constructor":{"prototype":{"polluted":1}},', '']);
  return `{${own}${text.slice(1)}`;
}

export const deep = (random: Random): string => {
  const depth = random.of([100, 5000, 100_000]);
  return random.of([
    '['.repeat(depth),
    '['.repeat(depth) + ']'.repeat(depth),
    `{"tags":${'['.repeat(depth)}${']'.repeat(depth)}}`,
    `{"clusterName":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`,
  ]);
};

import { stringify } from 'yaml';
import { Operations, type OperationName } from '../../src/lib/api/operations.js';
import { type JsonSchema, loadSchema, resolveSchema } from '../../src/lib/api/schema.js';
import { flagName, negativeFlagName } from '../../src/lib/cli/member-flags.js';
import { type Kind, sampleInput, type Wanted } from './samples.js';
import { shorthand } from './shorthand-text.js';

/** A command line, from the verb on, and the input that it gives. */
export interface Line {
  argv: string[];
  input: Record<string, unknown>;
  /** It says something that the AWS CLI that is the reference doesn't know yet. */
  newer?: true;
}

/** How the flags of a line are written. */
interface Form {
  name: string;
  kind: Kind;
  /** `no`: the opposite of the flag. */
  words: (flag: string, value: unknown, type: JsonSchema, no: string) => string[];
}

const FORMS: readonly Form[] = [
  {
    name: 'words and shorthand',
    kind: 'plain',
    words: (flag, value, type, no) => shortWords(flag, value, type, no, false),
  },
  {
    name: 'shorthand with lists and quotes',
    kind: 'tricky',
    words: (flag, value, type, no) => shortWords(flag, value, type, no, true),
  },
  { name: 'JSON', kind: 'tricky', words: jsonWords },
  { name: 'JSON word by word', kind: 'plain', words: jsonWordByWord },
];

/** Every flag of an operation's verb, in each form; and its input as a document. */
export function generatedLines(operation: OperationName, newer: ReadonlySet<string>): Line[] {
  const known: Wanted = (structure, member) => !newer.has(`${structure}.${member}`);
  if (newer.has(operation)) return linesWith(operation, () => true, true);
  const root = loadSchema(operation);
  const hasNewer =
    JSON.stringify(sampleInput(root, 'plain', known)) !==
    JSON.stringify(sampleInput(root, 'plain', () => true));
  return [...linesWith(operation, known, false), ...(hasNewer ? linesWith(operation, () => true, true) : [])];
}

function linesWith(operation: OperationName, wanted: Wanted, newer: boolean): Line[] {
  const root = loadSchema(operation);
  const verb = Operations[operation].command.split(' ');
  const mark = newer ? ({ newer: true } as const) : {};
  const [plain, tricky] = [sampleInput(root, 'plain', wanted), sampleInput(root, 'tricky', wanted)];
  const written = FORMS.map(({ kind, words }) => {
    const input = kind === 'plain' ? plain : tricky;
    const flags = Object.entries(input).flatMap(([member, value]) =>
      words(
        `--${flagName(member)}`,
        value,
        resolveSchema(root.properties?.[member] ?? {}, root),
        `--${negativeFlagName(operation, member) ?? `no-${flagName(member)}`}`,
      ),
    );
    return { argv: [...verb, ...flags], input, ...mark };
  });
  return [
    ...written,
    { argv: [...verb, '--cli-input-json', JSON.stringify(tricky)], input: tricky, ...mark },
    { argv: [...verb, '--cli-input-yaml', stringify(plain)], input: plain, ...mark },
  ];
}

const isComplex = (type: JsonSchema): boolean => type.type === 'object' || type.type === 'array';

function shortWords(flag: string, value: unknown, type: JsonSchema, no: string, commas: boolean): string[] {
  if (typeof value === 'boolean') return [value ? flag : no];
  if (!isComplex(type)) return [flag, String(value)];
  if (!Array.isArray(value)) return [flag, shorthand(value as object, commas)];
  return [
    flag,
    ...value.map((item) =>
      typeof item === 'object' && item !== null ? shorthand(item, commas) : String(item),
    ),
  ];
}

function jsonWords(flag: string, value: unknown, type: JsonSchema, no: string): string[] {
  if (typeof value === 'boolean') return [value ? flag : no];
  return [`${flag}=${isComplex(type) ? JSON.stringify(value) : String(value)}`];
}

function jsonWordByWord(flag: string, value: unknown, type: JsonSchema, no: string): string[] {
  const isListOfStructures = Array.isArray(value) && value.every((item) => typeof item === 'object');
  return isListOfStructures
    ? [flag, ...value.map((item) => JSON.stringify(item, undefined, 1))]
    : jsonWords(flag, value, type, no);
}

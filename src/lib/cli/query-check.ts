import { nearestName } from '../api/nearest.js';
import { UsageError } from './usage-error.js';

/** A text in quotes of each of the three kinds: names, JSON, plain text. */
const QUOTED = /"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|'(?:\\.|[^'\\])*'/gs;

/** JMESPath's functions, which the package only looks for when it meets a value. */
const FUNCTIONS = [
  ...[
    'abs',
    'avg',
    'ceil',
    'contains',
    'ends_with',
    'floor',
    'join',
    'keys',
    'length',
    'map',
    'max',
    'max_by',
  ],
  ...['merge', 'min', 'min_by', 'not_null', 'reverse', 'sort', 'sort_by', 'starts_with', 'sum', 'to_array'],
  ...['to_number', 'to_string', 'type', 'values'],
];

/** The package takes a text that doesn't end for one that does. Throws UsageError. */
export function checkQuotes(expression: string): void {
  const quote = /["'`]/.exec(expression.replace(QUOTED, ''))?.[0];
  if (quote !== undefined) throw refusal(`a ${quote} has no other end`, expression);
}

/** One node of what the package makes of an expression. */
interface Node {
  type: string;
  name?: string;
  /** Of a slice they are numbers and null; of a path that ends with a dot the second is missing. */
  children?: readonly (Node | number | null | undefined)[];
  /** Of a KeyValuePair; of other nodes it is no node. */
  value?: Node;
}

/** What the package finds out only when it is asked, or never. Throws UsageError. */
export function checkTree(tree: unknown, expression: string): void {
  if (typeof tree !== 'object' || tree === null) return;
  const { type, name = '', children = [], value } = tree as Node;
  if (type === 'Subexpression' && children.some((child) => (child ?? null) === null))
    throw refusal(MISSING, expression);
  if (type === 'Function' && !FUNCTIONS.includes(name)) {
    const meant = nearestName(name, FUNCTIONS);
    throw new UsageError(`--query: JMESPath has no function ${name}()`, meant && `Did you mean ${meant}()?`);
  }
  for (const child of type === 'KeyValuePair' ? [value] : children) checkTree(child, expression);
}

const MISSING = 'something is missing at its end';

/** The package's own words speak of its tokens, and where something is missing, of its inner parts. */
export function notAnExpression(expression: string, { name, message }: Error): UsageError {
  if (expression.trim() === '') return refusal('it is empty', expression);
  if (name === 'TypeError' || message.includes('EOF')) return refusal(MISSING, expression);
  const token = /Unknown character:(.)|value: (.+)$|Invalid token \(\w+\): "(.+)"/.exec(message);
  const found = token?.slice(1).find((text) => text !== undefined);
  return refusal(found === undefined ? message : `"${found}" makes no sense where it stands`, expression);
}

function refusal(reason: string, expression: string): UsageError {
  const oneSign = /(?<![=!<>])=(?!=)/.test(expression.replace(QUOTED, ''));
  return new UsageError(
    `--query is no JMESPath expression: ${oneSign ? 'there is no operator =' : reason}`,
    oneSign
      ? 'Compare with ==, as in --query "tasks[?lastStatus==\'RUNNING\'].taskArn".'
      : "Quote it for the shell, as in --query 'tasks[].taskArn'.",
  );
}

import { boundedTest, type Spent } from './bounded-test.js';
import { compareNumbers, compareTexts, compareVersions, count, date, version } from './values.js';
import { InvalidExpression } from './invalid-expression.js';
import { javaPattern } from './java-pattern.js';
import type { Token } from './lexer.js';
import type { Comparison, Operator } from './parser.js';
import type { Query, QueriedInstance } from './query.js';

type Test = (instance: QueriedInstance) => boolean;

interface Subject {
  operators: readonly Operator[];
  dependsOnTasks: boolean;
  /** `spent`: by the patterns of the whole query. */
  test(operator: Operator, values: readonly Token[], spent: Spent): Test;
}

const equality: Operator[] = ['==', '!='];
const order: Operator[] = ['>', '>=', '<', '<='];
const lists: Operator[] = ['in', '!in'];
const patterns: Operator[] = ['=~', '!~'];
const existence: Operator[] = ['exists', '!exists'];

/**
 * The subjects with the operators that ECS gives them (Amazon ECS Developer Guide, cluster query language). Where it is
 * silent: an instance's id here is Longshore's or the host's name; pending tasks count as running ones, since a plan is
 * made of them; `task:group` takes what an unordered subject takes.
 */
const subjects = new Map<string, Subject>([
  ['agentConnected', textSubject([...equality, ...lists, ...patterns], (i) => [String(i.agentConnected)])],
  [
    'agentVersion',
    orderedSubject((i) => version(i.agentVersion), version, compareVersions, 'a version such as 1.14.5'),
  ],
  ['ec2InstanceId', textSubject([...equality, ...lists, ...patterns], (i) => [i.id, i.name])],
  [
    'registeredAt',
    orderedSubject(
      (i) => Math.floor(i.registeredAt / 1000),
      date,
      compareNumbers,
      'a date such as 2018-06-18 or 2018-06-18T22:28:28Z',
    ),
  ],
  [
    'runningTasksCount',
    { ...orderedSubject(runningTasks, count, compareNumbers, 'a number'), dependsOnTasks: true },
  ],
  [
    'task:group',
    {
      ...textSubject([...equality, ...lists, ...patterns, ...existence], (i) => [...i.tasksByGroup.keys()]),
      dependsOnTasks: true,
    },
  ],
]);

/** Throws InvalidExpression for an unknown subject, an operator it doesn't take, or an argument that it can't be compared with. */
export function comparisonTest(
  { subject: { text, position }, operator, values }: Comparison,
  spent: Spent,
): Query {
  const subject = subjects.get(text) ?? attribute(text);
  if (!subject) {
    const known = [...subjects.keys(), 'attribute:NAME'].join(', ');
    throw new InvalidExpression(`${text} is not a subject (${known})`, position);
  }
  if (!subject.operators.includes(operator)) {
    throw new InvalidExpression(
      `${text} doesn't take ${operator}, only ${subject.operators.join(', ')}`,
      position,
    );
  }
  return { dependsOnTasks: subject.dependsOnTasks, matches: subject.test(operator, values, spent) };
}

function attribute(text: string): Subject | undefined {
  const name = /^attribute:(.+)$/.exec(text)?.[1];
  if (name === undefined) return undefined;
  return textSubject([...equality, ...order, ...lists, ...patterns, ...existence], (instance) => {
    const value = instance.attributes.get(name);
    return value === undefined ? undefined : [value];
  });
}

/**
 * A subject with any number of texts: `==`, `in` and `=~` ask whether one of them fits, their negations whether none
 * does. An instance without the attribute (undefined) answers only `!exists`: ECS's guide reads `attribute:stack != prod`
 * as "has stack, and it isn't prod".
 */
function textSubject(
  operators: Operator[],
  textsOf: (instance: QueriedInstance) => string[] | undefined,
): Subject {
  return {
    operators,
    dependsOnTasks: false,
    test(operator, values, spent) {
      if (operator === 'exists') return (instance) => (textsOf(instance)?.length ?? 0) > 0;
      if (operator === '!exists') return (instance) => (textsOf(instance)?.length ?? 0) === 0;
      const fits = textTest(operator, values, spent);
      return operator.startsWith('!')
        ? (instance) => textsOf(instance)?.every((text) => !fits(text)) ?? false
        : (instance) => textsOf(instance)?.some(fits) ?? false;
    },
  };
}

/** The test of one text; that of the positive operator for a negated one. */
function textTest(operator: Operator, values: readonly Token[], spent: Spent): (text: string) => boolean {
  if (operator === '=~' || operator === '!~') return patternTest(values[0], spent);
  const texts = values.map((value) => value.text);
  if (operator === 'in' || operator === '!in') return (text) => texts.includes(text);
  const [argument = ''] = texts;
  if (operator === '==' || operator === '!=') return (text) => text === argument;
  return (text) => holds(operator, compareTexts(text, argument));
}

function patternTest(
  { text: source = '', position = 0 }: Partial<Token> = {},
  spent: Spent,
): (text: string) => boolean {
  const told = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw new InvalidExpression((error as Error).message, position);
    }
  };
  const test = told(() => boundedTest(source, javaPattern(source), spent));
  return (text) => told(() => test(text));
}

/** A subject with a place in an order; an instance whose value can't be read (undefined) fits no comparison. */
function orderedSubject<T>(
  valueOf: (instance: QueriedInstance) => T | undefined,
  read: (text: string) => T | undefined,
  compare: (a: T, b: T) => number,
  expected: string,
): Subject {
  return {
    operators: [...equality, ...order],
    dependsOnTasks: false,
    test(operator, [token]) {
      const argument = token && read(token.text);
      if (argument === undefined)
        throw new InvalidExpression(`${token?.text} is not ${expected}`, token?.position ?? 0);
      return (instance) => {
        const value = valueOf(instance);
        return value !== undefined && holds(operator, compare(value, argument));
      };
    },
  };
}

function holds(operator: Operator, comparison: number): boolean {
  if (operator === '==') return comparison === 0;
  if (operator === '!=') return comparison !== 0;
  if (operator === '>') return comparison > 0;
  if (operator === '>=') return comparison >= 0;
  if (operator === '<') return comparison < 0;
  return comparison <= 0;
}

function runningTasks(instance: QueriedInstance): number {
  let tasks = 0;
  for (const ofGroup of instance.tasksByGroup.values()) tasks += ofGroup;
  return tasks;
}

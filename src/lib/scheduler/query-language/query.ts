import type { InstanceView } from '../types.js';
import type { Spent } from './bounded-test.js';
import { parse, type Expression } from './parser.js';
import { comparisonTest } from './subjects.js';

/** What a query can ask of an instance. */
export type QueriedInstance = Omit<InstanceView, 'status' | 'remaining' | 'usedPorts'>;

/** A cluster query, ready to be asked of any number of instances. */
export interface Query {
  matches(instance: QueriedInstance): boolean;
  /** Whether tasks that start or stop on an instance can change its answer (`task:group`, `runningTasksCount`). */
  dependsOnTasks: boolean;
}

/**
 * Compiles an expression of ECS's cluster query language (at most 2000 characters), as in `memberOf` constraints and
 * the filter of ListContainerInstances. Throws InvalidExpression. What each subject means: `subjects.ts`.
 */
export function compileQuery(source: string): Query {
  return compile(parse(source), { milliseconds: 0 });
}

function compile(expression: Expression, spent: Spent): Query {
  if (expression.kind === 'comparison') return comparisonTest(expression, spent);
  if (expression.kind === 'not') {
    const operand = compile(expression.operand, spent);
    return { ...operand, matches: (instance) => !operand.matches(instance) };
  }
  const operands = expression.operands.map((operand) => compile(operand, spent));
  const dependsOnTasks = operands.some((operand) => operand.dependsOnTasks);
  return expression.kind === 'and'
    ? { dependsOnTasks, matches: (instance) => operands.every((operand) => operand.matches(instance)) }
    : { dependsOnTasks, matches: (instance) => operands.some((operand) => operand.matches(instance)) };
}

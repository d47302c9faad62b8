import { InvalidExpression } from './invalid-expression.js';
import { Lexer, type Token } from './lexer.js';

export type Operator =
  '==' | '!=' | '>' | '>=' | '<' | '<=' | 'exists' | '!exists' | 'in' | '!in' | '=~' | '!~';

export interface Comparison {
  kind: 'comparison';
  subject: Token;
  operator: Operator;
  /** None for exists, one for most, one or more for lists. */
  values: Token[];
}

export type Expression =
  Comparison | { kind: 'and' | 'or'; operands: Expression[] } | { kind: 'not'; operand: Expression };

/** ECS's limit of an expression, in characters. */
const longest = 2000;

/** Levels of parentheses and negations: a limit of ours, so that no expression exhausts the stack. */
const deepest = 100;

const words = new Map<string, Operator>([
  ['equals', '=='],
  ['not_equals', '!='],
  ['greater_than', '>'],
  ['greater_than_equal', '>='],
  ['less_than', '<'],
  ['less_than_equal', '<='],
  ['exists', 'exists'],
  ['not_exists', '!exists'],
  ['in', 'in'],
  ['not_in', '!in'],
  ['matches', '=~'],
  ['not_matches', '!~'],
]);
const symbols = new Set<string>(['==', '!=', '>', '>=', '<', '<=', '=~', '!~']);

/**
 * Reads ECS's cluster query language: `subject operator [argument]`, combined by `&&` (`and`), `||` (`or`), `!` (`not`)
 * and parentheses; `not` binds tightest, then `and`. Throws InvalidExpression.
 * Source: Amazon ECS Developer Guide, cluster query language.
 */
export function parse(source: string): Expression {
  if (source.length > longest) {
    throw new InvalidExpression(`it has ${source.length} characters and ${longest} are allowed`, longest + 1);
  }
  const lexer = new Lexer(source);
  const expression = disjunction(lexer, 0);
  const rest = lexer.next();
  if (rest.kind !== 'end') throw unexpected(rest, 'and, or, or the end of the expression');
  return expression;
}

function disjunction(lexer: Lexer, depth: number): Expression {
  return joined(lexer, 'or', '||', () => joined(lexer, 'and', '&&', () => negation(lexer, depth)));
}

function joined(lexer: Lexer, kind: 'and' | 'or', symbol: string, operand: () => Expression): Expression {
  const first = operand();
  const operands = [first];
  while (is(lexer.peek(), symbol, kind)) {
    lexer.next();
    operands.push(operand());
  }
  return operands.length === 1 ? first : { kind, operands };
}

function negation(lexer: Lexer, depth: number): Expression {
  const token = lexer.peek();
  if (depth > deepest)
    throw new InvalidExpression(`it nests more than ${deepest} levels deep`, token.position);
  if (is(token, '!', 'not')) {
    lexer.next();
    return { kind: 'not', operand: negation(lexer, depth + 1) };
  }
  return is(token, '(') ? parenthesised(lexer, depth + 1) : comparison(lexer);
}

function parenthesised(lexer: Lexer, depth: number): Expression {
  const open = lexer.next();
  const inner = disjunction(lexer, depth);
  const close = lexer.next();
  if (!is(close, ')'))
    throw unexpected(close, `a closing parenthesis for the one at character ${open.position}`);
  return inner;
}

function comparison(lexer: Lexer): Comparison {
  const subject = lexer.next();
  if (subject.kind !== 'word') throw unexpected(subject, 'a subject such as attribute:NAME');
  const operator = operatorAfter(subject, lexer);
  return { kind: 'comparison', subject, operator, values: valuesOf(operator, lexer) };
}

function operatorAfter(subject: Token, lexer: Lexer): Operator {
  const token = lexer.next();
  if (token.kind === 'symbol' && symbols.has(token.text)) return token.text as Operator;
  if (is(token, '!')) {
    const negated = lexer.next();
    if (is(negated, 'in', 'exists')) return `!${negated.text as 'in' | 'exists'}`;
    throw unexpected(negated, 'in or exists after !');
  }
  const operator = token.kind === 'word' ? words.get(token.text) : undefined;
  if (operator) return operator;
  throw unexpected(
    token,
    `an operator after ${subject.text} (==, !=, >, >=, <, <=, in, !in, =~, !~, exists, !exists)`,
  );
}

function valuesOf(operator: Operator, lexer: Lexer): Token[] {
  if (operator === 'exists' || operator === '!exists') return [];
  if (operator === 'in' || operator === '!in') return list(lexer);
  const pattern = operator === '=~' || operator === '!~';
  return [value(pattern ? lexer.nextPattern() : lexer.next(), pattern ? 'a regular expression' : 'a value')];
}

function list(lexer: Lexer): Token[] {
  const open = lexer.next();
  if (!is(open, '[')) throw unexpected(open, 'a list such as [a, b]');
  const values: Token[] = [];
  for (;;) {
    values.push(value(lexer.next(), 'a value'));
    const separator = lexer.next();
    if (is(separator, ']')) return values;
    if (!is(separator, ',')) throw unexpected(separator, 'a comma or ]');
  }
}

function value(token: Token, expected: string): Token {
  if (token.kind === 'word' || token.kind === 'quoted') return token;
  throw unexpected(token, `${expected} (in quotes where it holds spaces or one of ()[],=!<>&|)`);
}

function is(token: Token, ...texts: string[]): boolean {
  return token.kind !== 'quoted' && texts.includes(token.text);
}

function unexpected(found: Token, expected: string): InvalidExpression {
  const what = found.kind === 'end' ? 'it ends' : `${found.text} stands`;
  return new InvalidExpression(`expected ${expected}, but ${what} there`, found.position);
}

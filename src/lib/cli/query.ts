import { checkQuotes, checkTree, notAnExpression } from './query-check.js';

/** A JMESPath expression that is ready to be asked: an answer as JSON has it in, what it selects out. */
export type Query = (answer: unknown) => unknown;

/** The answer has another shape than the expression of --query needs; found when everything else is done. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
}

/**
 * Understands the expression of --query, before anything is done for it: JMESPath as the AWS CLI has it. Throws
 * UsageError; the query itself throws QueryError.
 */
export async function compileQuery(expression: string): Promise<Query> {
  const { default: jmespath } = await import('jmespath');
  checkQuotes(expression);
  checkTree(parsed(expression, jmespath.compile), expression);
  return (answer) => {
    try {
      return jmespath.search(answer, expression) ?? null;
    } catch (error) {
      const reason = (error as Error).message.replace(/^\w*Error: /, '').replace(/ instead\.$/, '');
      throw new QueryError(`the answer doesn't suit --query: ${reason}`, { cause: error });
    }
  };
}

function parsed(expression: string, compile: (expression: string) => unknown): unknown {
  try {
    return compile(expression);
  } catch (error) {
    throw notAnExpression(expression, error as Error);
  }
}

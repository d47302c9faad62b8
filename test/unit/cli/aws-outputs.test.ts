import { beforeAll, describe, expect, it } from 'vitest';
import { formatOutput } from '../../../src/lib/cli/output.js';
import { compileQuery } from '../../../src/lib/cli/query.js';
import { cannedAnswers } from '../../aws-cli/output-cases.js';
import { recorded } from '../../aws-cli/recordings.js';

/** What the recordings were made in. */
beforeAll(() => void (process.env.TZ = 'UTC'));

const recordings = recorded('outputs');

describe.each(Object.keys(cannedAnswers))('%s as the AWS CLI prints it', (answer) => {
  const { operation, body } = cannedAnswers[answer] ?? { operation: '', body: {} };
  const asked = recordings.filter((each) => each.answer === answer);

  it('is recorded', () => expect(asked.length).toBeGreaterThan(3));

  it.each(asked.map(({ format, query, lines }) => ({ format, query, lines })))(
    '--output $format --query $query',
    async ({ format, query, lines }) => {
      const compiled = query === undefined ? undefined : await compileQuery(query);
      const text = await formatOutput(withDates(body) as object, {
        format,
        operation,
        query: compiled,
        width: 80,
      });
      expect(text).toBe(lines.join('\n'));
    },
  );
});

/** As the engine answers: times are dates, on the wire they are seconds. */
function withDates(value: unknown, key = ''): unknown {
  if (typeof value === 'number' && key.endsWith('At')) return new Date(value * 1000);
  if (Array.isArray(value)) return value.map((item) => withDates(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withDates(member, name)]));
}

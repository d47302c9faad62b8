import { describe, expect, it } from 'vitest';
import { Operations, type OperationName } from '../../../src/lib/api/operations.js';
import { validateInput } from '../../../src/lib/api/validate.js';
import { generatedLines } from '../../aws-cli/generated-lines.js';
import { handWrittenLines } from '../../aws-cli/hand-written-lines.js';
import { withFiles } from '../../aws-cli/files.js';
import { moreThanAws } from '../../aws-cli/more-than-aws.js';
import { ecsOperations } from '../../aws-cli/newer.js';
import { recorded } from '../../aws-cli/recordings.js';
import { run } from './kit.js';
import { verbOf } from './verbs.js';

const newer = new Set(recorded('newer'));

describe.each(ecsOperations)('%s takes the words that the AWS CLI takes', (operation) => {
  const words = Operations[operation].command.split(' ').length;

  it.each(generatedLines(operation, newer).map(({ argv, input }) => ({ argv: argv.slice(words), input })))(
    '$argv',
    async ({ argv, input }) => expect(await sent(operation, argv)).toEqual(input),
  );
});

const recordings = recorded('inputs');
const refused = recordings.filter(({ input }) => input === null);

describe('what the AWS CLI made of', () => {
  it('every line by hand is recorded', () => {
    expect(recordings.map(({ argv }) => argv)).toEqual(Object.values(handWrittenLines).flat());
  });

  it.each(recordings.filter(({ input }) => input !== null))(
    '$operation $argv',
    async ({ operation, argv, input }) => {
      expect(await sent(operation, argv)).toEqual(input);
    },
  );

  it.each(refused)('$operation $argv (refused)', async ({ operation, argv }) => {
    const ours = moreThanAws.find((line) => line.operation === operation && `${line.argv}` === `${argv}`);
    expect(await sent(operation, argv)).toEqual(ours?.input);
  });

  it('takes more lines only where it says so', () => {
    const lines = refused.map(({ argv }) => `${argv}`);
    expect(moreThanAws.filter(({ argv }) => !lines.includes(`${argv}`))).toEqual([]);
  });
});

/** The input that a verb calls the engine with; undefined where it or the engine refuses. */
async function sent(operation: OperationName, argv: readonly string[]): Promise<unknown> {
  const answer = async (input: unknown) => {
    await validateInput(operation, input as never);
    return {};
  };
  const ran = await run(await verbOf(operation), withFiles(argv), { [operation]: answer });
  return ran.code === 2 || ran.err.includes('InvalidParameter') || ran.err.includes('ClientException')
    ? undefined
    : ran.calls.find((call) => call.operation === operation)?.input;
}

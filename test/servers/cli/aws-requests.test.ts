import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withIdempotencyToken } from '../../../src/lib/api/idempotency-tokens.js';
import { Operations, type OperationName } from '../../../src/lib/api/operations.js';
import { createRemoteEngine } from '../../../src/lib/remote/remote-engine.js';
import { type Endpoint, openEndpoint } from '../../aws-cli/endpoint.js';
import { generatedLines } from '../../aws-cli/generated-lines.js';
import { withFiles } from '../../aws-cli/files.js';
import { ecsOperations } from '../../aws-cli/newer.js';
import { recorded } from '../../aws-cli/recordings.js';
import { run } from '../../unit/cli/kit.js';
import { verbOf } from '../../unit/cli/verbs.js';

const newer = new Set(recorded('newer'));
const recordings = recorded('inputs');

describe('through an endpoint the same request goes out as from the AWS CLI', () => {
  let endpoint: Endpoint;
  let ids = 0;
  beforeAll(async () => void (endpoint = await openEndpoint(() => ({}))));
  afterAll(() => endpoint.close());

  /** Operation and input of what reaches the endpoint first. */
  async function request(operation: OperationName, argv: readonly string[]): Promise<unknown> {
    const id = ids++;
    const openEngine = async () =>
      createRemoteEngine({
        endpoint: endpoint.url(id),
        connectTimeout: 10,
        readTimeout: 10,
        verify: true,
        userAgent: 'test',
        region: 'local',
        clock: () => 0,
        newToken: () => 'a-token',
        signal: new AbortController().signal,
      });
    await run(
      await verbOf(operation),
      [...withFiles(argv), '--endpoint-url', endpoint.url(id)],
      {},
      { openEngine },
    );
    return endpoint.requests(id)[0];
  }

  /** The lines and recordings lack what a client of its own makes up. */
  const sent = (operation: OperationName, input: object | null | undefined) => ({
    operation,
    input: withIdempotencyToken(operation, { ...input }, () => 'a-token'),
  });

  it.each(ecsOperations)('%s', async (operation) => {
    const words = Operations[operation].command.split(' ').length;
    for (const { argv, input } of generatedLines(operation, newer))
      expect(await request(operation, argv.slice(words))).toEqual(sent(operation, input));
    for (const { argv, input } of recordings.filter((each) => each.operation === operation && each.input))
      expect(await request(operation, argv)).toEqual(sent(operation, input));
  });
});

import { describe, expect, it } from 'vitest';
import type { OperationName } from '../../src/lib/api/operations.js';
import { type JsonSchema, loadOutputSchema, loadSchema } from '../../src/lib/api/schema.js';
import { inputSkeleton, outputSkeleton } from '../../src/lib/cli/skeleton.js';
import { ensureAws, runAws, runAwsProcess } from './aws.js';
import { generatedLines } from './generated-lines.js';
import { ecsOperations } from './newer.js';
import { record, recorded, recordingNames } from './recordings.js';

const verdict = await ensureAws();
if (!verdict.ok) console.warn(`\nSKIPPED, the AWS CLI as reference: ${verdict.reason}. ${verdict.remedy}\n`);

describe.skipIf(!verdict.ok)('the AWS CLI', () => {
  it.each(recordingNames)('does what was recorded of it: %s (else npm run aws:record)', async (name) => {
    expect(await record(name)).toEqual(recorded(name));
  });

  it('does in one process for all what it does in one for each', async () => {
    const argv = [
      'list-tasks',
      '--generate-cli-skeleton',
      'output',
      '--output',
      'table',
      '--query',
      'taskArns',
    ];
    const [inBatch] = await runAws([{ argv }]);
    const alone = await runAwsProcess(['ecs', ...argv]);
    expect(alone).toEqual({ code: 0, out: inBatch?.out });
    expect(alone.out).toContain('String');
  });

  it('sends what each generated line says, for every verb', async () => {
    const newer = new Set(recorded('newer'));
    const lines = ecsOperations
      .flatMap((operation) => generatedLines(operation, newer))
      .filter((line) => !line.newer);
    const runs = await runAws(lines);
    const sent = runs.map(({ requests, err }) => requests[0]?.input ?? err);
    expect(lines.map(({ argv }, i) => ({ argv, input: sent[i] }))).toEqual(lines);
  });

  it('gives skeletons of the same shape', async () => {
    const newer = new Set(recorded('newer'));
    const known = ecsOperations.filter((operation) => !newer.has(operation));
    const lines = known.map((operation) => generatedLines(operation, newer)[0]?.argv ?? []);
    const ask = async (kind: string) =>
      (await runAws(lines.map((argv) => ({ argv: [...argv, '--generate-cli-skeleton', kind] })))).map(
        ({ out }, i) => ({ operation: known[i], shape: out === '' ? {} : shapeOf(JSON.parse(out)) }),
      );
    const ours = (
      schema: (operation: OperationName) => JsonSchema | undefined,
      fill: (root: JsonSchema) => unknown,
    ) =>
      known.map((operation) => ({
        operation,
        shape: shapeOf(fill(withoutNewer(schema(operation) ?? {}, newer))),
      }));
    expect(ours(loadSchema, inputSkeleton)).toEqual(await ask('input'));
    // The reference makes an answer for it that its own model refuses.
    const made = <T extends { operation: unknown }>(all: T[]) =>
      all.filter(({ operation }) => operation !== 'DescribeCapacityProviders');
    expect(made(ours(loadOutputSchema, outputSkeleton))).toEqual(made(await ask('output')));
  });
});

/** The schema as the AWS CLI that is the reference knows it. */
function withoutNewer(root: JsonSchema, newer: ReadonlySet<string>): JsonSchema {
  const known = (name: string, schema: JsonSchema): JsonSchema => {
    const members = Object.entries(schema.properties ?? {}).filter(
      ([member]) => !newer.has(`${name}.${member}`),
    );
    return schema.properties ? { ...schema, properties: Object.fromEntries(members) } : schema;
  };
  const $defs = Object.fromEntries(
    Object.entries(root.$defs ?? {}).map(([name, schema]) => [name, known(name, schema)]),
  );
  return { ...known(`${root.title}Request`, known(`${root.title}Response`, root)), $defs };
}

/** Which of an enum's values comes first differs between the models. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shapeOf(member)]));
}

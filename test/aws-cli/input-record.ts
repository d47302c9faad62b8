import { Operations, type OperationName } from '../../src/lib/api/operations.js';
import { runAws } from './aws.js';
import { withFiles } from './files.js';
import { handWrittenLines } from './hand-written-lines.js';

/** What the AWS CLI made of a line: an input that it sent, or nothing: it refused. */
export interface RecordedInput {
  operation: OperationName;
  argv: string[];
  input: Record<string, unknown> | null;
}

export async function recordInputs(): Promise<RecordedInput[]> {
  const lines = Object.entries(handWrittenLines).flatMap(([operation, all]) =>
    all.map((argv) => ({ operation: operation as OperationName, argv: [...argv] })),
  );
  const runs = await runAws(
    lines.map(({ operation, argv }) => ({ argv: [Operations[operation].command, ...withFiles(argv)] })),
  );
  return lines.map((line, i) => ({ ...line, input: runs[i]?.requests[0]?.input ?? null }));
}

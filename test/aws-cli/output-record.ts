import type { OutputFormat } from '../../src/lib/cli/output.js';
import { runAws } from './aws.js';
import { cannedAnswers } from './output-cases.js';

/** What the AWS CLI printed. */
export interface RecordedOutput {
  /** The key of cannedAnswers. */
  answer: string;
  format: OutputFormat;
  query?: string;
  lines: string[];
}

const FORMATS: readonly OutputFormat[] = ['json', 'text', 'table', 'yaml'];

/** Every canned answer in every form, whole and with each query, but for what the AWS CLI does badly. */
export async function recordOutputs(): Promise<RecordedOutput[]> {
  const wanted = Object.entries(cannedAnswers).flatMap(([answer, { queries }]) =>
    [undefined, ...queries].flatMap((query) => FORMATS.map((format) => ({ answer, format, query }))),
  );
  const runs = await runAws(
    wanted.map(({ answer, format, query }) => ({
      argv: [
        ...(cannedAnswers[answer]?.argv ?? []),
        ...['--output', format],
        ...(query === undefined ? [] : ['--query', query]),
      ],
      answer: () => cannedAnswers[answer]?.body,
    })),
  );
  return wanted.flatMap((each, i) =>
    runs[i]?.code === 0 && isSensible(each.format, runs[i].out)
      ? [{ ...each, lines: runs[i].out.split('\n') }]
      : [],
  );
}

/** Not a box without the single value that was asked for, nor one with torn lines: docs/decisions.md. */
const isSensible = (format: OutputFormat, out: string): boolean =>
  format !== 'table' || out === '' || (out.split('\n').length > 4 && /^(?:[-|+].*[-|+]\n)+$/.test(out));

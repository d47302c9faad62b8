import { runAws } from './aws.js';
import { clusterPage, pageCases } from './page-cases.js';

/** What the AWS CLI asked for, and printed; null where it refused. */
export interface RecordedPages {
  argv: string[];
  inputs: Record<string, unknown>[];
  lines: string[] | null;
}

export async function recordPages(): Promise<RecordedPages[]> {
  const runs = await runAws(
    pageCases.map((argv) => ({ argv: ['list-clusters', ...argv], answer: clusterPage })),
  );
  return runs.map(({ code, out, requests }, i) => ({
    argv: [...(pageCases[i] ?? [])],
    inputs: requests.map(({ input }) => input),
    lines: code === 0 ? shortened(out.split('\n')) : null,
  }));
}

/** Where there are many, the first and the last lines say enough. */
export const shortened = (lines: readonly string[]): string[] =>
  lines.length <= 20 ? [...lines] : [...lines.slice(0, 10), `${lines.length} lines`, ...lines.slice(-10)];

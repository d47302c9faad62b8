import type { Request } from './endpoint.js';

/** Command lines of list-clusters where there are 250. */
export const pageCases: readonly (readonly string[])[] = [
  [],
  ['--no-paginate'],
  ['--max-results', '3'],
  ['--next-token', 't248'],
  ['--max-items', '2'],
  ['--max-items', '2', '--page-size', '5'],
  ['--max-items', '5', '--page-size', '5'],
  ['--max-items', '250'],
  ['--max-items', '1000', '--query', 'length(clusterArns)'],
  ['--max-items', '0'],
  ['--page-size', '100', '--query', 'clusterArns[-1]'],
  ['--starting-token', 't248'],
  // {"nextToken": null, "boto_truncate_amount": 2}
  [
    '--starting-token',
    'eyJuZXh0VG9rZW4iOiBudWxsLCAiYm90b190cnVuY2F0ZV9hbW91bnQiOiAyfQ==',
    '--max-items',
    '2',
  ],
  // {"nextToken": "t200", "boto_truncate_amount": 48}
  ['--starting-token', 'eyJuZXh0VG9rZW4iOiAidDIwMCIsICJib3RvX3RydW5jYXRlX2Ftb3VudCI6IDQ4fQ=='],
  // {"nextToken": "t245"}
  ['--starting-token', 'eyJuZXh0VG9rZW4iOiAidDI0NSJ9', '--page-size', '2', '--max-items', '3'],
  ['--max-items', '2', '--output', 'text'],
  ['--max-items', '2', '--output', 'table'],
  ['--max-items', '2', '--output', 'yaml'],
  ['--max-items', '2', '--query', 'NextToken'],
  ['--max-items', '2', '--query', '[clusterArns,NextToken]'],
  ['--max-items', '3', '--no-paginate'],
  ['--page-size', '3', '--max-results', '2'],
  ['--starting-token', 'x', '--next-token', 'y'],
  ['--page-size', 'x'],
  ['--max-items', '1.5'],
];

/** As ECS answers: 100 at once unless fewer are asked for, and where to go on. */
export function clusterPage({ input }: Pick<Request, 'input'>): {
  clusterArns: string[];
  nextToken?: string;
} {
  const from = Number((input.nextToken as string | undefined)?.slice(1) ?? 0);
  const to = Math.min(250, from + ((input.maxResults as number | undefined) ?? 100));
  const clusterArns = Array.from(
    { length: to - from },
    (_, i) => `arn:aws:ecs:us-east-1:123456789012:cluster/c${from + i}`,
  );
  return { clusterArns, ...(to < 250 && { nextToken: `t${to}` }) };
}

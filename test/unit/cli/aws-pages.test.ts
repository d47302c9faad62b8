import { expect, it } from 'vitest';
import ListClusters from '../../../src/commands/list-clusters.js';
import { clusterPage } from '../../aws-cli/page-cases.js';
import { shortened } from '../../aws-cli/page-record.js';
import { recorded } from '../../aws-cli/recordings.js';
import { run } from './kit.js';

it.each(recorded('pages'))(
  'pages are asked for and put together as the AWS CLI does: $argv',
  async (recording) => {
    const { argv, inputs, lines } = recording;
    const ran = await run(ListClusters, argv, {
      ListClusters: (input) => clusterPage({ input: { ...input } }),
    });
    expect(ran.calls.map(({ input }) => input)).toEqual(inputs);
    if (lines === null) expect(ran).toMatchObject({ code: 2, out: '' });
    else expect({ code: ran.code, lines: shortened(ran.out.split('\n')) }).toEqual({ code: 0, lines });
  },
);

it('says to people where it goes on', async () => {
  const ran = await run(
    ListClusters,
    ['--max-items', '1'],
    {
      ListClusters: () => clusterPage({ input: {} }),
      DescribeClusters: () => ({ clusters: [{ clusterName: 'c0' }], failures: [] }),
    },
    { people: true },
  );
  expect(ran.out).toContain('c0');
  expect(ran.err).toMatch(/^there are more:\n--starting-token \S+\n$/);
});

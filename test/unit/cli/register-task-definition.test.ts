import { describe, expect, it } from 'vitest';
import RegisterTaskDefinition from '../../../src/commands/register-task-definition.js';
import type { DryRunHost } from '../../../src/lib/api/operation-types.js';
import { run } from './kit.js';

const host = (name: string, canRun: DryRunHost['canRun'], detail?: string): DryRunHost => ({
  name,
  containerInstanceArn: `arn:i/${name}`,
  canRun,
  ...(detail && { reason: 'RESOURCE:MEMORY', detail }),
});
const words = ['--family', 'web', '--container-definitions', '[]', '--dry-run'];
const dryRun = (hosts: DryRunHost[] | undefined, people = false) =>
  run(
    RegisterTaskDefinition,
    words,
    {
      RegisterTaskDefinition: () => ({
        dryRun: true,
        taskDefinition: { family: 'web', revision: 3, containerDefinitions: [] },
        ...(hosts && { clusterName: 'default', hosts }),
      }),
    },
    { people },
  );

describe('register-task-definition --dry-run', () => {
  it.each([
    ['a host can run it', [host('a', 'NOW'), host('b', 'NO', 'x')], 0],
    ['a host can later', [host('a', 'LATER', 'x')], 0],
    ['none can', [host('a', 'NO', 'x')], 4],
    ['there are no hosts', [], 4],
    ['no cluster was looked at', undefined, 0],
  ])('ends by what it found: %s', async (_, hosts, code) => {
    expect((await dryRun(hosts)).code).toBe(code);
  });

  it('shows people a table of the hosts', async () => {
    const { out } = await dryRun(
      [host('web1', 'NOW'), host('web2', 'LATER', 'has 1 MiB of 2'), host('web3', 'NO', 'has 1 MiB of 2')],
      true,
    );
    expect(out).toContain('web2  not now     RESOURCE:MEMORY: has 1 MiB of 2');
    expect(out).toContain('2 of 3 hosts of default can run it.');
    expect(out).toContain('Nothing was changed.');
  });

  it('tells scripts ECS’s answer and the hosts, and that no cluster was looked at', async () => {
    const { out, err } = await dryRun(undefined);
    expect(JSON.parse(out)).toMatchObject({ dryRun: true, taskDefinition: { revision: 3 } });
    expect(err).toContain('no cluster was looked at');
  });
});

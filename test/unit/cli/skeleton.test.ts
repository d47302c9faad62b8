import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import DescribeTasks from '../../../src/commands/describe-tasks.js';
import ListTasks from '../../../src/commands/list-tasks.js';
import RegisterTaskDefinition from '../../../src/commands/register-task-definition.js';
import { ecsOperations } from '../../aws-cli/newer.js';
import { run } from './kit.js';
import { verbOf } from './verbs.js';

describe('--generate-cli-skeleton', () => {
  it('prints an input to fill in, and does nothing', async () => {
    const ran = await run(RegisterTaskDefinition, ['--generate-cli-skeleton']);
    const skeleton = JSON.parse(ran.out) as {
      family: string;
      containerDefinitions: { portMappings: unknown[] }[];
    };
    expect(skeleton).toMatchObject({ family: '', networkMode: expect.any(String) });
    expect(skeleton.containerDefinitions[0]?.portMappings[0]).toMatchObject({ containerPort: 0 });
    expect(ran).toMatchObject({ code: 0, calls: [] });
    const yaml = await run(RegisterTaskDefinition, ['--generate-cli-skeleton', 'yaml-input']);
    expect(yaml.out).toMatch(
      /^family: '' # \[REQUIRED\] Name that the revisions of a task definition share\.\n/,
    );
    expect(yaml.out).toContain(
      '\nnetworkMode: awsvpc # bridge (the default), awsvpc (each task has an address), host or none. One of: awsvpc, bridge, ',
    );
    expect(yaml.out).toContain('\ncontainerDefinitions:\n# [REQUIRED] The containers of a task.\n- name: ');
  });

  it('prints what an answer may hold, and does nothing', async () => {
    const ran = await run(ListTasks, ['--generate-cli-skeleton', 'output']);
    expect(ran).toMatchObject({ code: 0, calls: [] });
    expect(JSON.parse(ran.out)).toEqual({ taskArns: ['String'], nextToken: 'nextToken' });
    const asked = [
      '--generate-cli-skeleton',
      'output',
      '--query',
      'tasks[0].[cpu,version,createdAt,launchType]',
    ];
    const part = await run(DescribeTasks, ['--tasks', 'a', ...asked, '--output', 'text']);
    expect(part.out).toBe('cpu\t0\t1970-01-01T00:00:00\tlaunchType\n');
    expect((await run(DescribeTasks, asked)).err).toContain('--tasks must be given');
  });

  it.each(ecsOperations)('%s: the remarks in YAML change nothing', async (operation) => {
    const verb = await verbOf(operation);
    const json = await run(verb, ['--generate-cli-skeleton']);
    const yaml = await run(verb, ['--generate-cli-skeleton', 'yaml-input']);
    expect(parse(yaml.out)).toEqual(JSON.parse(json.out));
    expect(json).toMatchObject({ code: 0, err: '', calls: [] });
  });
});

import { describe, expect, it } from 'vitest';
import DescribeTasks from '../../../src/commands/describe-tasks.js';
import ListTasks from '../../../src/commands/list-tasks.js';
import RegisterTaskDefinition from '../../../src/commands/register-task-definition.js';
import { run } from './kit.js';

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
      '\nnetworkMode: awsvpc # bridge (the default), host or none. One of: awsvpc, bridge, ',
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
});

import { describe, expect, it } from 'vitest';
import DescribeTasks from '../../../src/commands/describe-tasks.js';
import { run } from './kit.js';

describe('a task in detail', () => {
  it('tells of health where it is checked, and of the address of a task that has one', async () => {
    const checked = {
      taskArn: `arn:aws:ecs:local:0:task/default/${'1f2e3d4c'.repeat(4)}`,
      lastStatus: 'RUNNING',
      healthStatus: 'HEALTHY',
      attachments: [
        { type: 'ElasticNetworkInterface', details: [{ name: 'privateIPv4Address', value: '172.18.0.2' }] },
      ],
      containers: [
        { name: 'db', lastStatus: 'RUNNING', healthStatus: 'HEALTHY' },
        { name: 'side', lastStatus: 'RUNNING', healthStatus: 'UNKNOWN' },
      ],
    };
    const tasks = () => ({ tasks: [checked], failures: [] });
    const { out } = await run(
      DescribeTasks,
      ['--tasks', '1f2e'],
      { DescribeTasks: tasks, DescribeContainerInstances: () => ({ containerInstances: [] }) },
      { people: true },
    );
    expect(out).toMatch(/ health +HEALTHY\n/);
    expect(out).toMatch(/ address +172\.18\.0\.2\n/);
    expect(out).toMatch(/ CONTAINER +STATE +HEALTH .*\n +db +RUNNING +HEALTHY .*\n +side +RUNNING +- /);
  });
});

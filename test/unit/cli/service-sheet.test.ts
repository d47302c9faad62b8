import { expect, it } from 'vitest';
import DescribeServices from '../../../src/commands/describe-services.js';
import { NOW, run } from './kit.js';

const id = (n: number) => String(n).repeat(32);
const host = (n: number, more: object = {}) => ({
  containerInstanceArn: `arn:aws:ecs:local:0:container-instance/default/${id(n)}`,
  ec2InstanceId: `web${n}`,
  ...more,
});
const hosts = [host(1), host(2, { agentConnected: false }), host(3)];
const task = (n: number) => ({
  taskArn: `arn:aws:ecs:local:0:task/default/${String(n + 4).repeat(32)}`,
  containerInstanceArn: host(n).containerInstanceArn,
  lastStatus: 'RUNNING',
});

it('people see by name which hosts are away, and which ones events are about', async () => {
  const service = {
    serviceArn: 'arn:aws:ecs:local:0:service/default/web',
    serviceName: 'web',
    clusterArn: 'arn:aws:ecs:local:0:cluster/default',
    events: [
      {
        createdAt: new Date(NOW - 5000),
        message: `(service web) was unable. The closest matching (container-instance ${id(3)}) is full.`,
      },
    ],
  };
  const tasks = [task(1), task(2)];
  const asked: string[] = [];
  const ran = await run(
    DescribeServices,
    ['--services', 'web'],
    {
      DescribeServices: () => ({ services: [service] }),
      ListTasks: () => ({ taskArns: tasks.map(({ taskArn }) => taskArn) }),
      DescribeTasks: () => ({ tasks }),
      DescribeContainerInstances: ({ containerInstances }) => {
        asked.push(...containerInstances);
        return { containerInstances: hosts };
      },
    },
    { people: true },
  );
  expect(asked).toContain(id(3));
  expect(ran.out).toMatch(/web1 +1 +55555555\n +web2 \(away\) +1 +66666666\n/);
  expect(ran.out).toContain('5s  was unable. The closest matching host web3 is full.');
});

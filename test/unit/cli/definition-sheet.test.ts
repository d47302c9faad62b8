import { describe, expect, it } from 'vitest';
import DescribeTaskDefinition from '../../../src/commands/describe-task-definition.js';
import ListTaskDefinitions from '../../../src/commands/list-task-definitions.js';
import RegisterTaskDefinition from '../../../src/commands/register-task-definition.js';
import { NOW, run } from './kit.js';

const people = { people: true };
const arn = 'arn:aws:ecs:local:0:task-definition/web:3';
const taskDefinition = {
  taskDefinitionArn: arn,
  family: 'web',
  revision: 3,
  status: 'ACTIVE',
  taskRoleArn: 'arn:aws:iam::0:role/web',
  volumes: [],
  compatibilities: ['EC2'],
  registeredAt: new Date(NOW - 200_000),
  registeredBy: 'arn:aws:iam::0:user/ann',
  containerDefinitions: [
    {
      name: 'app',
      image: 'busybox',
      cpu: 10,
      memory: 64,
      memoryReservation: 32,
      portMappings: [{ containerPort: 80, hostPort: 8080, protocol: 'tcp' }],
      entryPoint: ['sh', '-c'],
      command: ['echo "hello"; sleep 5'],
      environment: [
        { name: 'MODE', value: 'test' },
        { name: 'EMPTY', value: '' },
      ],
      healthCheck: { command: ['CMD', 'true'], interval: 5 },
      mountPoints: [],
    },
    { name: 'side', image: 'busybox', memory: 16, essential: false },
  ],
};

describe('a task definition', () => {
  const described = (colour = {}) =>
    run(
      DescribeTaskDefinition,
      ['--task-definition', 'web'],
      { DescribeTaskDefinition: () => ({ taskDefinition, tags: [{ key: 'team', value: 'a' }] }) },
      { ...people, ...colour },
    );

  it('is described with all that it says', async () => {
    const { out } = await described();
    expect(
      out
        .replace(/registered.*/, 'registered …')
        .trimEnd()
        .split('\n'),
    ).toEqual([
      'web:3',
      '  status       ACTIVE',
      '  tags         team=a',
      '  taskRoleArn  arn:aws:iam::0:role/web',
      '  registered …',
      '  CONTAINER  IMAGE    CPU  MEM  PORTS    ESSENTIAL',
      '  app        busybox   10   32  8080:80  yes',
      '  side       busybox    0   16  -        no',
      '',
      'app',
      '  memory       64',
      '  entryPoint   sh -c',
      '  command      "echo \\"hello\\"; sleep 5"',
      '  environment  MODE=test EMPTY',
      '  healthCheck  {"command":["CMD","true"],"interval":5}',
    ]);
    expect(out).toMatch(/registered {3}2026-11-2\d \d\d:\d\d:\d\d \(3m20s ago\), by ann\n/);
  });

  it('has no line that the terminal would break, however long a value is', async () => {
    const long = { logDriver: 'awslogs', options: { 'awslogs-group': 'g'.repeat(200) } };
    const [app] = taskDefinition.containerDefinitions;
    const one = { ...taskDefinition, containerDefinitions: [{ ...app, logConfiguration: long }] };
    const { out } = await run(
      DescribeTaskDefinition,
      ['--task-definition', 'web'],
      { DescribeTaskDefinition: () => ({ taskDefinition: one }) },
      people,
    );
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(out.replace(/\n +/g, '')).toContain(JSON.stringify(long));
  });

  it('is shown in short once it is registered, and listed as it is typed', async () => {
    const registered = await run(
      RegisterTaskDefinition,
      ['--family', 'web', '--container-definitions', '[]'],
      { RegisterTaskDefinition: () => ({ taskDefinition }) },
      people,
    );
    expect(registered.out).not.toContain('hello');
    const listed = await run(
      ListTaskDefinitions,
      [],
      { ListTaskDefinitions: () => ({ taskDefinitionArns: [arn] }) },
      people,
    );
    expect(listed.out).toBe('DEFINITION\nweb:3\n');
  });
});

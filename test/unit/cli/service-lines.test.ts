import { expect, it } from 'vitest';
import { eventText } from '../../../src/lib/cli/event-text.js';
import { serviceLine } from '../../../src/lib/cli/drive-service.js';
import { serviceLines, settlingLine, type ServiceProgress } from '../../../src/lib/cli/service-lines.js';

const letters = { unicode: true };
const now = 1_000_000;

type Deployment = ServiceProgress['deployments'][number];

const deployment = (more: Partial<Deployment>): Deployment => ({
  id: 'ecs-svc/1',
  definition: 'web:4',
  status: 'PRIMARY',
  rolloutState: 'IN_PROGRESS',
  failedTasks: 0,
  pending: 0,
  running: 0,
  healthy: 0,
  checked: 0,
  stopping: 0,
  ...more,
});

const progress = (deployments: Deployment[], more: Partial<ServiceProgress> = {}): ServiceProgress => ({
  type: 'service-progress',
  cluster: 'default',
  service: 'web',
  steady: false,
  wanted: 12,
  deployments,
  unplaced: 0,
  ...more,
});

it('tells of each deployment that has tasks', () => {
  const lines = serviceLines(
    [
      progress([
        deployment({ running: 7, healthy: 5, checked: 7, pending: 3, failedTasks: 1 }),
        deployment({ definition: 'web:10', status: 'ACTIVE', running: 4, stopping: 2 }),
        deployment({ definition: 'web:2', status: 'ACTIVE' }),
      ]),
    ],
    letters,
    now,
  );
  expect(lines).toEqual([
    'web:4   7 running (5 healthy), 3 pending, 1 failed of 12',
    'web:10  4 running, 2 stopping',
  ]);
});

it('tells two deployments of one revision apart, and says what finds no place', () => {
  const lines = serviceLines(
    [progress([deployment({}), deployment({ status: 'ACTIVE', running: 12 })], { unplaced: 12 })],
    letters,
    now,
  );
  expect(lines).toEqual(['web:4         0 running, 12 without a place of 12', 'web:4 before  12 running']);
});

it('names the services where there are several, and is silent of those that are steady', () => {
  const own = [deployment({ definition: 'app:1', running: 1, checked: 1 })];
  const lines = serviceLines(
    [progress(own, { service: 'web' }), progress(own, { service: 'api', steady: true })],
    letters,
    now,
  );
  expect(lines).toEqual(['web app:1  1 running (0 healthy) of 12']);
  expect(serviceLines([progress(own, { steady: true })], letters, now)).toEqual([]);
});

it('counts the services that there is no room for', () => {
  const own = [deployment({ definition: 'app:1' })];
  const many = ['a', 'b', 'c', 'd', 'e'].map((service) => progress(own, { service }));
  const lines = serviceLines(many, letters, now);
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['a', 'b', 'c', 'and']);
  expect(lines.at(-1)).toBe('and 2 more services');
  expect(serviceLines([...many.slice(0, 3), progress(own, { steady: true })], letters, now)).toHaveLength(3);
});

it('says how long tasks without a health check take to count as healthy', () => {
  const young = progress([deployment({ running: 12, settledAt: now + 31_500 })]);
  expect(serviceLines([young], letters, now)).toEqual([
    'web:4  12 running of 12; healthy in 32 s (no health check)',
  ]);
  expect(serviceLines([young], letters, now + 31_500)).toEqual(['web:4  12 running of 12']);
  expect(settlingLine(young, now)).toMatch(/^12 of 12 tasks run; without a health check they count/);
  expect(settlingLine(young, now + 30_000)).toBeUndefined();
  const rolling = [...young.deployments, deployment({ status: 'ACTIVE', stopping: 1 })];
  expect(settlingLine(progress(rolling), now)).toBeUndefined();
  expect(settlingLine(progress([deployment({ running: 12, checked: 12 })]), now)).toBeUndefined();
  // One too many is not what is waited for.
  expect(settlingLine(progress([deployment({ running: 13, settledAt: now + 31_500 })]), now)).toBeUndefined();
});

const task = (n: number) => `(task ${String(n).repeat(32)})`;

it.each([
  [`(service web) has started 2 tasks: ${task(1)} ${task(2)}.`, 'has started 2 tasks: 11111111 22222222.'],
  [
    `(service web) has stopped 6 running tasks: ${[1, 2, 3, 4, 5, 6].map(task).join(' ')}.`,
    'has stopped 6 running tasks: 11111111 22222222 33333333 44444444 and 2 more.',
  ],
  ['(service web) (deployment ecs-svc/1234567890123456789) deployment completed.', 'deployment completed.'],
  [
    '(service web) rolling back to deployment ecs-svc/1234567890123456789: deployment ecs-svc/2234567890123456789 failed.',
    'rolling back to deployment 12345678: deployment 22345678 failed.',
  ],
  [`(service web) ${task(3)} failed container health checks.`, '33333333 failed container health checks.'],
])('an event is told shortly: %s', (message, text) => expect(eventText({ message })).toBe(text));

it('an event says which deployment it means where there are several', () => {
  const completed = '(service web) (deployment ecs-svc/1234567890123456789) deployment completed.';
  expect(eventText({ message: completed, several: true })).toBe('deployment 12345678 completed.');
});

it('an event names hosts as people do', () => {
  const id = '3b02'.repeat(8);
  const message = `(service web) was unable to place a task. The closest matching (container-instance ${id}) is busy.`;
  const said = (name: string) => `was unable to place a task. The closest matching host ${name} is busy.`;
  expect(eventText({ message, hosts: { [id]: 'web2' } })).toBe(said('web2'));
  expect(eventText({ message })).toBe(said('3b023b02'));
});

it('says in a line what is true of a service', () => {
  const taskDefinition = 'arn:aws:ecs:local:0:task-definition/web:4';
  const service = { serviceName: 'web', desiredCount: 3, taskDefinition };
  expect(serviceLine({ ...service, deployments: [{ taskDefinition, runningCount: 3 }] }, letters)).toBe(
    'web: 3 of 3 running web:4\n',
  );
  expect(
    serviceLine(
      {
        ...service,
        deployments: [
          { taskDefinition, runningCount: 1, pendingCount: 2 },
          { taskDefinition: 'arn:aws:ecs:local:0:task-definition/web:3', runningCount: 2 },
        ],
      },
      letters,
    ),
  ).toBe('web: 1 of 3 running web:4, 2 pending, 2 running web:3\n');
});

it('keeps lines short where names are long', () => {
  const family = 'customer-portal-backend-for-reporting';
  const [line] = serviceLines(
    [progress([deployment({ definition: `${family}:12`, running: 1, checked: 1 })])],
    letters,
    now,
  );
  expect(line).toBe('customer-portal-backend…:12  1 running (0 healthy) of 12');
  const taskDefinition = `arn:aws:ecs:local:0:task-definition/${family}:12`;
  const service = { serviceName: family, desiredCount: 1, taskDefinition };
  expect(serviceLine({ ...service, deployments: [{ taskDefinition, runningCount: 1 }] }, letters)).toBe(
    'customer-portal-backend…: 1 of 1 running customer-portal-backend…:12\n',
  );
});

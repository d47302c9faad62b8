import { expect, it } from 'vitest';
import DeleteService from '../../../src/commands/delete-service.js';
import Deploy from '../../../src/commands/deploy.js';
import Rebalance from '../../../src/commands/rebalance.js';
import UpdateService from '../../../src/commands/update-service.js';
import { run } from './kit.js';

const service = { serviceName: 'web', desiredCount: 3, taskDefinition: 'web:15', deployments: [] };
const waited = (more: object = {}) => ({
  services: [service],
  failures: [],
  outcomes: [{ serviceName: 'web', state: 'STEADY', failedTasks: [] }],
  watched: false,
  unreachable: [],
  ...more,
});
const update = (more: object, ...argv: string[]) =>
  run(UpdateService, ['--service', 'web', ...argv], {
    UpdateService: () => ({ service }),
    WaitServices: () => waited(more),
  });

it('a verb whose service has tasks on a host that does not answer has done its work partly, and says so', async () => {
  const unreachable = [
    { host: 'web3', left: [{ taskDefinition: 'web:14', count: 2 }] },
    { host: 'web4', left: [{ taskDefinition: 'web:14', count: 1 }] },
  ];
  const ran = await update({ unreachable }, '--desired-count', '3');
  expect(ran.code).toBe(3);
  expect(ran.err.split('\n')).toEqual([
    '2 tasks of web:14 may still run on web3, which does not answer; they are stopped by longshore reconcile when it is back',
    '1 task of web:14 may still run on web4, which does not answer; it is stopped by longshore reconcile when it is back',
    'note: not watched: no lost task is replaced; see longshore install-controller',
    '',
  ]);
  const idle = await update({ unreachable: [{ host: 'web3', left: [] }], watched: true });
  expect(idle).toMatchObject({ code: 3, err: 'web3 does not answer\n' });
  const watched = await update({ unreachable, watched: true });
  expect(watched.err).toContain('they are stopped when it is back\n');
  const failed = await update({
    unreachable,
    outcomes: [{ serviceName: 'web', state: 'FAILED', failedTasks: [] }],
  });
  expect(failed.code).toBe(1);
});

it('what is only recorded waits for a verb where nobody watches, and that is said', async () => {
  const ran = await update({}, '--no-wait', '--cluster', 'prod');
  const verb = 'longshore wait services-stable --cluster prod --services web';
  expect(ran).toMatchObject({
    code: 0,
    err: `note: not watched: nothing is started or stopped until ${verb}\n`,
  });
  expect(ran.calls[1]).toMatchObject({ operation: 'WaitServices', input: { timeout: 0 } });
  expect((await update({ watched: true }, '--no-wait')).err).toBe('');
  const deleted = await run(DeleteService, ['--service', 'web', '--no-wait'], {
    DeleteService: () => ({ service }),
    WaitServices: () => waited(),
  });
  expect(deleted.err).toBe(
    'note: not watched: nothing is stopped until longshore wait services-inactive --services web\n',
  );
});

it('a deploy that was rolled back shows its revision as it is then', async () => {
  const taskDefinition = { taskDefinitionArn: 'arn:web:15', revision: 15 };
  const ran = await run(Deploy, ['--service', 'web', '--image', 'web:15'], {
    DeployService: () => ({ taskDefinition: { ...taskDefinition, status: 'ACTIVE' }, service }),
    WaitServices: () => waited({ outcomes: [{ serviceName: 'web', state: 'ROLLED_BACK', failedTasks: [] }] }),
    DescribeTaskDefinition: () => ({ taskDefinition: { ...taskDefinition, status: 'INACTIVE' } }),
  });
  expect(ran.code).toBe(1);
  expect(JSON.parse(ran.out)).toMatchObject({ taskDefinition: { revision: 15, status: 'INACTIVE' } });
});

it('rebalance waits for all its services in one go, and says once that nobody watches', async () => {
  const move = (serviceName: string) => ({
    taskArn: `t/${serviceName}`,
    serviceName,
    from: 'web1',
    to: 'web2',
  });
  const ran = await run(Rebalance, ['--yes', '--cluster', 'prod'], {
    Rebalance: () => ({ moves: [move('web'), move('api'), move('web')] }),
    WaitServices: () =>
      waited({
        services: [service, { ...service, serviceName: 'api' }],
        outcomes: [
          { serviceName: 'web', state: 'STEADY', failedTasks: [] },
          { serviceName: 'api', state: 'UNDER_WAY', failedTasks: [] },
        ],
      }),
  });
  expect(ran.code).toBe(1);
  expect(ran.calls.filter(({ operation }) => operation === 'WaitServices')).toMatchObject([
    { input: { services: ['web', 'api'] } },
  ]);
  expect(ran.err.split('\n')).toEqual([
    'api: not steady after 600 s',
    'api: what was asked for stands; longshore wait services-stable --cluster prod --services api goes on with it',
    'note: not watched: no lost task is replaced; see longshore install-controller',
    '',
  ]);
});

it('rebalance of more services than one wait takes waits for one part after the other', async () => {
  const names = Array.from({ length: 101 }, (_, i) => `web${i}`);
  const answers = {
    Rebalance: () => ({
      moves: names.map((serviceName) => ({ taskArn: 't', serviceName, from: 'web1', to: 'web2' })),
    }),
    WaitServices: ({ services }: { services: string[] }) =>
      waited({
        services: [],
        outcomes: services.map((serviceName) => ({
          serviceName,
          state: serviceName === 'web100' ? 'UNDER_WAY' : 'STEADY',
          failedTasks: [],
        })),
      }),
  };
  const ran = await run(Rebalance, ['--yes'], answers);
  expect(ran.code).toBe(1);
  expect(ran.err).toMatch(/^web100: not steady after 600 s\n/);
  const waits = ran.calls.filter(({ operation }) => operation === 'WaitServices');
  expect(waits.map(({ input }) => input)).toMatchObject([
    { services: names.slice(0, 100), timeout: 600 },
    { services: ['web100'] },
  ]);
  const noWait = await run(Rebalance, ['--yes', '--no-wait'], answers);
  expect(noWait.err).toBe('note: not watched: nothing is started or stopped until longshore reconcile\n');
});

const rolling = {
  ...service,
  deployments: [
    { id: 'ecs-svc/2', status: 'PRIMARY' },
    { id: 'ecs-svc/1', status: 'ACTIVE' },
  ],
};
const answers = {
  UpdateService: () => ({ service: rolling }),
  DeleteService: () => ({ service: rolling }),
  WaitServices: () => waited({ services: [rolling], watched: true }),
};
const waitOf = ({ calls }: Awaited<ReturnType<typeof run>>) =>
  calls.find(({ operation }) => operation === 'WaitServices')?.input;

it('a verb waits for the very deployment that it has made', async () => {
  const ran = await run(UpdateService, ['--service', 'web', '--desired-count', '2'], answers);
  expect(waitOf(ran)).toEqual({
    services: ['web'],
    deployments: ['ecs-svc/2'],
    until: 'STEADY',
    timeout: 600,
  });
});

it('the end of a service is no matter of its deployments', async () => {
  const ran = await run(DeleteService, ['--service', 'web', '--force'], answers);
  expect(waitOf(ran)).toEqual({ services: ['web'], until: 'INACTIVE', timeout: 600 });
});

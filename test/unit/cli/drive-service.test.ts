import { expect, it } from 'vitest';
import DeleteService from '../../../src/commands/delete-service.js';
import UpdateService from '../../../src/commands/update-service.js';
import { run } from './kit.js';

const service = {
  serviceName: 'web',
  deployments: [
    { id: 'ecs-svc/2', status: 'PRIMARY' },
    { id: 'ecs-svc/1', status: 'ACTIVE' },
  ],
};
const answers = {
  UpdateService: () => ({ service }),
  DeleteService: () => ({ service }),
  WaitServices: () => ({
    services: [service],
    outcomes: [{ serviceName: 'web', state: 'STEADY', failedTasks: [] }],
    watched: true,
  }),
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

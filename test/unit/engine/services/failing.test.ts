import { expect, it } from 'vitest';
import { useFastTime } from '../../../fakes/fake-time.js';
import { cluster, definition, hostOf, type Kit } from '../kit.js';

useFastTime();

const settings = { healthyAfter: 100 };
const DENIED = 'CannotPullContainerError: pull access denied for nosuch:1';

const service = async ({ engine }: Kit) =>
  (await engine.call('DescribeServices', { services: ['web'] })).services?.[0];
const messages = async (made: Kit) => (await service(made))?.events?.map(({ message = '' }) => message) ?? [];

it('who waits for a service without a circuit breaker is told why its tasks fail, and waits no longer than with one', async () => {
  const made = await cluster(['web1'], { settings });
  const { engine } = made;
  await engine.call('RegisterTaskDefinition', definition('web', { image: 'nosuch:1' }));
  await engine.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 2 });
  const { outcomes } = await engine.call('WaitServices', { services: ['web'], timeout: 30 });
  expect(outcomes).toMatchObject([
    { state: 'FAILING', failedTasks: [{ stoppedReason: expect.stringContaining(DENIED) }, {}, {}] },
  ]);
  const told = (await messages(made)).filter((message) => message.includes('has failed to start'));
  // Six tasks at the least, for one reason.
  expect(told).toHaveLength(1);
  expect(told[0]).toContain(`. Reason: ${DENIED}`);
  expect(await service(made)).toMatchObject({ deployments: [{ rolloutState: 'IN_PROGRESS' }] });

  // What had failed before says nothing of what was asked for since.
  await engine.call('UpdateService', { service: 'web', desiredCount: 0 });
  const after = await engine.call('WaitServices', { services: ['web'], timeout: 30 });
  expect(after.outcomes).toMatchObject([{ state: 'STEADY' }]);
});

it.each([
  [undefined, 'FAILING'],
  [{ enable: true, rollback: false }, 'FAILED'],
])('so is who waits for one to be stable, with the breaker %j', async (deploymentCircuitBreaker, state) => {
  const { engine } = await cluster(['web1'], { settings });
  await engine.call('RegisterTaskDefinition', definition('web', { image: 'nosuch:1' }));
  await engine.call('CreateService', {
    serviceName: 'web',
    taskDefinition: 'web',
    desiredCount: 2,
    ...(deploymentCircuitBreaker && { deploymentConfiguration: { deploymentCircuitBreaker } }),
  });
  const { outcomes } = await engine.call('WaitServices', { services: ['web'], until: 'STABLE', timeout: 30 });
  expect(outcomes).toMatchObject([{ state }]);
});

it('a service whose tasks have only just come up is not stable', async () => {
  const made = await cluster(['web1'], { settings: { healthyAfter: 60_000 } });
  const { engine } = made;
  await engine.call('RegisterTaskDefinition', definition());
  await engine.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 2 });
  const { outcomes } = await engine.call('WaitServices', { services: ['web'], until: 'STABLE', timeout: 1 });
  expect(outcomes).toMatchObject([{ state: 'UNDER_WAY' }]);
  expect(await service(made)).toMatchObject({ runningCount: 2 });
});

it('a revision that deploy has registered is INACTIVE when its deployment is rolled back; others stay', async () => {
  const made = await cluster(['web1'], { settings });
  const { engine } = made;
  await engine.call('RegisterTaskDefinition', definition());
  const config = { deploymentCircuitBreaker: { enable: true, rollback: true } };
  await engine.call('CreateService', {
    serviceName: 'web',
    taskDefinition: 'web',
    desiredCount: 1,
    deploymentConfiguration: config,
  });
  const wait = async () =>
    (await engine.call('WaitServices', { services: ['web'], timeout: 30 })).outcomes[0]?.state;
  expect(await wait()).toBe('STEADY');
  const statuses = async () =>
    Promise.all(
      ['web:1', 'web:2', 'web:3'].map(async (taskDefinition) =>
        engine.call('DescribeTaskDefinition', { taskDefinition }).then(
          (answer) => answer.taskDefinition?.status,
          () => undefined,
        ),
      ),
    );

  await engine.call('DeployService', { service: 'web', image: ['nosuch:1'] });
  expect(await wait()).toBe('ROLLED_BACK');
  expect(await statuses()).toEqual(['ACTIVE', 'INACTIVE', undefined]);
  expect(await messages(made)).toContain(
    '(service web) has deregistered web:2, which was registered for the deployment that failed.',
  );
  // By its family the service gets what works.
  const latest = await engine.call('DescribeTaskDefinition', { taskDefinition: 'web' });
  expect(latest.taskDefinition?.revision).toBe(1);

  await engine.call('RegisterTaskDefinition', definition('web', { image: 'nosuch:1' }));
  await engine.call('UpdateService', { service: 'web', taskDefinition: 'web:3' });
  expect(await wait()).toBe('ROLLED_BACK');
  expect(await statuses()).toEqual(['ACTIVE', 'INACTIVE', 'ACTIVE']);
});

it('a deploy that is refused leaves no revision behind that is the latest', async () => {
  const made = await cluster(['web1'], { settings });
  const { engine } = made;
  const portMappings = [{ containerPort: 80, hostPort: 80 }];
  await engine.call('RegisterTaskDefinition', definition('web', { portMappings }));
  await engine.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 1 });
  await engine.call('WaitServices', { services: ['web'], timeout: 30 });
  const refused = engine.call('DeployService', { service: 'web', env: ['LEVEL=debug'] });
  await expect(refused).rejects.toThrow('leaves no room to roll');
  const latest = await engine.call('DescribeTaskDefinition', { taskDefinition: 'web' });
  expect(latest.taskDefinition?.revision).toBe(1);
});

it('a task has stopped, though its engine has no room to write its restart policy down', async () => {
  const made = await cluster(['web1'], { settings });
  const { engine } = made;
  await engine.call('RegisterTaskDefinition', definition());
  await engine.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 1 });
  await engine.call('WaitServices', { services: ['web'], timeout: 30 });
  const host = hostOf(made, 'web1');
  await expect
    .poll(() => [...host.containers.values()][0]?.options.HostConfig?.RestartPolicy?.Name)
    .toBe('unless-stopped');
  host.failNext('updateContainer', 'no space left on device');
  await engine.call('UpdateService', { service: 'web', desiredCount: 0 });
  const { outcomes } = await engine.call('WaitServices', { services: ['web'], timeout: 30 });
  expect(outcomes).toMatchObject([{ state: 'STEADY' }]);
});

it('a deployment that somebody stops is rolled back with its revision', async () => {
  const made = await cluster(['web1'], { settings: { healthyAfter: 60_000 } });
  const { engine } = made;
  await engine.call('RegisterTaskDefinition', definition());
  await engine.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 0 });
  await engine.call('WaitServices', { services: ['web'], timeout: 30 });
  await engine.call('DeployService', { service: 'web', env: ['LEVEL=debug'] });
  const { currentServiceDeployment = '' } = (await service(made)) ?? {};
  await engine.call('StopServiceDeployment', { serviceDeploymentArn: currentServiceDeployment });
  const { taskDefinition } = await engine.call('DescribeTaskDefinition', { taskDefinition: 'web:2' });
  expect(taskDefinition?.status).toBe('INACTIVE');
});

it('a deployment that somebody stops is not said to have failed', async () => {
  const made = await cluster(['web1'], { settings: { healthyAfter: 60_000 } });
  const { engine } = made;
  await engine.call('RegisterTaskDefinition', definition());
  await engine.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 0 });
  await engine.call('WaitServices', { services: ['web'], timeout: 30 });
  const deploymentCircuitBreaker = { enable: true, rollback: true };
  await engine.call('UpdateService', {
    service: 'web',
    forceNewDeployment: true,
    deploymentConfiguration: { deploymentCircuitBreaker },
  });
  const { currentServiceDeployment: arn = '', deployments = [] } = (await service(made)) ?? {};
  await engine.call('StopServiceDeployment', { serviceDeploymentArn: arn });
  const { serviceDeployments } = await engine.call('DescribeServiceDeployments', {
    serviceDeploymentArns: [arn],
  });
  expect(serviceDeployments).toMatchObject([
    {
      statusReason: 'Service deployment stopped by user (ROLLBACK).',
      deploymentCircuitBreaker: { status: 'MONITORING_COMPLETE', failureCount: 0 },
    },
  ]);
  const id = deployments[0]?.id ?? '';
  const told = await messages(made);
  expect(told).toContain(`(service web) (deployment ${id}) deployment stopped by user.`);
  expect(told).toContainEqual(expect.stringMatching(`: deployment ${id} was stopped by user.$`));
  expect(told.filter((message) => message.includes('failed'))).toEqual([]);
});

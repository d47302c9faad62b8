import { expect, it } from 'vitest';
import { cluster, definition, kit, type Kit } from '../kit.js';

const onPort80 = definition('web', { portMappings: [{ containerPort: 80, hostPort: 80 }] });
const web = { serviceName: 'web', taskDefinition: 'web' };

/** The warnings since it was last asked. */
const warnings = ({ events }: Kit) =>
  events.splice(0).flatMap((event) => (event.type === 'warning' ? [event.message] : []));

it('who asks for more tasks than the hosts have room for is told at once, and gets the service', async () => {
  const made = await cluster(['web1'], { settings: { healthyAfter: 50 } });
  const { engine } = made;
  await engine.call('RegisterTaskDefinition', onPort80);
  warnings(made);
  const { service } = await engine.call('CreateService', { ...web, desiredCount: 2 });
  expect(service).toMatchObject({ status: 'ACTIVE', desiredCount: 2 });
  expect(warnings(made)).toEqual([
    "2 tasks are wanted, and there is room for 1 (1 of 1 host doesn't have port 80/tcp free (web1)): the rest waits for room; add a host or lower the count",
  ]);

  await engine.call('UpdateService', { service: 'web', desiredCount: 1 });
  await engine.call('WaitServices', { services: ['web'], timeout: 10 });
  expect(warnings(made)).toEqual([]);
  await engine.call('UpdateService', { service: 'web', desiredCount: 3 });
  expect(warnings(made)).toEqual([
    "3 tasks are wanted, and there is room for 1 (1 of 1 host doesn't have port 80/tcp free (web1)): the rest waits for room; add a host or lower the count",
  ]);

  const other = { serviceName: 'other', taskDefinition: 'web', desiredCount: 1 };
  await engine.call('CreateService', other);
  expect(warnings(made)).toEqual([expect.stringMatching(/^1 task is wanted, and there is room for none \(/)]);
});

it('who leaves no room to roll is told before the first deployment, with the whole command', async () => {
  const made = await cluster(['web1', 'web2'], { settings: { healthyAfter: 50 } });
  const { engine } = made;
  await engine.call('RegisterTaskDefinition', onPort80);
  warnings(made);
  await engine.call('CreateService', { ...web, desiredCount: 2 });
  const [told, ...more] = warnings(made);
  expect(told).toMatch(
    /^once all its tasks run, no deployment can replace one: 2 of 2 hosts don't have port 80\/tcp free \(.*\), and 100\/200 % leaves no room to roll; add a host, use a dynamic port, or let fewer be up meanwhile: longshore update-service --cluster default --service web --deployment-configuration minimumHealthyPercent=50$/,
  );
  expect(more).toEqual([]);

  await engine.call('WaitServices', { services: ['web'], timeout: 10 });
  const half = { deploymentConfiguration: { minimumHealthyPercent: 50 } };
  await engine.call('UpdateService', { service: 'web', ...half });
  await engine.call('UpdateService', { service: 'web', forceNewDeployment: true });
  await engine.call('CreateService', { ...web, serviceName: 'other', desiredCount: 0, ...half });
  expect(warnings(made)).toEqual([]);
});

it('where there is room nothing is said', async () => {
  const made = await cluster(['web1', 'web2', 'web3']);
  await made.engine.call('RegisterTaskDefinition', onPort80);
  warnings(made);
  await made.engine.call('CreateService', { ...web, desiredCount: 1 });
  await made.engine.call('UpdateService', { service: 'web', desiredCount: 2 });
  expect(warnings(made)).toEqual([]);
});

it('a cluster without hosts is told of, where a service is to have tasks', async () => {
  const made = kit();
  const { engine } = made;
  await engine.call('CreateCluster', {});
  await engine.call('RegisterTaskDefinition', definition());
  const message = 'the cluster default has no hosts: nothing is started until one is registered';
  await engine.call('CreateService', { ...web, desiredCount: 0 });
  expect(warnings(made)).toEqual([]);
  await engine.call('UpdateService', { service: 'web', desiredCount: 1 });
  expect(warnings(made)).toEqual([message]);
  await engine.call('CreateService', { ...web, serviceName: 'every', schedulingStrategy: 'DAEMON' });
  expect(warnings(made)).toEqual([message]);
});

import { expect, it } from 'vitest';
import DescribeServices from '../../../../src/commands/describe-services.js';
import StopServiceDeployment from '../../../../src/commands/stop-service-deployment.js';
import UpdateService from '../../../../src/commands/update-service.js';
import { run } from '../../cli/kit.js';
import { useFastTime } from '../../../fakes/fake-time.js';
import { cluster, definition, kit, records, type Kit } from '../kit.js';

useFastTime();

/** Two tasks of web:1 and two of web:2, whose rollout a user has stopped there; and what that said. */
async function halted(): Promise<{ made: Kit; said: string; arn: string }> {
  const made = await cluster(['web1', 'web2'], { settings: { healthyAfter: 50 } });
  const { engine, store, hosts, processes } = made;
  for (const level of ['1', '2'])
    await engine.call(
      'RegisterTaskDefinition',
      definition('web', { environment: [{ name: 'LEVEL', value: level }] }),
    );
  await engine.call('CreateService', {
    serviceName: 'web',
    taskDefinition: 'web:1',
    desiredCount: 4,
    deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 100 },
  });
  await engine.call('WaitServices', { services: ['web'], timeout: 30 });
  // For whom tasks are healthy after an hour, the rollout stands still when half is replaced.
  const slow = kit({ store, hosts, processes, settings: { healthyAfter: 3600_000 } });
  await slow.engine.call('UpdateService', { service: 'web', taskDefinition: 'web:2' });
  await slow.engine.call('WaitServices', { services: ['web'], timeout: 1 });
  const { services } = await engine.call('DescribeServices', { services: ['web'] });
  const arn = services?.[0]?.currentServiceDeployment ?? '';
  const openEngine = async () => engine;
  const argv = ['--service-deployment-arn', arn, '--stop-type', 'ABORT'];
  const { err, code } = await run(StopServiceDeployment, argv, {}, { openEngine });
  expect(code).toBe(0);
  return { made, said: err, arn };
}

const running = async ({ store }: Kit) =>
  (await records(store))
    .filter(({ lastStatus }) => lastStatus === 'RUNNING')
    .map(({ revision }) => revision)
    .toSorted();

const lines = [
  'web runs 2 tasks of web:2 and 2 of web:1, and stays so: what ends is replaced by tasks of web:1',
  'on to web:2: longshore update-service --service web --force-new-deployment',
  'back to web:1: longshore update-service --service web --task-definition web:1',
];

it('who stops a deployment where it is, or looks at the service later, is told what runs and how to go on', async () => {
  const { made, said } = await halted();
  expect(said.trimEnd().split('\n')).toEqual(lines);
  const openEngine = async () => made.engine;
  const shown = await run(
    DescribeServices,
    ['--services', 'web'],
    {},
    { openEngine, people: true, width: 200 },
  );
  expect(shown.out).toContain(`  halted      ${lines[0]}\n`);
  expect(shown.out).toContain(
    '  on          longshore update-service --service web --force-new-deployment\n',
  );
  expect(shown.out).toContain(
    '  back        longshore update-service --service web --task-definition web:1\n',
  );
});

it('who keeps the service leaves both versions as they are, and replaces what ends by the one that is known to work', async () => {
  const { made } = await halted();
  const kept = made.engine.call('Reconcile', { watch: true });
  await expect.poll(() => made.events.some(({ type }) => type === 'pass')).toBe(true);
  expect(await running(made)).toEqual([1, 1, 2, 2]);
  for (const revision of [1, 2]) {
    const [victim] = (await records(made.store)).filter(
      (task) => task.lastStatus === 'RUNNING' && task.revision === revision,
    );
    await made.engine.call('StopTask', { task: victim?.id ?? '' });
    await expect
      .poll(() => running(made), { timeout: 10_000 })
      .toEqual(revision === 1 ? [1, 1, 2, 2] : [1, 1, 1, 2]);
  }
  made.abort();
  await kept;
});

it.each([
  ['--force-new-deployment', 2],
  ['--task-definition=web:1', 1],
])('the next update heals it: %s', async (words, revision) => {
  const { made } = await halted();
  const openEngine = async () => made.engine;
  const { code } = await run(UpdateService, ['--service', 'web', ...words.split('=')], {}, { openEngine });
  expect(code).toBe(0);
  expect(await running(made)).toEqual([revision, revision, revision, revision]);
});

it('scaling it out starts tasks of what had completed, and says that it is halted still', async () => {
  const { made } = await halted();
  const openEngine = async () => made.engine;
  const { code, err } = await run(
    UpdateService,
    ['--service', 'web', '--desired-count', '5'],
    {},
    { openEngine },
  );
  expect(code).toBe(1);
  expect(err).toContain('web runs 2 tasks of web:2 and 3 of web:1, and stays so');
  expect(await running(made)).toEqual([1, 1, 1, 2, 2]);
});

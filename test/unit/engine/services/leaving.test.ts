import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { leaveWorks } from '../../../../src/lib/engine/services/leaving.js';
import { News } from '../../../../src/lib/engine/services/news.js';
import { Works } from '../../../../src/lib/engine/services/works.js';
import { useFastTime } from '../../../fakes/fake-time.js';
import { cluster, definition, hostOf, kit, records, type Kit } from '../kit.js';

useFastTime();

const settings = { healthyAfter: 50 };
const web = { serviceName: 'web', taskDefinition: 'web', desiredCount: 2 };

const statuses = async ({ store }: Kit) =>
  (await records(store)).map(({ lastStatus }) => lastStatus).toSorted();
const warnings = ({ events }: Kit) =>
  events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
const untold = (what: string) =>
  `web2: ${what} there had not come to an end yet; longshore reconcile --cluster default sees to what is left of that`;

/** What another process on the same state and hosts makes of it when this one has ended and web2 goes on. */
async function takeOver(made: Kit): Promise<void> {
  const { store, hosts, processes } = made;
  await made.engine.close();
  processes.kill(made.pid);
  hostOf(made, 'web2').release();
  const next = kit({ store, hosts, processes, settings });
  const { outcomes } = await next.engine.call('WaitServices', { services: ['web'], timeout: 20 });
  expect(outcomes).toMatchObject([{ state: 'STEADY' }]);
  await next.engine.call('Reconcile', {});
}

const running = (made: Kit) =>
  ['web1', 'web2'].map(
    (name) => [...hostOf(made, name).containers.values()].filter(({ status }) => status === 'running').length,
  );

it('a time limit ends a wait for starts on a host whose engine hangs; each is made once by who goes on', async () => {
  const made = await cluster(['web1', 'web2'], { settings });
  await made.engine.call('RegisterTaskDefinition', definition());
  await made.engine.call('CreateService', web);
  hostOf(made, 'web2').hang('createContainer');
  const begun = performance.now();
  const { outcomes } = await made.engine.call('WaitServices', { services: ['web'], timeout: 1 });
  expect(performance.now() - begun).toBeLessThan(4000);
  expect(outcomes).toMatchObject([{ state: 'UNDER_WAY' }]);
  expect(warnings(made)).toEqual([untold('1 start')]);
  expect(await statuses(made)).toEqual(['PENDING', 'RUNNING']);

  await takeOver(made);
  expect(running(made).reduce((all, one) => all + one)).toBe(2);
  expect((await statuses(made)).filter((status) => status !== 'STOPPED')).toEqual(['RUNNING', 'RUNNING']);
});

it('so it does a wait for stops', async () => {
  const made = await cluster(['web1', 'web2'], { settings });
  await made.engine.call('RegisterTaskDefinition', definition());
  await made.engine.call('CreateService', web);
  await made.engine.call('WaitServices', { services: ['web'], timeout: 20 });
  hostOf(made, 'web2').hang('stopContainer');
  await made.engine.call('UpdateService', { service: 'web', desiredCount: 0 });
  const begun = performance.now();
  await made.engine.call('WaitServices', { services: ['web'], timeout: 1 });
  expect(performance.now() - begun).toBeLessThan(4000);
  expect(warnings(made)).toEqual([untold('1 stop')]);
  expect(await statuses(made)).toEqual(['STOPPED', 'STOPPING']);

  await takeOver(made);
  expect(running(made)).toEqual([0, 0]);
  expect(await statuses(made)).toEqual(['STOPPED', 'STOPPED']);
});

it('what comes to its end bit by bit is waited for', async () => {
  const made = await cluster(['web1']);
  const news = new News(Date.now);
  const works = new Works(made.ctx, 'default', () => news.tell());
  for (const milliseconds of [1000, 2000]) works.add(sleep(milliseconds));
  made.abort(new Error('the time is up'));
  await leaveWorks(made.ctx, 'default', works, news);
  expect(works.idle).toBe(true);
});

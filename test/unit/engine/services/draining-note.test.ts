import { describe, expect, it } from 'vitest';
import { drainingNote } from '../../../../src/lib/engine/services/draining-note.js';
import { noteWatcher } from '../../../../src/lib/engine/services/watchers.js';
import { cluster, definition, type Kit } from '../kit.js';

const notes = ({ events }: Kit) => events.flatMap((event) => (event.type === 'note' ? [event.message] : []));

/** One host with tasks of a service and one of none. */
async function busy(): Promise<Kit> {
  const made = await cluster(['web1'], { settings: { healthyAfter: 0 } });
  await made.engine.call('RegisterTaskDefinition', definition());
  await made.engine.call('CreateService', { serviceName: 'site', taskDefinition: 'web', desiredCount: 2 });
  await made.engine.call('WaitServices', { services: ['site'] });
  await made.engine.call('RunTask', { taskDefinition: 'web' });
  made.events.length = 0;
  return made;
}

const drain = ({ engine }: Kit, more: object = {}) =>
  engine.call('UpdateContainerInstancesState', { containerInstances: ['web1'], status: 'DRAINING', ...more });

const VERB = 'longshore wait instance-drained --cluster default --container-instances web1';

describe('who makes a host drain', { timeout: 30_000 }, () => {
  it('hears what is there, and that nobody moves it', async () => {
    const made = await busy();
    await drain(made);
    expect(notes(made)).toEqual([
      `web1 drains, with 2 tasks of services; not watched: ${VERB} moves them; 1 task of no service stays until it ends`,
    ]);
  });

  it('hears who moves it, where somebody watches', async () => {
    const made = await busy();
    await noteWatcher(made.ctx, 'default');
    await drain(made);
    expect(notes(made)).toEqual([
      `web1 drains, with 2 tasks of services; who watches the cluster moves them; ${VERB} waits for that; 1 task of no service stays until it ends`,
    ]);
  });

  it('hears nothing of it where nothing drains', async () => {
    const made = await busy();
    await drain(made, { dryRun: true });
    await drain(made, { containerInstances: ['web9'] });
    await drain(made, { status: 'ACTIVE' });
    expect(notes(made)).toEqual([]);
  });
});

it('speaks of one and of many', () => {
  const one = { cluster: 'c', hosts: ['a'], ofServices: 1, others: 0, watched: false };
  expect(drainingNote(one)).toBe(
    'a drains, with 1 task of services; not watched: longshore wait instance-drained --cluster c --container-instances a moves it',
  );
  const none = { ...one, hosts: ['a', 'b'], ofServices: 0 };
  expect(drainingNote(none)).toBe('a, b drain; no task of a service is there');
  expect(drainingNote({ ...none, others: 2 })).toBe(
    'a, b drain; no task of a service is there, 2 tasks of no service stay until they end',
  );
});

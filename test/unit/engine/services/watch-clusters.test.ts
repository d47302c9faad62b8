import { afterEach, describe, expect, it, vi } from 'vitest';
import { isWatched } from '../../../../src/lib/engine/services/watchers.js';
import { useFastTime } from '../../../fakes/fake-time.js';
import { cluster, kit, type Kit } from '../kit.js';

useFastTime();

let made: Kit;
let watching: Promise<unknown>;
afterEach(async () => {
  made.abort();
  await watching;
});

const notes = () => made.events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
const isKept = (name: string, expected: boolean) =>
  vi.waitFor(async () => expect(await isWatched(made.ctx, name)).toBe(expected), { timeout: 20_000 });

describe('reconcile --watch', { timeout: 60_000 }, () => {
  it('takes up clusters that are made meanwhile, and lets go of those that are deleted', async () => {
    made = await cluster(['web1']);
    watching = made.engine.call('Reconcile', { watch: true });
    await isKept('default', true);
    await made.engine.call('CreateCluster', { clusterName: 'later' });
    await isKept('later', true);
    await made.engine.call('DeleteCluster', { cluster: 'later' });
    await isKept('later', false);
    expect(notes()).toEqual([
      'keeping the services of later, too',
      'the cluster later is gone: there is nothing to keep',
    ]);
    await isKept('default', true);
    made.abort();
    expect(await watching).toMatchObject({ clusters: [{ clusterName: 'default' }] });
    await isKept('default', false);
  });

  it('waits for the first cluster', async () => {
    made = kit();
    watching = made.engine.call('Reconcile', { watch: true });
    await made.engine.call('CreateCluster', { clusterName: 'first' });
    await isKept('first', true);
  });

  it('keeps the one that is named, and no other', async () => {
    made = await cluster(['web1']);
    watching = made.engine.call('Reconcile', { watch: true, cluster: 'default' });
    await isKept('default', true);
    await made.engine.call('CreateCluster', { clusterName: 'later' });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await isKept('later', false);
  });
});

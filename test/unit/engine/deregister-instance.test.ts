import { describe, expect, it } from 'vitest';
import { cluster, hostOf, kit, type Kit } from './kit.js';

const warnings = (made: Kit) =>
  made.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
const leave = (made: Kit, name = 'default') =>
  made.engine.call('DeregisterContainerInstance', {
    cluster: name,
    containerInstance: 'web1',
    force: true,
  });

/** Another state, whose cluster `other` wants the host. */
async function other(made: Kit): Promise<Kit> {
  const fresh = kit({ hosts: made.hosts });
  await fresh.engine.call('CreateCluster', { clusterName: 'other' });
  return fresh;
}

const join = (made: Kit, more: { shared?: boolean } = {}) =>
  made.engine.call('RegisterContainerInstance', { cluster: 'other', host: 'web1', ...more });

describe('a host that leaves its cluster', () => {
  it('is free for another one', async () => {
    const made = await cluster(['web1']);
    await leave(made);
    expect(warnings(made)).toEqual([]);
    await join(await other(made));
  });

  it.each(['is away', 'fails as its mark is removed'])(
    'and %s keeps its mark: a warning, and whoever refuses it later, name the volume',
    async (how) => {
      const made = await cluster(['web1']);
      const host = hostOf(made, 'web1');
      if (how === 'is away') host.vanish();
      else host.failNext('removeVolume', 'no space left on device', 500);
      await leave(made);
      expect(warnings(made)).toEqual([
        'web1: it is still marked as a host of default; before another cluster takes it, remove the mark: docker volume rm longshore-marker, on it',
      ]);
      host.comeBack();
      const fresh = await other(made);
      await expect(join(fresh)).rejects.toMatchObject({
        message: 'web1 belongs to the cluster default already.',
        remedy: expect.stringContaining('docker volume rm longshore-marker, on web1'),
      });
      await host.removeVolume('longshore-marker');
      await join(fresh);
    },
  );

  it('that it shared has a mark of another name', async () => {
    const made = await cluster(['web1']);
    const fresh = await other(made);
    await join(fresh, { shared: true });
    await leave(made);
    hostOf(made, 'web1').vanish();
    await leave(fresh, 'other');
    expect(warnings(fresh).at(-1)).toContain('docker volume rm longshore-marker-other, on it');
  });
});

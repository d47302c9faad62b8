import { describe, expect, it } from 'vitest';
import type { CreateContainer } from '../../src/lib/hosts/container-types.js';
import type { ContractSubject } from './docker-host.contract.js';

interface Kit {
  /** Unique to this run. */
  run: string;
  create: (cmd: string[], more: Partial<CreateContainer>) => Promise<{ id: string; name: string }>;
}

/** What everyone who uses a DockerHost's volumes may rely on. */
export function volumesContract(subject: () => ContractSubject, { run, create }: Kit): void {
  const label = `longshore.test=${run}`;
  describe('volumes', () => {
    it('are created once, listed by label and removed', async () => {
      const { host } = subject();
      const volume = `${run}-volume`;
      expect(await host.inspectVolume(volume)).toBeUndefined();
      const labels = { 'longshore.test': run, owner: 'first' };
      expect(await host.createVolume({ name: volume, labels })).toMatchObject({
        name: volume,
        driver: 'local',
        options: {},
        labels,
      });
      const second = await host.createVolume({ name: volume, labels: { owner: 'second' } });
      expect(second.labels).toEqual(labels);
      expect((await host.listVolumes({ labels: [label] })).map((v) => v.name)).toEqual([volume]);
      expect(await host.listVolumes({ labels: [label, 'owner=second'] })).toEqual([]);

      const { id } = await create(['true'], { HostConfig: { Binds: [`${volume}:/data`] } });
      await expect(host.removeVolume(volume)).rejects.toMatchObject({ kind: 'engine', status: 409 });
      await host.removeContainer(id);
      await host.removeVolume(volume);
      await host.removeVolume(volume);
      expect(await host.inspectVolume(volume)).toBeUndefined();
    });

    it('keep what their driver was told', async () => {
      const { host } = subject();
      const driverOpts = { type: 'tmpfs', o: 'size=1m', device: 'tmpfs' };
      const labels = { 'longshore.test': run };
      const made = await host.createVolume({ name: `${run}-options`, driver: 'local', driverOpts, labels });
      expect(made.options).toEqual(driverOpts);
      await host.removeVolume(made.name);
    });

    it('that are not there are made by who mounts them', async () => {
      const { host } = subject();
      const volume = `${run}-by-mount`;
      const { id } = await create(['true'], { HostConfig: { Binds: [`${volume}:/data`] } });
      expect(await host.inspectVolume(volume)).toMatchObject({ driver: 'local', labels: {} });
      await host.removeContainer(id);
      await host.removeVolume(volume);
    });

    // Whether who takes a volume keeps it from being removed is another matter: Docker 20.10 forgets to count it.
    it('are taken from containers that are there', async () => {
      const { host } = subject();
      const taking = create(['true'], { HostConfig: { VolumesFrom: [`${run}-nobody`] } });
      await expect(taking).rejects.toMatchObject({ kind: 'engine', status: 400 });
      const { name } = await host.createVolume({ name: `${run}-taken`, labels: { 'longshore.test': run } });
      const source = await create(['true'], { HostConfig: { Binds: [`${name}:/data`] } });
      await create(['true'], { HostConfig: { VolumesFrom: [`${source.name}:ro`] } });
    });
  });
}

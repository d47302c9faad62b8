import { describe, expect, it } from 'vitest';
import type { CreateContainer } from '../../src/lib/hosts/container-types.js';
import type { HostError } from '../../src/lib/hosts/host-error.js';
import type { ContractSubject } from './docker-host.contract.js';

type Create = (cmd: string[], more: Partial<CreateContainer>) => Promise<{ id: string; name: string }>;

/** What everyone who uses a DockerHost's networks may rely on. `run` is unique to this run. */
export function networksContract(subject: () => ContractSubject, run: string, create: Create): void {
  const label = `longshore.test=${run}`;
  const start = async (more: Partial<CreateContainer>) => {
    const container = await create(['sleep', '1000'], more);
    await subject().host.startContainer(container.id);
    return container;
  };

  describe('networks', () => {
    const bridge = `ls-${run.slice(-8)}`;
    const network = (name: string, more: object = {}) => ({
      Name: `${run}-${name}`,
      Driver: 'bridge',
      Labels: { 'longshore.test': run, 'longshore.kind': name },
      Options: { 'com.docker.network.bridge.name': bridge },
      ...more,
    });

    it('are made once: a second one on the same bridge is refused, and listed by their labels', async () => {
      const made = await Promise.allSettled([
        subject().host.createNetwork(network('net')),
        subject().host.createNetwork(network('net')),
      ]);
      const refused = made.flatMap((each) => (each.status === 'rejected' ? [each.reason as HostError] : []));
      expect(refused).toHaveLength(1);
      expect(refused[0]).toMatchObject({ kind: 'engine' });
      expect([403, 409]).toContain(refused[0]?.status);
      expect(await subject().host.listNetworks({ labels: [label, 'longshore.kind=net'] })).toMatchObject([
        { name: `${run}-net`, driver: 'bridge', labels: { 'longshore.test': run } },
      ]);
    });

    it('give a container its address, which others join; they stay while it runs', async () => {
      const name = `${run}-net`;
      const holder = await start({ HostConfig: { NetworkMode: name } });
      const { ipAddress, macAddress } =
        (await subject().host.inspectContainer(holder.id))?.networks[name] ?? {};
      expect(ipAddress).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      expect(macAddress).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
      const joined = await start({ HostConfig: { NetworkMode: `container:${holder.name}` } });
      expect((await subject().host.inspectContainer(joined.id))?.networks).toEqual({});
      await expect(subject().host.removeNetwork(name)).rejects.toMatchObject({ kind: 'engine', status: 403 });
      await subject().host.removeContainer(joined.id, { force: true });
      await subject().host.killContainer(holder.id, 'SIGKILL');
      await subject().host.waitContainer(holder.id);
      const late = await create(['sleep', '1000'], {
        HostConfig: { NetworkMode: `container:${holder.name}` },
      });
      await expect(subject().host.startContainer(late.id)).rejects.toMatchObject({ kind: 'engine' });
      await subject().host.removeNetwork(name);
      await subject().host.removeNetwork(name);
      expect(await subject().host.listNetworks({ labels: [label] })).toEqual([]);
      await expect(subject().host.startContainer(holder.id)).rejects.toMatchObject({
        kind: 'engine',
        status: 404,
      });
    });
  });
}

import { describe, expect, it } from 'vitest';
import type { DockerHost } from '../../src/lib/hosts/docker-host.js';
import type { CreateContainer } from '../../src/lib/hosts/container-types.js';

type Create = (cmd: string[], more: Partial<CreateContainer>) => Promise<{ id: string }>;

/** What everyone who uses the figures of a DockerHost's containers may rely on. */
export function statsContract(subject: () => DockerHost, create: Create): void {
  describe('figures of a container', () => {
    it('are there while it runs: CPU time that only grows, and memory', async () => {
      const host = subject();
      const { id } = await create(['sh', '-c', 'while :; do :; done'], {
        HostConfig: { Memory: 64 * 1024 ** 2 },
      });
      expect(await host.containerStats(id)).toBeUndefined();
      await host.startContainer(id);
      const first = await host.containerStats(id);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const second = await host.containerStats(id);
      expect(second?.readAt).toBeGreaterThan(first?.readAt ?? Infinity);
      expect(second?.cpuNanoseconds).toBeGreaterThan(first?.cpuNanoseconds ?? Infinity);
      expect(second?.memoryBytes).toBeGreaterThan(0);
      expect(second?.memoryBytes).toBeLessThan(64 * 1024 ** 2);
      const clock = Date.now() + (await host.info()).clockOffset;
      expect(Math.abs((second?.readAt ?? 0) - clock)).toBeLessThan(60_000);
      await host.killContainer(id, 'SIGKILL');
      await host.waitContainer(id);
      expect(await host.containerStats(id)).toBeUndefined();
      await host.removeContainer(id);
      expect(await host.containerStats(id)).toBeUndefined();
    });
  });
}

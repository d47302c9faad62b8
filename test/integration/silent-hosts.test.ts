import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DescribeContainerInstancesResponse } from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { waitUntil } from '../hosts/wait.js';
import { container, register } from './definitions.js';
import { labelled, runningTasks } from './labels.js';
import type { Command } from './longshore.js';
import { ServiceUser } from './service-user.js';

/** Seconds that a host may be away: longer than it takes to notice. */
const grace = 14;

describeWithHosts('a watcher of all clusters', () => {
  let cluster: TestCluster;
  let user: ServiceUser;
  let watcher: Command;

  beforeAll(async () => {
    cluster = await acquire({ name: 'silent', count: 4 });
    user = new ServiceUser(cluster, { LONGSHORE_HOST_GRACE: String(grace) });
    await user.ok('create-cluster', '--hosts', 'web1', 'web2', 'web3');
    await register(user, 'web', [container()]);
    await user.ok(
      'create-service',
      '--service-name',
      'web',
      '--task-definition',
      'web',
      '--desired-count',
      '3',
    );
    watcher = user.start(['reconcile', '--watch'], { timeoutMs: 600_000 });
    await waitUntil('The watcher watching', 10_000, () => /keeping the serv/.test(watcher.printed.stderr));
    await sleep(2000);
  });
  afterEach(async () => {
    for (const host of cluster.hosts) await host.mendAll();
  });
  afterAll(async () => {
    watcher?.signal('SIGKILL');
    user?.remove();
    await cluster?.release();
  });

  const connected = async (name: string) => {
    const flags = ['--container-instances', name, '--no-refresh'];
    const answer = await user.json<DescribeContainerInstancesResponse>(
      'describe-container-instances',
      ...flags,
    );
    return answer.containerInstances?.[0]?.agentConnected;
  };
  const elsewhere = async (name: string) =>
    (await user.tasksOn('web')).filter(({ host }) => host !== name).length;
  /** What it says from now on. */
  const hearing = () => {
    const { length } = watcher.printed.stderr;
    return () => watcher.printed.stderr.slice(length);
  };
  const until = async (what: () => Promise<boolean>, timeout: number) => {
    const began = Date.now();
    await expect.poll(what, { timeout, interval: 50 }).toBe(true);
    return Date.now() - began;
  };

  describe('sees that a host', () => {
    it('whose cable is pulled is away, within seconds; what ran there is replaced when its grace is over', async () => {
      const said = hearing();
      const cut = Date.now();
      await cluster.host('web3').inflict('network-cut');
      const noticed = await until(async () => (await connected('web3')) === false, 60_000);
      await until(async () => (await elsewhere('web3')) === 3, 120_000);
      const replaced = Date.now() - cut;
      console.log(
        `noticed after ${noticed} ms; replaced ${replaced} ms after the cut, of which ${grace} s are grace`,
      );
      expect(noticed).toBeLessThan(10_000);
      expect(replaced).toBeGreaterThan((grace - 3) * 1000);
      expect(replaced).toBeLessThan((grace + 5) * 1000);

      await sleep(8000);
      expect(said()).toMatch(/failed: web3/);
      expect(said()).not.toMatch(/answers again/);
      await cluster.host('web3').mend('network-cut');
      console.log(`back after ${await until(async () => (await connected('web3')) === true, 60_000)} ms`);
      await expect.poll(said, { timeout: 10_000 }).toMatch(/web3 answers again/);
      await expect.poll(() => user.tasksOn('web'), { timeout: 30_000 }).toHaveLength(3);
      await user.expectOnly('web', 3);
    });

    it('whose engine takes its time is there', async () => {
      const said = hearing();
      const before = await user.recorded('web');
      await cluster.host('web2').inflict('engine-paused');
      await sleep(5000);
      await cluster.host('web2').mend('engine-paused');
      await sleep(5000);
      expect(await connected('web2')).toBe(true);
      expect(said()).not.toMatch(/web2/);
      expect(await user.recorded('web')).toEqual(before);
    });

    it('whose engine hangs is away, and there again as soon as that goes on', async () => {
      const said = hearing();
      const before = await user.recorded('web');
      const noticed: number[] = [];
      const back: number[] = [];
      for (let i = 0; i < 3; i++) {
        await cluster.host('web2').inflict('engine-paused');
        noticed.push(await until(async () => (await connected('web2')) === false, 60_000));
        await cluster.host('web2').mend('engine-paused');
        back.push(await until(async () => (await connected('web2')) === true, 60_000));
        await sleep(3000);
      }
      console.log(`noticed after ${noticed.join(', ')} ms; back after ${back.join(', ')} ms`);
      expect(Math.max(...noticed)).toBeLessThan(12_000);
      expect(said().match(/failed: web2/g)).toHaveLength(3);
      expect(said()).toMatch(/failed: web2: its Docker engine did not answer within 8 s/);
      expect(said().match(/web2 answers again/g)).toHaveLength(3);
      expect(await user.recorded('web')).toEqual(before);
    });
  });

  describe('takes up', () => {
    const create = ['create-service', '--task-definition', 'web', '--scheduling-strategy', 'DAEMON'];
    const onWeb4 = async () => runningTasks(await labelled([cluster.host('web4')]));
    /** What somebody kills on web4 comes up again, by nobody but the watcher. */
    const replacesOnWeb4 = async () => {
      const [victim] = await onWeb4();
      await cluster.host('web4').docker('kill', victim?.id ?? '');
      const another = async () => {
        const [task] = await onWeb4();
        return task !== undefined && task.taskId !== victim?.taskId;
      };
      console.log(`replaced ${await until(another, 10_000)} ms after the kill`);
    };

    it('a cluster that is made meanwhile, and lets go of one that is deleted', async () => {
      const said = hearing();
      await user.ok('create-cluster', '--cluster-name', 'later', '--hosts', 'web4');
      await expect.poll(said, { timeout: 5000 }).toMatch(/keeping the services of later, too/);
      const { stderr } = await user.ok(...create, '--cluster', 'later', '--service-name', 'later');
      expect(stderr).not.toMatch(/not watched/);
      await replacesOnWeb4();
      await user.ok('delete-cluster', '--cluster', 'later', '--force', '--yes');
      await expect.poll(said, { timeout: 10_000 }).toMatch(/the cluster later is gone/);
      expect(said()).not.toMatch(/failed:/);
    });

    it('a host that is registered meanwhile', async () => {
      await user.ok('register-container-instance', '--host', 'web4');
      await user.ok(...create, '--service-name', 'all');
      await replacesOnWeb4();
    });
  });
});

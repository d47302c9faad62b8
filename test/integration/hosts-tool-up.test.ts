import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { acquire } from '../hosts/acquire.js';
import { bringUp, takeDown } from '../hosts/cluster.js';
import { checkoutRoot, identify } from '../hosts/identity.js';
import { findLeftovers } from '../hosts/leftovers.js';
import { holdLock } from '../hosts/lock.js';
import { describeWithHosts } from '../hosts/vitest.js';

describeWithHosts('a jump host', () => {
  it('is the only way to the hosts behind it', async () => {
    const cluster = await bringUp({ name: 'hosts-tool-jump', count: 1, jump: true, keep: false });
    const [web1] = cluster.hosts;
    expect((await cluster.ssh('web1', 'hostname; docker ps -q')).stdout).toBe('web1\n');
    expect((await cluster.ssh('bastion', 'hostname')).stdout).toBe('bastion\n');
    const directly = ['-o', 'ProxyJump=none', '-o', 'ConnectTimeout=2'];
    expect((await cluster.ssh('web1', 'true', { flags: directly, mayFail: true })).code).toBe(255);
    expect(web1?.spec.jumpVia).toBe('bastion');
    await cluster.down();
  });
});

describeWithHosts('bringing hosts up', () => {
  const name = 'hosts-tool-kept';

  it('takes hosts that are up, sweeps the healthy and builds the sick anew', async () => {
    const options = { name, count: 2, keep: true };
    const first = await acquire(options);
    await first.host('web1').docker('run', '-d', '--name', 'litter', 'busybox', 'sleep', '1000');
    await first.host('web1').docker('volume', 'create', 'litter');
    await first.host('web1').docker('network', 'create', 'litter');
    await first.host('web1').docker('tag', 'busybox', 'litter');
    await first.host('web2').inflict('sshd-stopped');
    const pid = first.host('web1').pid;
    await first.release();

    const second = await acquire(options);
    expect(second.host('web1').pid).toBe(pid);
    const left = await second
      .host('web1')
      .shell('docker ps -aq; docker volume ls -q; docker images -q litter');
    expect(left.stdout).toBe('');
    expect((await second.ssh('web2', 'docker images -q busybox')).stdout).toMatch(/^\w+\n$/);
    await second.release();

    const started = performance.now();
    const third = await acquire(options);
    expect(performance.now() - started).toBeLessThan(3000);
    await third.down();
    expect(await findLeftovers(identify(third.name))).toEqual([]);
  });

  it('after a kill at any moment leaves nothing that the next down does not remove', async () => {
    for (const moment of [600, 800, 1000, 1300, 1800]) {
      const tool = ['--import', 'tsx', `${checkoutRoot}/test/hosts/cli.ts`, 'up', '2', '--name', name];
      const child = spawn(process.execPath, tool, { cwd: checkoutRoot, stdio: 'ignore' });
      await sleep(moment);
      child.kill('SIGKILL');
      await takeDown(name);
      expect(await findLeftovers(identify(name))).toEqual([]);
    }
  });

  it('is for one process at a time: the second is told whom it waits for', async () => {
    const first = await holdLock('hosts-tool-test');
    let holder = '';
    const second = holdLock('hosts-tool-test', { onWait: (pid) => (holder = pid) });
    await vi.waitFor(() => expect(holder).toBe(String(process.pid)), { timeout: 10_000 });
    await first.release();
    await (await second).release();
  });

  it('gives two checkouts names and addresses of their own', () => {
    const [here, there] = [identify('default'), identify('default', '/somewhere/else')];
    for (const key of ['id', 'dir', 'link', 'netnsPrefix', 'cgroup'] as const) {
      expect(here[key]).not.toBe(there[key]);
    }

    expect(here.link.length).toBeLessThanOrEqual(15);
  });
});

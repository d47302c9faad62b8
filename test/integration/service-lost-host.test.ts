import { afterAll, beforeAll, expect, it } from 'vitest';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { waitUntil } from '../hosts/wait.js';
import { container, register } from './definitions.js';
import { ServiceUser } from './service-user.js';

describeWithHosts('a deleted service with a task on a host that is gone', () => {
  let cluster: TestCluster;
  let user: ServiceUser;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product', count: 2 });
    user = new ServiceUser(cluster);
    await user.ok('create-cluster', '--hosts', 'web1', 'web2');
    await register(user, 'left', [container()]);
  });
  afterAll(async () => {
    for (const host of cluster?.hosts ?? []) await host.mendAll();
    user?.remove();
    await cluster?.release();
  });

  const create = async () => {
    const words = ['--service-name', 'left', '--task-definition', 'left', '--desired-count', '2'];
    return (await user.run(['create-service', ...words])).code;
  };
  const events = async () => ((await user.service('left')).events ?? []).map(({ message = '' }) => message);

  it('says what it waits for, and is gone when the host is given up; what runs there stops at its return', async () => {
    expect(await create()).toBe(0);
    const [old] = (await user.tasksOn('left')).filter(({ host }) => host === 'web2');
    await cluster.host('web2').inflict('sshd-stopped');
    await cluster.host('web2').dropSshSessions();

    const deleted = await user.run(['delete-service', '--service', 'left', '--force', '--timeout', '15s']);
    expect(deleted.stderr).toContain('all that is left (1 tasks) is on hosts that do not answer: web2.');
    expect(deleted.stderr).toContain('longshore reconcile --give-up-lost-hosts');
    await user.run(['reconcile']);
    expect((await events()).filter((message) => message.includes('is draining'))).toHaveLength(1);
    expect(await user.service('left')).toMatchObject({ status: 'DRAINING', runningCount: 0 });

    expect((await user.run(['reconcile', '--give-up-lost-hosts'])).code).toBe(3);
    expect(await user.service('left')).toMatchObject({ status: 'INACTIVE', runningCount: 0 });
    expect((await events())[0]).toMatch(/counts 1 tasks as stopped, whose hosts were given up: web2\./);

    // Its name is free, and what is left of the old one is no part of the new one.
    expect(await create()).toBe(3);
    expect(await user.service('left')).toMatchObject({ status: 'ACTIVE', runningCount: 2 });
    await cluster.host('web2').mend('sshd-stopped');
    expect((await user.tasksOn('left')).map(({ taskId }) => taskId)).toContain(old?.taskId);
    await user.ok('reconcile');
    await waitUntil('the old task being stopped', 20_000, async () => {
      const ids = (await user.tasksOn('left')).map(({ taskId }) => taskId);
      return ids.length === 2 && !ids.includes(old?.taskId ?? '');
    });
    await user.ok('delete-service', '--service', 'left', '--force');
  }, 120_000);
});

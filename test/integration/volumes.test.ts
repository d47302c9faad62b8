import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PruneResponse } from '../../src/lib/api/operation-types.js';
import type { Volume } from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { User } from './longshore.js';

const mount = (sourceVolume: string, containerPath: string, readOnly = false) => ({
  sourceVolume,
  containerPath,
  readOnly,
});
const sh = (script: string) => ({ command: ['sh', '-c', script] });

describeWithHosts('volumes on real hosts, seen from inside the containers', () => {
  let cluster: TestCluster;
  let user: User;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', 'web1');
  });
  afterAll(async () => {
    await user?.run(['delete-cluster', '--cluster', 'default', '--force', '--yes']);
    user?.remove();
    await cluster?.release();
  });

  const docker = (...args: string[]) => cluster.host('web1').docker(...args);
  const volumes = async (...filters: string[]) =>
    (await docker('volume', 'ls', '--quiet', ...filters.flatMap((filter) => ['--filter', filter])))
      .split('\n')
      .filter(Boolean);
  /** What its containers print, and on stderr what is told. */
  const outputOf = async (family: string, ...more: string[]) => {
    const { stdout, stderr } = await user.run([
      'run-task',
      '--task-definition',
      family,
      '--wait',
      '--follow',
      ...more,
    ]);
    return { printed: stdout.replaceAll('\r', ''), stderr };
  };

  it('paths of the host are made where they are missing, shared with it, and may be read only', async () => {
    const script = 'echo hello > /out/file; touch /in/file 2>&1; grep -E " /(in|out) " /proc/mounts';
    const family = await register(
      user,
      'paths',
      [container({ mountPoints: [mount('out', '/out'), mount('in', '/in', true)], ...sh(script) })],
      {
        volumes: [
          { name: 'out', host: { sourcePath: '/run/longshore-test/out' } },
          { name: 'in', host: { sourcePath: '/run/longshore-test/in' } },
        ],
      },
    );
    const { printed, stderr } = await outputOf(family);
    expect(printed, stderr).toMatch(/touch: \/in\/file: Read-only file system/);
    expect(printed).toMatch(/ \/out \S+ rw,/);
    expect(printed).toMatch(/ \/in \S+ ro,/);
    const { stdout } = await cluster.host('web1').exec(['cat', '/run/longshore-test/out/file']);
    expect(stdout.trim()).toBe('hello');
  });

  it("a task's own volumes are shared by its containers, filled from the image, and go with them", async () => {
    const family = await register(
      user,
      'own',
      [
        container({
          volumesFrom: [{ sourceContainer: 'writer', readOnly: true }],
          ...sh(
            'until test -e /data/done; do sleep 0.1; done; cat /data/word; cat /etc-copy/passwd; touch /data/x 2>&1 || true',
          ),
        }),
        container({
          name: 'writer',
          essential: false,
          mountPoints: [mount('scratch', '/data'), mount('sized', '/sized'), mount('work', '/etc-copy')],
          ...sh('echo shared > /data/word; grep " /sized " /proc/mounts; touch /data/done'),
        }),
        container({ name: 'filler', essential: false, mountPoints: [mount('work', '/etc')], ...sh('true') }),
      ],
      {
        volumes: [
          { name: 'scratch' },
          { name: 'work', dockerVolumeConfiguration: { scope: 'task', labels: { team: 'a' } } },
          {
            name: 'sized',
            dockerVolumeConfiguration: { driverOpts: { type: 'tmpfs', device: 'tmpfs', o: 'size=2m' } },
          },
        ],
      },
    );
    const { printed, stderr } = await outputOf(family);
    expect(printed, stderr).toMatch(/shared$/m);
    expect(printed).toMatch(/nobody:x:65534/);
    expect(printed).toMatch(/tmpfs \/sized tmpfs \S*size=2048k/);
    expect(printed).toMatch(/touch: \/data\/x: Read-only file system/);
    const [id = ''] = /[0-9a-f]{32}/.exec((await volumes('label=longshore.task-id'))[0] ?? '') ?? [];
    expect((await volumes('label=longshore.task-id')).sort()).toEqual(
      ['scratch', 'sized', 'work'].map((name) => `ecs-own-1-${name}-${id}`),
    );
    expect(await volumes('label=team=a')).toEqual([`ecs-own-1-work-${id}`]);
    const { hosts } = await user.json<PruneResponse>('prune', '--all', '--dry-run');
    expect(hosts[0]?.volumes.map(({ name }) => name).sort()).toEqual(['scratch', 'sized', 'work']);
    await user.ok('prune', '--all', '--yes');
    expect(await volumes('label=longshore.task-id')).toEqual([]);
  });

  it('those of a driver come from it', async () => {
    const host = cluster.host('web1');
    await host.shell('mkdir -p /run/of-driver /run/docker/plugins; echo hello > /run/of-driver/word');
    const Mountpoint = '/run/of-driver';
    const made = new Set<string>();
    /** A plug-in of the engine's: https://docs.docker.com/engine/extend/plugins_volume/ */
    const driver = createServer((request, response) => {
      void text(request).then((body) => {
        const { Name = '' } = JSON.parse(body || '{}') as { Name?: string };
        if (Name) made.add(Name);
        if (request.url === '/VolumeDriver.Remove') made.delete(Name);
        const Volumes = [...made].map((name) => ({ Name: name, Mountpoint }));
        const facts = { Mountpoint, Volume: { Name, Mountpoint }, Volumes };
        response.end(JSON.stringify({ Implements: ['VolumeDriver'], ...facts, Err: '' }));
      });
    });
    driver.listen(join(host.root, 'run/docker/plugins/lent.sock'));
    try {
      const family = await register(
        user,
        'lent',
        [container({ mountPoints: [mount('scratch', '/data')], ...sh('cat /data/word') })],
        {
          volumes: [{ name: 'scratch', dockerVolumeConfiguration: { driver: 'lent' } }],
        },
      );
      const { printed, stderr } = await outputOf(family);
      expect(printed, stderr).toBe('hello\n');
      await user.ok('prune', '--all', '--yes');
      expect([...made]).toEqual([]);
    } finally {
      driver.closeAllConnections();
      driver.close();
      // It would go on asking for the driver.
      await host.restartEngine();
    }
  });

  it('a start that fails leaves none', async () => {
    const family = await register(
      user,
      'failing',
      [container({ mountPoints: [mount('scratch', '/data')], command: ['/no/such/program'] })],
      { volumes: [{ name: 'scratch' }] },
    );
    const { stderr } = await user.run(['run-task', '--task-definition', family]);
    expect(stderr).toContain('CannotStartContainerError');
    expect(await volumes('label=longshore.task-id')).toEqual([]);
  });

  describe('shared volumes', () => {
    const shared = (name: string, autoprovision: boolean): { volumes: Volume[] } => ({
      volumes: [
        {
          name,
          dockerVolumeConfiguration: {
            scope: 'shared',
            autoprovision,
            driver: 'local',
            labels: { team: 'b' },
          },
        },
      ],
    });
    const counter = (name: string) =>
      container({ mountPoints: [mount(name, '/data')], ...sh('echo x >> /data/log; wc -l < /data/log') });

    it('keep their data from task to task, and stay', async () => {
      const family = await register(user, 'counting', [counter('tally')], shared('tally', true));
      expect((await outputOf(family)).printed).toMatch(/\b1$/m);
      expect((await outputOf(family)).printed).toMatch(/\b2$/m);
      await user.ok('prune', '--all', '--yes');
      const labels = await docker('volume', 'inspect', '--format', '{{json .Labels}}', 'tally');
      expect(JSON.parse(labels)).toEqual({
        team: 'b',
        'longshore.cluster': 'default',
        'longshore.made-by': expect.stringMatching(/^[0-9a-f]{32}$/),
        'longshore.volume': 'tally',
      });
    });

    it('must be there unless they are to be made', async () => {
      const family = await register(user, 'strict', [counter('ledger')], shared('ledger', false));
      const { code, stdout } = await user.run(['run-task', '--task-definition', family]);
      expect({ code, stdout }).toMatchObject({
        code: 4,
        stdout: expect.stringContaining('1 of 1 host has no volume ledger (web1)') as string,
      });
      expect(await docker('ps', '-aq', '--filter', 'label=longshore.container')).toBe('');
      await docker('volume', 'create', 'ledger');
      expect((await outputOf(family)).printed).toMatch(/\b1$/m);
    });

    it('draw their tasks to the host that has the data, and nowhere else', async () => {
      await user.ok('register-container-instance', '--host', 'web2');
      const family = await register(user, 'drawn', [counter('drawn')], shared('drawn', true));
      const count = async (who = user) => {
        const { stdout } = await who.run(['run-task', '--task-definition', family, '--wait', '--follow']);
        return Number(/\d+$/m.exec(stdout.replaceAll('\r', ''))?.[0]);
      };
      expect([await count(), await count(), await count()]).toEqual([1, 2, 3]);
      const all = ['web1', 'web2'];
      const found = await Promise.all(all.map((name) => cluster.host(name).docker('volume', 'ls', '-q')));
      const holder = all[found.findIndex((names) => names.includes('drawn'))] ?? '';
      const other = all.find((name) => name !== holder) ?? '';
      const dry = await user.run(['run-task', '--task-definition', family, '--dry-run'], { terminal: 120 });
      expect(dry.stdout).toContain(`the data of volume drawn is on ${holder}`);
      await cluster.host(holder).inflict('sshd-stopped');
      try {
        const away = await user.run(['run-task', '--task-definition', family, '--connect-timeout', '3']);
        expect(away.code).toBe(4);
        expect(away.stdout).toContain(
          `1 of 2 hosts lacks the data of volume drawn, which ${holder} has (${other})`,
        );
      } finally {
        await cluster.host(holder).mendAll();
      }
      // A state that knows nothing sees it on the hosts.
      await user.ok('prune', '--all', '--yes');
      const colleague = new User(cluster);
      try {
        await colleague.ok('create-cluster', '--hosts', ...all);
        await register(colleague, 'drawn', [counter('drawn')], shared('drawn', true));
        expect([await count(colleague), await count()]).toEqual([4, 5]);
        // Who moves the data is followed: 1 line is what the other host has by now.
        await user.ok('prune', '--all', '--yes');
        await cluster.host(holder).docker('volume', 'rm', 'drawn');
        await cluster.host(other).docker('volume', 'create', 'drawn');
        expect([await count(), await count(colleague)]).toEqual([1, 2]);
      } finally {
        colleague.remove();
      }
    });
  });
});

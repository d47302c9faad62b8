import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { labelled } from './labels.js';
import { User, type Outcome } from './longshore.js';

describeWithHosts('secrets on real hosts', () => {
  let cluster: TestCluster;
  let user: User;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', 'web1', 'web2', 'web3');
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  it('keeps the state, and the folders made for it, from everybody else', async () => {
    const modes = new Map<string, number>();
    for (let folder = dirname(user.statePath); folder !== user.dir; folder = dirname(folder))
      modes.set(folder, statSync(folder).mode & 0o777);
    expect(new Set(modes.values())).toEqual(new Set([0o700]));
    for (const name of readdirSync(dirname(user.statePath)))
      expect(statSync(join(dirname(user.statePath), name)).mode & 0o777, name).toBe(0o600);
  });

  describe('values of the environment', () => {
    const canary = `canary-${Math.random().toString(36).slice(2)}`;
    /** By how each reaches the program; never on its command line. */
    const environment = [{ name: 'CANARY', value: `${canary}-definition` }];
    const outcomes: Outcome[] = [];
    const seen: string[] = [];

    beforeAll(async () => {
      let over = false;
      const watching = watchProcesses(canary, () => over).then((lines) => seen.push(...lines));
      await register(user, 'canary', [container({ environment, command: ['sh', '-c', 'sleep 1; exit 4'] })]);
      await register(user, 'no-program', [container({ environment, command: ['no-such-program'] })]);
      await register(user, 'no-image', [container({ environment, image: 'nowhere.invalid/none' })]);
      const overrides = user.write('overrides.json', {
        containerOverrides: [
          { name: 'main', environment: [{ name: 'CANARY', value: `${canary}-override` }] },
        ],
      });
      const input = user.write('input.json', {
        taskDefinition: 'canary',
        overrides: {
          containerOverrides: [{ name: 'main', environment: [{ name: 'OTHER', value: `${canary}-input` }] }],
        },
      });
      const commands = [
        ['run-task', '--task-definition', 'canary', '--overrides', `file://${overrides}`, '--debug'],
        ['run-task', '--cli-input-json', `file://${input}`, '--wait', '--debug'],
        [
          'run-task',
          '--task-definition',
          'no-program',
          '--overrides',
          `file://${overrides}`,
          '--debug',
          '--output',
          'table',
        ],
        ['run-task', '--task-definition', 'no-image', '--debug', '--output', 'table'],
        ['list-tasks', '--debug'],
        ['reconcile', '--debug'],
      ];
      for (const words of commands) outcomes.push(await user.run(words, { env: { DEBUG: '*' } }));
      over = true;
      await watching;
    });

    it('reach the container', async () => {
      const listing = await labelled(cluster.hosts);
      const texts = await Promise.all(
        listing.map(({ host, id }) =>
          cluster.host(host).docker('inspect', '--format', '{{json .Config.Env}}', id),
        ),
      );
      expect(texts.join('\n')).toContain(`CANARY=${canary}-override`);
      expect(texts.join('\n')).toContain(`OTHER=${canary}-input`);
    });

    it('are in no label', async () => {
      const listing = await labelled(cluster.hosts);
      expect(listing.length).toBeGreaterThan(1);
      expect(JSON.stringify(listing)).not.toContain(canary);
    });

    it('are in no process’s arguments, on this machine and on the hosts', () => {
      expect(seen).toEqual([]);
    });

    it('are in nothing that is said on stderr, not even with --debug', () => {
      for (const { stderr } of outcomes) expect(stderr).not.toContain(canary);
    });

    it('are in nothing that is left on disk but the state', () => {
      const found = filesBelow(user.dir).filter((path) => readFileSync(path).includes(canary));
      const written =
        /\/(state\.db(-wal|-shm)?|overrides\.json|input\.json|(canary|no-program|no-image)\.json)$/;
      expect(found.filter((path) => !written.test(path))).toEqual([]);
      for (const host of cluster.hosts) expect(grepDisk(host.disk, canary)).toEqual([]);
    });

    it.each([
      [
        'a wrong type',
        `{"family": "x", "containerDefinitions": [{"name": "m", "image": "i", "memory": 9, "environment": [{"name": "A", "value": {"x": "CANARY"}}]}]}`,
      ],
      [
        'a list instead of a text',
        `{"family": "x", "containerDefinitions": [{"name": "m", "image": "i", "memory": 9, "environment": [{"name": "A", "value": ["CANARY"]}]}]}`,
      ],
      [
        'an unknown key beside it',
        `{"family": "x", "containerDefinitions": [{"name": "m", "image": "i", "memory": 9, "environment": [{"name": "A", "valeu": "CANARY"}]}]}`,
      ],
      [
        'a broken document',
        `{"family": "x", "containerDefinitions": [{"environment": [{"name": "A", "value": "CANARY" "x"}]}]}`,
      ],
      [
        'a document that ends early',
        `{"family": "x", "containerDefinitions": [{"environment": [{"name": "A", "value": "CANARY`,
      ],
      [
        'broken YAML',
        `family: x\ncontainerDefinitions:\n  - environment:\n   - name: A\n      value: "CANARY`,
      ],
      [
        'an environment that is an object',
        `{"family": "x", "containerDefinitions": [{"name": "m", "image": "i", "memory": 9, "environment": {"A": "CANARY"}}]}`,
      ],
    ])('are in no error: %s', async (_, text) => {
      const file = user.write('wrong', text.replaceAll('CANARY', canary));
      for (const debug of [[], ['--debug']]) {
        const outcome = await user.run([
          'register-task-definition',
          '--cli-input-json',
          `file://${file}`,
          ...debug,
        ]);
        expect([1, 2]).toContain(outcome.code);
        expect(outcome.stderr + outcome.stdout).not.toContain(canary);
      }
    });
  });
});

/** Looks at all processes' arguments, those on the hosts and in containers too, until told to stop. */
async function watchProcesses(text: string, over: () => boolean): Promise<string[]> {
  const found = new Set<string>();
  while (!over()) {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        if (line.includes(text)) found.add(line.replaceAll('\0', ' '));
      } catch {
        // It has ended.
      }
    }
    await sleep(5);
  }
  return [...found];
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** Log files of a host's daemons that hold the text. */
const grepDisk = (disk: string, text: string): string[] =>
  filesBelow(join(disk, 'var/log')).filter((path) => readFileSync(path).includes(text));

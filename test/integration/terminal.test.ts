import { stripVTControlCharacters } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ListContainerInstancesResponse } from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { waitUntil } from '../hosts/wait.js';
import { container, register } from './definitions.js';
import { type Command, type RunOptions, User } from './longshore.js';

const [ENTER, DOWN, CTRL_C] = ['\r', '\x1b[B', '\x03'];

describeWithHosts('somebody at a terminal', () => {
  let cluster: TestCluster;
  let user: User;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
  });
  beforeEach(() => {
    user = new User(cluster);
  });
  afterEach(async () => {
    for (const name of ['asked', 'seen', 'slow'])
      await user.run(['delete-cluster', '--cluster', name, '--force', '--yes']);
    user.remove();
  });
  afterAll(async () => {
    await cluster?.release();
  });

  /** Types something once the terminal shows a text that it did not show before; blanks and breaks are one blank. */
  class Session {
    private seen = 0;
    constructor(readonly command: Command) {}

    async reply(question: RegExp, keys: string): Promise<void> {
      await waitUntil(`${question} on the terminal`, 30_000, async () => {
        const shown = stripVTControlCharacters(this.command.printed.stdout).replace(/\s+/g, ' ');
        const found = question.exec(shown.slice(this.seen));
        if (found) this.seen += found.index + found[0].length;
        return found !== null;
      });
      this.command.type(keys);
    }
  }
  const at = (columns: number, args: string[], options: RunOptions = {}) =>
    new Session(user.start(args, { terminal: columns, ...options }));

  const hostsOf = async (name: string) =>
    (await user.json<ListContainerInstancesResponse>('list-container-instances', '--cluster', name))
      .containerInstanceArns?.length;

  it('is asked for a cluster’s hosts, and each is tried as it is entered', async () => {
    await cluster.hosts[1]!.inflict('sshd-stopped');
    const session = at(80, ['create-cluster', '--connect-timeout', '3']);
    try {
      await session.reply(/Name of the cluster:/, `asked${ENTER}`);
      await session.reply(/Host:/, `web1${ENTER}`);
      await session.reply(/registered: web1: Docker \S+, \d+ CPUs?, \d+ MiB.*Next host:/, `web2${ENTER}`);
      await session.reply(/failed: web2 .*Try it again/, '');
      await cluster.hosts[1]!.mendAll();
      await session.reply(/Leave it out/, ENTER);
      await session.reply(/registered: web2.*Next host:/, `no-such-host${ENTER}`);
      await session.reply(/failed: no-such-host.*Leave it out/, `${DOWN}${ENTER}`);
      await session.reply(/no-such-host\? Leave it out .*Next host:/, `a b${ENTER}`);
      await session.reply(/has characters that no host name has/, `${'\x7f'.repeat(3)}${ENTER}`);
      const { code, stdout } = await session.command.outcome;
      expect(code).toBe(0);
      expect(stdout).toMatch(/asked\s+ACTIVE\s+2 /);
      expect(await hostsOf('asked')).toBe(2);
    } finally {
      await cluster.hosts[1]!.mendAll();
    }
  });

  it('leaves nothing behind by Ctrl-C at the first question', async () => {
    const session = at(80, ['create-cluster', '--cluster-name', 'never']);
    await session.reply(/Host:/, CTRL_C);
    expect((await session.command.outcome).code).toBe(130);
    expect((await user.run(['list-container-instances', '--cluster', 'never'])).code).toBe(1);
  });

  it('is asked before more is destroyed than was named, and nothing else is asked', async () => {
    await user.ok('create-cluster', '--cluster-name', 'asked', '--hosts', 'web1');
    const family = await register(user, 'asked', [container()]);
    await user.ok('run-task', '--cluster', 'asked', '--task-definition', family, '--count', '2');
    const [task = ''] = JSON.parse((await user.ok('list-tasks', '--cluster', 'asked')).stdout)
      .taskArns as string[];
    const stopped = await at(80, ['stop-task', '--cluster', 'asked', '--task', task]).command.outcome;
    expect(stopped).toMatchObject({ code: 0, stdout: expect.stringContaining('STOPPED') });
    const prune = at(80, ['prune', '--cluster', 'asked', '--all']);
    await prune.reply(/Remove 1 container of 1 task on 1 host\?/, `n${ENTER}`);
    expect(await prune.command.outcome).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('Nothing was changed.'),
    });
    const out = at(80, [
      'deregister-container-instance',
      '--cluster',
      'asked',
      '--container-instance',
      'web1',
      '--force',
    ]);
    await out.reply(/Its task goes on running and is no longer/, CTRL_C);
    expect((await out.command.outcome).code).toBe(130);
    const gone = at(80, ['delete-cluster', '--cluster', 'asked', '--force']);
    await gone.reply(/Delete the cluster asked with its 1 host\? 1 task would be stopped/, `y${ENTER}`);
    expect((await gone.command.outcome).stdout).toContain('Deleted the cluster asked.');
    const left = await cluster.hosts[0]!.docker(
      'ps',
      '--all',
      '--quiet',
      '--filter',
      'label=longshore.cluster=asked',
    );
    expect(left.trim()).toBe('');
  });

  it.each([80, 40])('sees lines of %i columns at most, in the colours that are wanted', async (columns) => {
    await user.ok('create-cluster', '--cluster-name', 'seen', '--hosts', 'web1', 'web2', 'web3');
    const family = await register(user, 'a-family-with-a-rather-long-name', [container()]);
    await user.ok('run-task', '--cluster', 'seen', '--task-definition', family, '--count', '3');
    for (const verb of ['list-tasks', 'list-container-instances']) {
      const show = (env: RunOptions['env'], ...more: string[]) =>
        at(columns, [verb, '--cluster', 'seen', ...more], { env }).command.outcome;
      const plain = await show({ NO_COLOR: '1', TERM: 'xterm' });
      // eslint-disable-next-line no-control-regex -- what colours are made of
      expect(plain.stdout).not.toMatch(/\x1b\[\d+m/);
      // On a busy machine lines have moved meanwhile.
      for (const line of stripVTControlCharacters(plain.stdout).split(/[\r\n]+/))
        expect(line.length, line).toBeLessThanOrEqual(columns);
      const coloured = await show({ TERM: 'xterm' });
      expect(coloured.stdout).toContain(verb === 'list-tasks' ? '\x1b[32mRUNNING' : '\x1b[32mACTIVE');
      expect((await show({ NO_COLOR: '1' }, '--color', 'on')).stdout).toContain('\x1b[32m');
      expect((await show({ FORCE_COLOR: '1' }, '--no-color')).stdout).not.toContain('\x1b[32m');
    }
  });

  it('sees what each host is doing where it takes longer than a second', async () => {
    await user.ok('create-cluster', '--cluster-name', 'slow', '--hosts', 'web1');
    const family = await register(user, 'slow', [container({ stopTimeout: 4 })]);
    await user.ok('run-task', '--cluster', 'slow', '--task-definition', family);
    const gone = await at(80, ['delete-cluster', '--cluster', 'slow', '--force', '--yes']).command.outcome;
    expect(gone.stdout).toContain('web1  1 stopping');
    // Nothing of it stays on the screen.
    // eslint-disable-next-line no-control-regex -- what erases it
    expect(gone.stdout).toMatch(/\x1b\[J[\s\S]*Deleted the cluster slow\.\r\n$/);
  });

  /** Says whether typing shows. */
  const NEXT = `stty -a | tr ' ;' '\\n\\n' | grep -x -e '-*echo'`;
  const slowEnd = async (options: RunOptions) => {
    await user.ok('create-cluster', '--cluster-name', 'slow', '--hosts', 'web1');
    const family = await register(user, 'slow', [container({ stopTimeout: 4 })]);
    await user.ok('run-task', '--cluster', 'slow', '--task-definition', family);
    const session = at(80, ['delete-cluster', '--cluster', 'slow', '--force', '--yes'], options);
    await session.reply(/web1 {1,2}1 stopping/, '');
    return session.command;
  };

  it('sees nothing of what is typed among lines that move, and what reads next gets it', async () => {
    const command = await slowEnd({ afterwards: `${NEXT}; read -r line; echo "next: $line"` });
    command.type('typed ahead\n');
    const { stdout } = await command.outcome;
    expect(stdout).toContain('Deleted the cluster slow.\r\necho\r\nnext: typed ahead\r\n');
    expect(stdout.match(/typed ahead/g)).toHaveLength(1);
  });

  it.each([
    ['Ctrl-C', CTRL_C, 130],
    ['Ctrl-\\', '\x1c', 131],
    ['SIGTERM', undefined, 143],
  ])('sees what is typed again after %s', async (_, key, code) => {
    const command = await slowEnd({ jobs: true, afterwards: `echo "code $?"; ${NEXT}` });
    if (key === undefined) process.kill(command.programPid, 'SIGTERM');
    else command.type(key);
    const { stdout } = await command.outcome;
    expect(stdout).toMatch(new RegExp(`code ${code}\\r\\necho\\r\\n$`));
  });

  it('sees nothing of it again where it goes on after Ctrl-Z', async () => {
    const command = await slowEnd({ jobs: true, afterwards: `${NEXT}; fg; ${NEXT}` });
    command.type('\x1a');
    await waitUntil('the shell goes on', 10_000, async () => command.printed.stdout.includes('echo\r'));
    const { length } = command.printed.stdout;
    await waitUntil('it moves again', 10_000, async () =>
      command.printed.stdout.slice(length).includes('1 stopping'),
    );
    command.type('unseen\n');
    const { stdout } = await command.outcome;
    expect(stdout).not.toContain('unseen');
    expect(stdout).toMatch(/Deleted the cluster slow\.\r\necho\r\n$/);
  });
});

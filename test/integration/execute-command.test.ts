import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunTaskResponse } from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { idOf, User, type RunOptions } from './longshore.js';

describeWithHosts('execute-command', () => {
  let cluster: TestCluster;
  let user: User;
  let task: string;

  beforeAll(async () => {
    cluster = await acquire({ count: 1, name: 'product' });
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', 'web1');
    await register(user, 'sleeper', [container()]);
    task = await started('sleeper');
  });
  afterEach(() => cluster.host('web1').mendAll());
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  const started = async (family: string) =>
    idOf((await user.json<RunTaskResponse>('run-task', '--task-definition', family)).tasks?.[0]?.taskArn);
  const args = (...command: string[]) => ['execute-command', '--task', task, '--', ...command];
  const exec = (command: string[], options: RunOptions = {}) => user.run(args(...command), options);

  describe('in a script', () => {
    it('prints what the command prints, each stream to its own, and ends with its code', async () => {
      expect(await exec(['sh', '-c', 'echo out; echo err >&2; exit 7'])).toMatchObject({
        code: 7,
        stdout: 'out\n',
        stderr: 'err\n',
      });
      const asInAws = [
        'execute-command',
        '--task',
        task,
        '--interactive',
        '--command',
        `sh -c 'echo "$0"' it`,
      ];
      expect(await user.run(asInAws)).toMatchObject({ code: 0, stdout: 'it\n', stderr: '' });
    });

    it('passes standard input on, bytes of any value, and then its end', async () => {
      const bytes = randomBytes(5_000_000);
      const file = user.write('input', bytes);
      const { code, stdout } = await exec(['md5sum'], { pipe: `cat '${file}'` });
      expect(code).toBe(0);
      expect(stdout).toContain(createHash('md5').update(bytes).digest('hex'));
    });

    it('waits for no input that the command does not', async () => {
      const { code, stdout } = await exec(['echo', 'done'], { openInput: true });
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' });
    });

    it('tells apart what is not there and what is no program', async () => {
      expect(await exec(['no-such-program'])).toMatchObject({
        code: 127,
        stdout: '',
        stderr: '"no-such-program": executable file not found in $PATH\n',
      });
      expect(await exec(['/etc'])).toMatchObject({ code: 126, stdout: '' });
    });

    it('says what it leaves when it is interrupted', async () => {
      const command = user.start(args('sh', '-c', 'echo up; exec sleep 600'));
      await expect.poll(() => command.printed.stdout, { timeout: 20_000 }).toBe('up\n');
      command.signal('SIGINT');
      const { code, stderr } = await command.outcome;
      expect(code).toBe(130);
      expect(stderr).toContain('the command may still run in the container main on web1');
    });

    it('through a host that forwards no sockets too', async () => {
      await cluster.host('web1').inflict('stream-local-forbidden');
      const { code, stdout, stderr } = await exec(['sh', '-c', 'cat; exit 4'], { input: 'given\n' });
      expect({ code, stdout, stderr }).toEqual({ code: 4, stdout: 'given\n', stderr: '' });
    });
  });

  describe('on a terminal', () => {
    const shell = (options: RunOptions = {}) => user.start(args('sh'), { terminal: 100, ...options });

    it('is one: keys go to the command, Ctrl-C too, and its code is ours', async () => {
      const command = shell();
      const sees = (text: string | RegExp) =>
        expect.poll(() => command.printed.stdout, { timeout: 20_000 }).toMatch(text);
      await sees('/ # ');
      command.type('stty size; tty\n');
      await sees(/\d+ 100\r\n\/dev\/pts\/\d+/);
      command.type('sleep 600 || echo interrupted=$?\n');
      await sees(/sleep 600 .*\r\n/);
      // The shell has to start it first.
      await new Promise((resolve) => setTimeout(resolve, 500));
      command.type('\x03');
      await sees(/\^C/);
      command.type('exit 5\n');
      expect((await command.outcome).code).toBe(5);
    });

    it('hears of a change of its size', async () => {
      const wish = join(user.dir, 'resize');
      const meanwhile = `while [ ! -e '${wish}' ]; do sleep 0.1; done; stty -F /dev/tty cols 63`;
      const command = shell({ meanwhile });
      await expect.poll(() => command.printed.stdout, { timeout: 20_000 }).toContain('/ # ');
      user.write('resize', '');
      command.type('while ! stty size | grep "6[3]$"; do sleep 0.2; done; exit\n');
      await expect.poll(() => command.printed.stdout, { timeout: 20_000 }).toMatch(/\d+ 63\r\n/);
      expect((await command.outcome).code).toBe(0);
    });

    it('is as it was when the connection is lost', async () => {
      const config = user.write(
        'impatient',
        `Host *\n  ServerAliveInterval 1\n  ServerAliveCountMax 2\nInclude ${cluster.sshConfigPath}\n`,
      );
      const command = shell({ env: { LONGSHORE_SSH_CONFIG: config }, afterwards: 'stty -a' });
      await expect.poll(() => command.printed.stdout, { timeout: 20_000 }).toContain('/ # ');
      await cluster.host('web1').inflict('network-cut');
      const { stdout } = await command.outcome;
      expect(stdout).toContain('web1: the connection dropped');
      // A terminal's lines are broken between words.
      expect(stdout).toMatch(/may still run in the container main\s+on web1/);
      expect(stdout).toMatch(/\sicanon\s/);
      expect(stdout).toMatch(/\secho\s/);
    });
  });

  it('needs to be told which of several containers, and one that runs', async () => {
    await register(user, 'pair', [
      container({ name: 'main' }),
      container({ name: 'side', essential: false, command: ['true'] }),
      container({ name: 'other', essential: false }),
    ]);
    const pair = await started('pair');
    const run = (...more: string[]) => user.run(['execute-command', '--task', pair, ...more]);
    const unclear = await run('--command', 'hostname');
    expect(unclear.code).toBe(125);
    expect(unclear.stderr).toContain('The task has 2 running containers: main, other.');
    expect(unclear.stderr).toContain('--container main|other');
    expect((await run('--container', 'other', '--command', 'hostname')).code).toBe(0);
    const ended = await run('--container', 'side', '--command', 'hostname');
    expect(ended.stderr).toMatch(
      /InvalidParameterException.*the container side is not running: it is exited/,
    );
    await user.ok('stop-task', '--task', pair);
    expect((await run('--command', 'hostname')).stderr).toMatch(/the task \w+ is STOPPED/);
  });

  it('says that a host is out of reach', async () => {
    await cluster.host('web1').inflict('sshd-stopped');
    const { code, stderr } = await exec(['true']);
    expect(code).toBe(125);
    expect(stderr).toMatch(/TargetNotConnectedException.*web1 unreachable/);
  });
});

import { Terminal } from '@xterm/headless';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { waitUntil } from '../hosts/wait.js';
import { container, register } from './definitions.js';
import { type Command, type RunOptions, User } from './longshore.js';

const [ENTER, UP, DOWN, CTRL_Z] = ['\r', '\x1b[A', '\x1b[B', '\x1a'];
const SIZE = { cols: 80, rows: 24 };
/** Says in what state the terminal was left. */
const LEFT = 'echo "code $?"; stty -a | tr " " "\\n" | grep icanon';

describeWithHosts('top at a terminal of 80 columns and 24 lines', () => {
  let cluster: TestCluster;
  let user: User;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new User(cluster);
    await user.ok('create-cluster', '--cluster-name', 'seen', '--hosts', 'web1', 'web2', 'web3');
    const ticks = ['sh', '-c', 'while :; do echo tick; sleep 1; done'];
    await register(user, 'site', [container({ command: ticks })]);
    const service = ['--service-name', 'site', '--task-definition', 'site', '--desired-count', '3'];
    const spread = ['--placement-strategy', 'type=spread,field=instanceId'];
    await user.ok('create-service', '--cluster', 'seen', ...service, ...spread);
    await register(user, 'once', [container()]);
    await user.ok('run-task', '--cluster', 'seen', '--task-definition', 'once');
  });
  afterAll(async () => {
    await user?.run(['delete-cluster', '--cluster', 'seen', '--force', '--yes']);
    user?.remove();
    await cluster?.release();
  });

  let watching: Watching | undefined;
  beforeEach(() => (watching = undefined));
  afterEach(async () => {
    watching?.command.type('q');
    await watching?.command.outcome.catch(() => undefined);
    for (const host of cluster.hosts) await host.mendAll();
  });
  const watch = (options: RunOptions = {}) =>
    (watching = new Watching(
      user.start(['top', '--cluster', 'seen'], {
        ...{ terminal: SIZE.cols, rows: SIZE.rows, afterwards: LEFT, ...options },
      }),
    ));

  it('shows hosts, services and tasks; sorts, filters, opens a log; leaves the terminal as it was', async () => {
    const view = watch();
    await view.shows(/^web1 +\d +[-#.]{6,} +\d+ +[-#.]{6,} +\d+ +ACTIVE$/m);
    await view.shows(/^site +3\/3 +0 +completed +site:1$/m);
    await view.shows(/^[> ] +[0-9a-f]{8} +site +site:1 +web\d +running +\d+\.\d +\d+\.\d +\d+s$/m);
    expect((await view.lines())[0]).toMatch(/^seen {2}3 hosts {2}4 tasks {2}by cpu$/);
    view.type('h');
    await view.shows(/by host/);
    expect((await view.tasks()).map(({ host }) => host)).toEqual(
      (await view.tasks()).map((t) => t.host).sort(),
    );
    const [first, second] = await view.tasks();
    // As slow connections deliver an arrow key.
    for (const part of DOWN) view.type(part);
    await view.shows(new RegExp(`^> +${second?.id}`, 'm'));
    view.type(UP);
    await view.shows(new RegExp(`^> +${first?.id}`, 'm'));
    view.type(`/once${ENTER}`);
    await view.shows(/1 of 4 tasks {2}by host {2}filter once/);
    expect(await view.tasks()).toMatchObject([{ name: 'once' }]);
    view.type('\x1b');
    await view.shows(/ 4 tasks {2}by host$/m);
    view.type(`/site web1${ENTER}`);
    await view.shows(/1 of 4 tasks/);
    view.type(ENTER);
    await view.shows(/^tick$/m);
    expect((await view.lines()).at(-1)).toMatch(/^logs of task [0-9a-f]{8} {2}q comes back$/);
    view.type('q');
    await view.shows(/^site +3\/3/m);
    view.type('q');
    await view.leaves(0);
  });

  it('goes on while a host does not answer', async () => {
    const view = watch();
    await view.shows(/^web2 .*ACTIVE$/m);
    await view.shows(/^[> ] .* web2 +running +\d/m);
    await cluster.hosts[1]!.inflict('network-blackhole');
    await view.shows(/^web2 +\d +- +- +no answer$/m);
    await view.shows(/^[> ] .* web2 +running\? +- +-/m);
    expect((await view.lines())[0]).toContain('3 hosts (1 away)');
    // The others are still looked at: what happens on one is seen.
    const filter = ['--quiet', '--filter', 'label=longshore.cluster=seen'];
    const [ours = ''] = (await cluster.hosts[2]!.docker('ps', ...filter)).split('\n');
    await cluster.hosts[2]!.docker('kill', ours);
    await view.shows(/^seen {2}3 hosts \(1 away\) {2}3 tasks/);
    const began = performance.now();
    view.type('q');
    await view.leaves(0);
    expect(performance.now() - began).toBeLessThan(8000);
  });

  it('shows at once what the state knows where a host hangs from the beginning', async () => {
    await cluster.hosts[2]!.inflict('sshd-paused');
    const view = watch();
    await view.shows(/^web1 +\d .* ACTIVE$/m, 5000);
    await view.shows(/^[> ] .* web1 +running +\d+\.\d/m);
    await view.shows(/^web3 .*no answer$/m);
  });

  it('leaves the terminal at Ctrl-Z, and has it again when it goes on', async () => {
    const view = watch({ jobs: true, afterwards: `stty -a | tr " " "\\n" | grep icanon; fg; ${LEFT}` });
    await view.shows(/^web1 .*ACTIVE$/m);
    view.type(CTRL_Z);
    await waitUntil('the shell goes on', 10_000, async () => /[^-]icanon/.test(view.command.printed.stdout));
    await view.shows(/^web1 .*ACTIVE$/m);
    view.type('q');
    await view.leaves(0);
    expect(view.command.printed.stdout).toMatch(/\x1b\[\?1049l[^-]*icanon[\s\S]*\x1b\[\?1049h/); // eslint-disable-line no-control-regex -- leaves and comes back
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('leaves the terminal as it was at %s', async (signal, code) => {
    const view = watch();
    await view.shows(/^web1 .*ACTIVE$/m);
    process.kill(view.command.programPid, signal);
    await view.leaves(code);
  });
});

/** What a terminal shows of a command. */
class Watching {
  constructor(readonly command: Command) {}

  type(keys: string): void {
    this.command.type(keys);
  }

  async shows(pattern: RegExp, patience = 30_000): Promise<void> {
    await waitUntil(`${pattern} on the screen`, patience, async () =>
      pattern.test((await this.lines()).join('\n')),
    );
  }

  /** The lines of the screen as they are now. */
  async lines(): Promise<string[]> {
    const { active } = await this.buffers();
    return Array.from({ length: SIZE.rows }, (_, y) =>
      (active.getLine(active.baseY + y)?.translateToString(true) ?? '').trimEnd(),
    );
  }

  async tasks(): Promise<{ id: string; name: string; host: string; cpu: string }[]> {
    const row = /^[> ] +([0-9a-f]{8}) +(\S+) +\S+ +(\S+) +\S+ +(\S+)/;
    return (await this.lines()).flatMap((line) => {
      const [, id, name, host, cpu] = row.exec(line) ?? [];
      return id && name && host && cpu ? [{ id, name, host, cpu }] : [];
    });
  }

  /** It ends with this code, and the terminal is its shell's again. */
  async leaves(code: number): Promise<void> {
    await this.command.outcome;
    const text = (await this.lines()).join('\n');
    expect(text).toContain(`code ${code}\nicanon`);
    const { active, cursorShown } = await this.buffers();
    expect({ type: active.type, cursorShown }).toEqual({ type: 'normal', cursorShown: true });
  }

  private async buffers() {
    const terminal = new Terminal({ ...SIZE, allowProposedApi: true });
    const { stdout } = this.command.printed;
    await new Promise<void>((resolve) => terminal.write(stdout, resolve));
    const cursorShown = stdout.lastIndexOf('\x1b[?25h') >= stdout.lastIndexOf('\x1b[?25l');
    return { active: terminal.buffer.active, cursorShown };
  }
}

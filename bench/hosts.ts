/**
 * Commands on real hosts against Docker's own CLI over SSH: `tsx bench/hosts.ts [run-task|many|pairs|list-tasks …]`.
 * Brings up four test hosts of its own (root on Debian or Ubuntu) and takes them down. Prints ratios of medians.
 */
import { bringUp } from '../test/hosts/cluster.js';
import { askEngine } from '../test/hosts/engine-api.js';
import { takeTurns, verdict } from './measure.js';
import { all, OwnCluster, type TestCluster } from './own-cluster.js';

const TASKS = 40;
const PAIRS = 50;
const MEMORY = 16 * 1024 ** 2;

class Bench {
  private readonly ours: OwnCluster;

  constructor(private readonly cluster: TestCluster) {
    this.ours = new OwnCluster(cluster);
  }

  async setUp(): Promise<void> {
    await this.longshore('create-cluster', '--hosts', ...this.names);
    const [first = ''] = this.names;
    await this.longshore('create-cluster', '--cluster-name', 'one');
    await this.longshore('register-container-instance', '--cluster', 'one', '--host', first, '--shared');
    const container = { name: 'app', image: 'busybox:latest', memory: 16, cpu: 1, command: ['sleep', '600'] };
    await this.ours.register('small', [container]);
    await this.ours.register('pair', [container, { ...container, name: 'helper' }]);
  }

  async runTask(): Promise<void> {
    const [ours, rival] = await this.turns(9, [
      [
        'longshore run-task',
        () => this.longshore('run-task', '--cluster', 'one', '--task-definition', 'small'),
      ],
      ['docker -H ssh:// run -d', () => this.docker(this.names[0] ?? '', ...runArguments)],
    ]);
    report('run-task of one task on one host', ours, rival, 0.8);
  }

  async many(): Promise<void> {
    const [ours, engine, docker] = await this.turns(3, [
      [
        'longshore run-task',
        () => this.longshore('run-task', '--task-definition', 'small', '--count', String(TASKS), ...spread),
      ],
      [onOwnSockets, () => this.onOwnSockets(TASKS)],
      ['docker -H ssh:// run -d, 8 at once', () => this.dockerRuns()],
    ]);
    report(`${TASKS} tasks on ${this.names.length} hosts`, ours, engine, 1.2);
    report(`${TASKS} tasks on ${this.names.length} hosts`, ours, docker, 0.5);
  }

  async pairs(): Promise<void> {
    const [ours, engine] = await this.turns(3, [
      [
        'longshore run-task',
        () => this.longshore('run-task', '--task-definition', 'pair', '--count', String(PAIRS), ...spread),
      ],
      [onOwnSockets, () => this.onOwnSockets(2 * PAIRS)],
    ]);
    report(`${PAIRS} tasks of two containers on ${this.names.length} hosts`, ours, engine, 1.3);
  }

  async listTasks(): Promise<void> {
    await this.longshore('run-task', '--task-definition', 'small', '--count', '8');
    const [ours, rival] = await this.turns(
      9,
      [
        ['longshore list-tasks', () => this.longshore('list-tasks')],
        ['docker -H ssh:// ps, 4 at once', () => all(this.names, 4, (host) => this.docker(host, 'ps'))],
      ],
      async () => undefined,
    );
    report('list-tasks over 4 hosts, live', ours, rival, 0.65);
  }

  end(): void {
    this.ours.end();
  }

  private get names(): string[] {
    return this.ours.names;
  }

  private async turns(
    rounds: number,
    rows: [string, () => Promise<void>][],
    clean = () => this.clean(),
  ): Promise<Timed[]> {
    const times = await takeTurns(
      rows.map(([name, run]) => ({ name, run, clean })),
      rounds,
    );
    return rows.map(([name], i) => ({ name, time: times[i] ?? NaN }));
  }

  /** Removes all containers, so that every turn meets empty hosts. */
  private async clean(): Promise<void> {
    await this.ours.removeContainers();
    await this.longshore('reconcile');
  }

  private onOwnSockets(count: number): Promise<void> {
    const clients = this.cluster.hosts.flatMap((host) => [host, host]);
    const turns = Array.from({ length: clients.length }, (_, i) => Math.ceil((count - i) / clients.length));
    return all([...clients.entries()], clients.length, async ([client, host]) => {
      for (let i = 0; i < (turns[client] ?? 0); i++) {
        const made = await engine(host.dockerSocket, '/containers/create', {
          Image: 'busybox:latest',
          Cmd: ['sleep', '600'],
          HostConfig: { Memory: MEMORY, CpuShares: 2 },
        });
        await engine(host.dockerSocket, `/containers/${(JSON.parse(made) as { Id: string }).Id}/start`);
      }
    });
  }

  private dockerRuns(): Promise<void> {
    const hosts = Array.from({ length: TASKS }, (_, i) => this.names[i % this.names.length] ?? '');
    return all(hosts, 8, (host) => this.docker(host, ...runArguments));
  }

  private async longshore(...words: string[]): Promise<void> {
    await this.ours.longshore(...words);
  }

  private async docker(host: string, ...words: string[]): Promise<void> {
    await this.ours.docker(host, ...words);
  }
}

const spread = ['--placement-strategy', 'type=spread,field=instanceId'];
const onOwnSockets = "two clients on each host's own socket";
const runArguments = ['run', '-d', '--memory', String(MEMORY), 'busybox:latest', 'sleep', '600'];

interface Timed {
  name: string;
  time: number;
}

function report(what: string, ours: Timed | undefined, rival: Timed | undefined, most: number): void {
  if (ours && rival) console.log(verdict(what, ours.time, rival, most));
}

async function engine(socket: string, path: string, body: unknown = {}): Promise<string> {
  const answer = await askEngine(socket, 'POST', path, { body: Buffer.from(JSON.stringify(body)) });
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.body}`);
  return answer.body;
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const cluster = await bringUp({ count: 4, name: 'bench' });
  const bench = new Bench(cluster);
  try {
    await bench.setUp();
    const benches = {
      'run-task': () => bench.runTask(),
      many: () => bench.many(),
      pairs: () => bench.pairs(),
      'list-tasks': () => bench.listTasks(),
    };
    for (const [name, run] of Object.entries(benches))
      if (wanted.length === 0 || wanted.includes(name)) await run();
  } finally {
    bench.end();
    await cluster.down();
  }
}

void main();

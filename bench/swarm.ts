/**
 * Services on real hosts against Docker Swarm's: `tsx bench/swarm.ts [create|idle …]`. Brings up four test hosts of its own
 * (root on Debian or Ubuntu), which form a swarm besides, and takes them down.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { bringUp } from '../test/hosts/cluster.js';
import { takeTurns, verdict } from './measure.js';
import { all, OwnCluster, type TestCluster } from './own-cluster.js';

const REPLICAS = 40;
const TASKS = 200;
/** Ms that a pass with nothing to do may take beyond start-up. */
const IDLE = 500;

class Bench {
  private readonly ours: OwnCluster;

  constructor(private readonly cluster: TestCluster) {
    // Steady is then what Swarm tells of: all tasks run.
    this.ours = new OwnCluster(cluster, { LONGSHORE_HEALTHY_AFTER: '0' });
  }

  async setUp(): Promise<void> {
    const [first, ...others] = this.cluster.hosts;
    if (first === undefined) return;
    await first.shell(`docker swarm init --advertise-addr ${first.address} >/dev/null`);
    const { stdout: token } = await first.shell('docker swarm join-token -q worker');
    await all(others, 4, (host) =>
      host.shell(`docker swarm join --token ${token.trim()} ${first.address}:2377 >/dev/null`),
    );
    await this.ours.longshore('create-cluster', '--hosts', ...this.ours.names);
    await this.ours.register('small', [
      { name: 'app', image: 'busybox:latest', memory: 16, cpu: 1, command: ['sleep', '600'] },
    ]);
  }

  async create(): Promise<void> {
    const [ours = NaN, swarm = NaN] = await takeTurns(
      [
        { name: 'ours', run: () => this.createOurs(), clean: () => this.deleteOurs() },
        { name: 'swarm', run: () => this.createSwarms(), clean: () => this.deleteSwarms() },
      ],
      3,
    );
    const rival = { name: `docker service create --replicas ${REPLICAS}`, time: swarm };
    console.log(verdict(`create-service of ${REPLICAS} replicas on 4 hosts`, ours, rival, 1.1));
  }

  async idle(): Promise<void> {
    await this.createOurs(TASKS);
    await this.ours.longshore('reconcile');
    const [pass = NaN, start = NaN] = await takeTurns(
      [
        { name: 'reconcile', run: async () => void (await this.ours.longshore('reconcile')) },
        { name: 'list-clusters', run: async () => void (await this.ours.longshore('list-clusters')) },
      ],
      5,
    );
    const beyond = pass - start;
    const judged = beyond <= IDLE ? 'ok' : 'TOO SLOW';
    console.log(
      `reconcile with nothing to do, ${TASKS} tasks on 4 hosts: ${pass.toFixed(0)} ms, ${beyond.toFixed(0)} ms beyond start-up; ${judged}, at most ${IDLE}`,
    );
    await this.deleteOurs();
  }

  end(): void {
    this.ours.end();
  }

  private async createOurs(count = REPLICAS): Promise<void> {
    const words = ['--service-name', 'x', '--task-definition', 'small', '--desired-count', String(count)];
    await this.ours.longshore('create-service', ...words);
  }

  private async deleteOurs(): Promise<void> {
    await this.ours.removeContainers();
    await this.ours.longshore('delete-service', '--service', 'x', '--force');
  }

  private async createSwarms(): Promise<void> {
    const limits = '--limit-memory 16m --no-resolve-image --detach --quiet';
    await this.manager(
      `docker service create --name x --replicas ${REPLICAS} ${limits} busybox:latest sleep 600`,
    );
    while ((await this.manager("docker service ls --format '{{.Replicas}}'")) !== `${REPLICAS}/${REPLICAS}`)
      await sleep(50);
  }

  private async deleteSwarms(): Promise<void> {
    await this.manager('docker service rm x');
    await this.ours.removeContainers();
  }

  private async manager(command: string): Promise<string> {
    const answer = await this.cluster.hosts[0]?.shell(command);
    return answer?.stdout.trim() ?? '';
  }
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const cluster = await bringUp({ count: 4, name: 'bench' });
  const bench = new Bench(cluster);
  try {
    await bench.setUp();
    const benches = { create: () => bench.create(), idle: () => bench.idle() };
    for (const [name, run] of Object.entries(benches))
      if (wanted.length === 0 || wanted.includes(name)) await run();
  } finally {
    bench.end();
    await cluster.down();
  }
}

void main();

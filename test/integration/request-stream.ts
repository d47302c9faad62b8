import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestCluster } from '../hosts/cluster.js';
import type { ServiceUser } from './service-user.js';

/** Ms from one round of requests to the next. */
const EVERY = 100;

/**
 * A steady stream of requests: ten times a second each task of a service that runs is asked at its published port, however
 * long others take to answer. Where it listens the engines say, so that nothing of Longshore stands between.
 */
export class RequestStream {
  /** Of all rounds so far: how many tasks answered in the one with the fewest. */
  fewest = Infinity;
  requests = 0;
  rounds = 0;
  /** What was answered in the last round. */
  answers: string[] = [];
  private readonly open: Promise<void>[] = [];
  private readonly stopped = new AbortController();
  private readonly asking: Promise<void>;

  constructor(
    private readonly user: ServiceUser,
    private readonly cluster: TestCluster,
    private readonly name: string,
  ) {
    this.asking = this.ask();
  }

  /** Stops it. Throws what kept a round from being asked. */
  async end(): Promise<void> {
    this.stopped.abort();
    await this.asking;
    await this.round();
  }

  private async ask(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      const round = this.round();
      this.open.push(round);
      // It is looked at in the end.
      round.catch(() => undefined);
      await sleep(EVERY);
    }
    await Promise.all(this.open);
  }

  private async round(): Promise<void> {
    const tasks = await this.user.tasksOn(this.name);
    const answers = await Promise.all(
      tasks.map(({ host, resources: { ports } }) =>
        answerOf(this.cluster.host(host).address, Number(ports[0]?.split('/')[1])),
      ),
    );
    this.answers = answers.filter((answer) => answer !== undefined);
    this.fewest = Math.min(this.fewest, this.answers.length);
    this.requests += answers.length;
    this.rounds += 1;
  }
}

function answerOf(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get({ host, port, timeout: 5000, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve(body.trim()));
      response.on('error', () => resolve(undefined));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}

import { get } from 'node:http';
import type { ServiceUser } from './service-user.js';

/** Asks every healthy endpoint of a service, again and again, and remembers how many answered at once. */
export class RequestStream {
  fewest = Infinity;
  most = 0;
  private readonly stopped = new AbortController();
  private readonly asking: Promise<void>;

  constructor(
    private readonly user: ServiceUser,
    private readonly name: string,
  ) {
    this.asking = this.ask();
  }

  async end(): Promise<void> {
    this.stopped.abort();
    await this.asking;
  }

  async answers(): Promise<string[]> {
    return [...(await this.look()).values()];
  }

  /** What tasks answer, by their ARNs. */
  private async look(): Promise<Map<string, string>> {
    const endpoints = await this.user.endpoints(this.name);
    const answers = await Promise.all(
      endpoints.map(async ({ taskArn, address, port }) => [taskArn, await answerOf(address, port)] as const),
    );
    return new Map(answers.flatMap(([task, answer]) => (answer === undefined ? [] : [[task, answer]])));
  }

  private async ask(): Promise<void> {
    let before = await this.look();
    while (!this.stopped.signal.aborted) {
      const now = await this.look();
      // Between a list and its requests tasks go, and others that the list doesn't have have come before that.
      this.fewest = Math.min(this.fewest, new Map([...before, ...now]).size);
      this.most = Math.max(this.most, await this.user.running(this.name));
      before = now;
    }
  }
}

function answerOf(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get({ host, port, timeout: 5000 }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve(body.trim()));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}

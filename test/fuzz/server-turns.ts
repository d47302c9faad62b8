import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from './target.js';

/** Ms from one turn to the next. */
const PAUSE = 50;

/**
 * Whether a server has nothing more to say is no matter of time, which is another on each machine: but what it was sent
 * before a request of ours that it has answered, it has had a turn at.
 */
export class ServerTurns {
  private waiting: (() => void)[] = [];
  private isOver = false;
  private readonly running: Promise<void>;

  constructor(target: Pick<Target, 'signed' | 'unsigned'>) {
    this.running = this.run([target.signed, target.unsigned]);
  }

  /** Waits for a turn that begins from now on. */
  next(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  async end(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  private async run(ports: readonly number[]): Promise<void> {
    while (!this.isOver) {
      const told = this.waiting.splice(0);
      await Promise.all(ports.map(asked));
      for (const tell of told) tell();
      await sleep(PAUSE);
    }
  }
}

/** Over a connection of its own: those that were made before are taken up before. */
async function asked(port: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { headers: { connection: 'close' } });
  await answer.text();
}

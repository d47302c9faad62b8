import { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import { Failure } from './failures.js';
import type { StreamUse, Transport } from './transport.js';

/** The connection went away before a request could be sent. */
export class NotSent extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
    this.name = 'NotSent';
  }
}

/**
 * HTTP over the streams of a transport, kept for the next request where they are for plain ones. Node asks it for a
 * connection whenever none is free.
 */
export class EngineAgent extends Agent {
  constructor(
    private readonly transport: Transport,
    private readonly use: StreamUse,
  ) {
    super({ keepAlive: use === 'plain', maxFreeSockets: 8 });
  }

  // The type of Node's own method leaves the callback out, though it is how Node calls it.
  override createConnection(
    ...[, done]: [unknown, (error: Error | null, stream?: Duplex) => void]
  ): Duplex | undefined {
    this.transport.open(this.use).then(
      (stream) => {
        // One that is gone already tells nobody any more.
        if (stream.destroyed) done(notSent(stream.errored ?? new Error('the stream was closed')));
        else done(null, stream);
      },
      (error: Error) => done(notSent(error)),
    );
    return undefined;
  }

  /** Lets go of the streams that are kept: where one of them has turned out to be dead, the others may be too. */
  forget(): void {
    for (const stream of Object.values(this.freeSockets).flatMap((streams) => streams ?? []))
      stream.destroy();
  }
}

function notSent(error: Error): Error {
  return error instanceof Failure ? error : new NotSent(error);
}

import { readConfig } from '../config.js';
import { notifierOf } from './notify.js';
import { EXIT } from './exit-codes.js';
import type { ServeFlags } from './serve-options.js';
import type { Session } from './session.js';
import { UsageError } from './usage-error.js';

/** Serves until SIGINT or SIGTERM, which ends it in order; a second one ends it at once. */
export async function runServer(flags: ServeFlags, session: Session): Promise<number> {
  const { options, progress, interrupts, questions } = session;
  if (session.words.given.has('endpoint') || session.words.given.has('endpoint-url'))
    throw new UsageError('serve answers for the state of this machine: leave out the endpoint');
  const ending = new AbortController();
  const release = interrupts.intercept((by) => {
    progress.talk(`${by}: ending what is under way; again to leave at once`);
    ending.abort(new Error(by));
  });
  const notifier = notifierOf(session);
  const { socket = readConfig().socketPath, ...rest } = flags;
  try {
    const { runServer: run } = await import('../app.js');
    await run(
      {
        ...options,
        ask: questions,
        onEvent: (event) => session.onEvent?.(event),
        signal: new AbortController().signal,
      },
      {
        ...rest,
        socket: socket ?? undefined,
        onListening: (places) => {
          progress.talk(`listening on ${places.join(' and ')}`);
        },
      },
      ending.signal,
    );
  } finally {
    await notifier?.end();
    release();
  }
  return EXIT.done;
}

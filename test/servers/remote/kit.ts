import { setMaxListeners } from 'node:events';
import type { Engine } from '../../../src/lib/engine/engine.js';
import type { EngineEvent } from '../../../src/lib/engine/events.js';
import { type OpenRemoteOptions, openRemoteEngine } from '../../../src/lib/remote/open-remote.js';

/** Who uses a server, and what it hears. */
export interface Client {
  engine: Engine;
  events: EngineEvent[];
  interrupt: () => void;
}

/** `engine` is to be closed. */
export function clientOf(url: string, more: Partial<OpenRemoteOptions> = {}): Client {
  const events: EngineEvent[] = [];
  const interrupt = new AbortController();
  // As the program has it: however many calls at once end with it.
  setMaxListeners(0, interrupt.signal);
  const engine = openRemoteEngine({
    api: 'longshore',
    url,
    verify: true,
    readTimeout: 5,
    connectTimeout: 5,
    userAgent: 'longshore/test',
    region: 'local',
    clock: Date.now,
    newToken: () => 'a-token',
    onEvent: (event) => void events.push(event),
    signal: interrupt.signal,
    openHosts: async () => {
      throw new Error('no SSH here');
    },
    ...more,
  });
  return { engine, events, interrupt: () => interrupt.abort(new Error('Ctrl-C')) };
}

import { waitingFor } from '../api/waiting-words.js';
import type { EngineEvent } from '../engine/events.js';
import { clean } from './terminal-text.js';

/** An event as a step of --debug; undefined where it tells nothing that took time. Never more than the event holds. */
export function debugText(event: EngineEvent): string | undefined {
  const text = describe(event);
  return text === undefined
    ? undefined
    : clean('host' in event && event.host ? `${event.host}: ${text}` : text);
}

function describe(event: EngineEvent): string | undefined {
  switch (event.type) {
    case 'step':
      return event.milliseconds === undefined
        ? event.what
        : `${event.what} (${event.milliseconds.toFixed(1)} ms)`;
    case 'host-connecting':
      return 'connecting';
    case 'host-connected':
      return `connected (${event.milliseconds.toFixed(1)} ms)`;
    case 'pull':
      return event.done ? `pulled ${event.image}` : undefined;
    case 'transfer':
      return event.done ? `${event.what} ${event.image} is over (${event.current} bytes)` : undefined;
    case 'task-placed':
      return `task ${event.taskId} placed (${event.definition})`;
    case 'task-waiting':
      return `task ${event.taskId}: ${waitingFor(event.for)}`;
    case 'task-state':
      return `task ${event.taskId} is ${event.lastStatus}`;
    default:
      return undefined;
  }
}

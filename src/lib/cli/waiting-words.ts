import type { EngineEvent } from '../engine/events.js';
import { clean } from './terminal-text.js';

/** `waiting for db to be HEALTHY, migrate to end with SUCCESS` */
export function waitingFor(awaited: Extract<EngineEvent, { type: 'task-waiting' }>['for']): string {
  const words = awaited.map(({ container, condition }) => `${clean(container)} ${goals[condition]}`);
  return `waiting for ${words.join(', ')}`;
}

const goals = {
  START: 'to START',
  COMPLETE: 'to COMPLETE',
  SUCCESS: 'to end with SUCCESS',
  HEALTHY: 'to be HEALTHY',
};

import type { ContainerCondition } from './types.js';

interface Awaited {
  container: string;
  condition: ContainerCondition;
  isUnhealthy?: true;
}

/** `waiting for db to be HEALTHY (it is UNHEALTHY), migrate to end with SUCCESS` */
export function waitingFor(awaited: readonly Awaited[]): string {
  const words = awaited.map(({ container, condition, isUnhealthy }) => {
    const now = isUnhealthy ? ' (it is UNHEALTHY)' : '';
    return `${container} ${goals[condition]}${now}`;
  });
  return `waiting for ${words.join(', ')}`;
}

const goals = {
  START: 'to START',
  COMPLETE: 'to COMPLETE',
  SUCCESS: 'to end with SUCCESS',
  HEALTHY: 'to be HEALTHY',
};

import { shorten } from './shorten.js';
import type { ContainerDefinition } from './types.js';

/** The container's name as it may stand in a message. */
export const nameOf = (container: ContainerDefinition) => shorten(container.name ?? '');

import { clean } from './terminal-text.js';

/** Ids of tasks that are named; the rest is counted. */
const MOST = 4;

/**
 * Without the service's name, which who reads it knows, and with the beginnings of ids. A deployment that something is said
 * of is the one that is under way.
 */
export const eventText = ({ message = '' }: { message?: string | undefined }): string =>
  clean(message)
    .replace(/^\(service [^)]*\) (\(deployment [^)]*\) )?/, '')
    .replace(/(?:\(task [0-9a-f]{32}\) ?)+/g, tasksText)
    .replace(/ecs-svc\/(\d{8})\d{11}/g, '$1');

function tasksText(text: string): string {
  const ids = text.match(/[0-9a-f]{32}/g) ?? [];
  const named = ids.slice(0, MOST).map((id) => id.slice(0, 8));
  const rest = ids.length > MOST ? ` and ${ids.length - MOST} more` : '';
  return `${named.join(' ')}${rest}${text.endsWith(' ') ? ' ' : ''}`;
}

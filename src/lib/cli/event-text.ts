import { clean } from './terminal-text.js';

/** Ids of tasks that are named; the rest is counted. */
const MOST = 4;

interface EventFacts {
  message?: string | undefined;
  /** Names of hosts by the ids of their instances. */
  hosts?: Readonly<Record<string, string>>;
  /** More than one deployment is told of: which one is meant has to be said. */
  several?: boolean;
}

/**
 * Without the service's name, which who reads it knows, with the beginnings of ids, and with the names of hosts. A deployment
 * that something is said of is the one that is under way, unless there are `several`.
 */
export const eventText = ({ message = '', hosts = {}, several = false }: EventFacts): string =>
  clean(message)
    .replace(INSTANCE, (_, id: string) => `host ${clean(hosts[id] ?? id.slice(0, 8))}`)
    .replace(/^\(service [^)]*\) /, '')
    .replace(/^\(deployment (\S+)\) deployment/, several ? 'deployment $1' : 'deployment')
    .replace(/(?:\(task [0-9a-f]{32}\) ?)+/g, tasksText)
    .replace(/ecs-svc\/(\d{8})\d{11}/g, '$1');

/** The ids of the instances that an event names. */
export const instancesIn = ({ message = '' }: EventFacts): string[] =>
  [...message.matchAll(INSTANCE)].flatMap(([, id]) => id ?? []);

/** The ids of the deployments that an event names. */
export const deploymentsIn = ({ message = '' }: EventFacts): string[] => message.match(/ecs-svc\/\d+/g) ?? [];

const INSTANCE = /\(container-instance ([0-9a-f]{32})\)/g;

function tasksText(text: string): string {
  const ids = text.match(/[0-9a-f]{32}/g) ?? [];
  const named = ids.slice(0, MOST).map((id) => id.slice(0, 8));
  const rest = ids.length > MOST ? ` and ${ids.length - MOST} more` : '';
  return `${named.join(' ')}${rest}${text.endsWith(' ') ? ' ' : ''}`;
}

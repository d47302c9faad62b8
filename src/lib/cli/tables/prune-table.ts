import type {
  PrunedContainer,
  PrunedHost,
  PrunedImage,
  PrunedVolume,
  PruneResponse,
} from '../../api/operation-types.js';
import { shortIds } from '../../api/short-ids.js';
import { type Column, peopleTable } from '../people-table.js';
import { count } from '../../api/count.js';
import { age, bytes } from '../people-words.js';
import type { Terminal } from '../terminal.js';

interface Row<T> {
  host: string;
  thing: T;
}

/** What prune removed or would remove, for people; `now` in epoch milliseconds. */
export function pruneTable(answer: PruneResponse, terminal: Terminal, now: number): string {
  const containers = rowsOf(answer.hosts, ({ containers: each }) => each);
  const volumes = rowsOf(answer.hosts, ({ volumes: each }) => each);
  const images = rowsOf(answer.hosts, ({ images: each }) => each);
  const ids = shortIds([...containers, ...volumes].map(({ thing }) => thing.taskId));
  const tables = [
    containers.length > 0 ? peopleTable(containerColumns(ids, now), containers, terminal) : '',
    volumes.length > 0 ? peopleTable(volumeColumns(ids), volumes, terminal) : '',
    images.length > 0 ? peopleTable(imageColumns, images, terminal) : '',
  ];
  return [...tables.filter((table) => table !== ''), `${summary(answer)}\n`].join('\n');
}

/** `12 containers of 9 tasks, 2 volumes and 3 images on 2 hosts`; undefined where it is nothing. */
export function pruneWords({ hosts }: PruneResponse): string | undefined {
  const containers = hosts.flatMap((host) => host.containers);
  const volumes = hosts.flatMap((host) => host.volumes);
  const networks = hosts.flatMap((host) => host.networks);
  const images = hosts.flatMap((host) => host.images);
  const tasks = new Set(containers.map(({ taskId }) => taskId)).size;
  const what = [
    containers.length > 0 && `${count(containers.length, 'container')} of ${count(tasks, 'task')}`,
    volumes.length > 0 && count(volumes.length, 'volume'),
    networks.length > 0 && count(networks.length, 'network'),
    images.length > 0 && count(images.length, 'image'),
  ].filter((words) => words !== false);
  if (what.length === 0) return undefined;
  const touched = hosts.filter(
    (host) => host.containers.length + host.volumes.length + host.networks.length + host.images.length > 0,
  );
  const list = new Intl.ListFormat('en-GB').format(what);
  return `${list} on ${count(touched.length, 'host')}`;
}

function summary(answer: PruneResponse): string {
  const words = pruneWords(answer);
  if (words === undefined) return 'Nothing to remove.';
  return answer.dryRun ? `Would remove ${words}. Nothing was changed.` : `Removed ${words}.`;
}

const rowsOf = <T>(hosts: readonly PrunedHost[], of: (host: PrunedHost) => T[]): Row<T>[] =>
  hosts.flatMap((host) => of(host).map((thing) => ({ host: host.name, thing })));

const containerColumns = (ids: ReadonlyMap<string, string>, now: number): Column<Row<PrunedContainer>>[] => [
  { title: 'host', of: ({ host }) => host, shrinksTo: 8 },
  { title: 'task', of: ({ thing }) => ids.get(thing.taskId) },
  { title: 'container', of: ({ thing }) => thing.name, shrinksTo: 10, leaves: 2 },
  { title: 'image', of: ({ thing }) => thing.image, shrinksTo: 12, leaves: 1 },
  { title: 'stopped', of: ({ thing }) => age(thing.stoppedAt, now) ?? 'never ran', right: true },
];

const volumeColumns = (ids: ReadonlyMap<string, string>): Column<Row<PrunedVolume>>[] => [
  { title: 'host', of: ({ host }) => host, shrinksTo: 8 },
  { title: 'task', of: ({ thing }) => ids.get(thing.taskId) },
  { title: 'volume', of: ({ thing }) => thing.name, shrinksTo: 10 },
];

const imageColumns: Column<Row<PrunedImage>>[] = [
  { title: 'host', of: ({ host }) => host, shrinksTo: 8 },
  { title: 'image', of: ({ thing }) => thing.names[0] ?? thing.id.slice(0, 19), shrinksTo: 20 },
  { title: 'size', of: ({ thing }) => bytes(thing.size), right: true },
];

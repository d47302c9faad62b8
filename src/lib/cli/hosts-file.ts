import type { OperationInput } from '../api/operations.js';
import { nearestName } from '../api/nearest.js';
import { readDocument } from './arguments.js';
import { UsageError } from './usage-error.js';

export type HostInput = OperationInput<'RegisterContainerInstance'> & { host: string };

/** The members of a host in a hosts file, each as it is spelt there; schemas/hosts.json says the same to editors. */
const KEYS = [
  'name',
  'host',
  'user',
  'port',
  'identityFile',
  'proxyJump',
  'zone',
  'attributes',
  'reserve',
  'portRange',
  'publishAddress',
  'shared',
] as const;
type Entry = Partial<Record<(typeof KEYS)[number], unknown>>;

/**
 * The hosts that a hosts file names: a list, or `hosts:` with one; each an address or an object of KEYS.
 * Throws UsageError and DocumentError, all of them before anything is done.
 */
export async function readHostsFile(path: string): Promise<HostInput[]> {
  const { document, source } = await readDocument(
    path.startsWith('file://') ? path : `file://${path}`,
    '--hosts-file',
  );
  const list = Array.isArray(document) ? document : (document as { hosts?: unknown }).hosts;
  if (!Array.isArray(list) || list.length === 0) {
    throw new UsageError(
      `${source} names no hosts`,
      'Write a list: hosts: [deploy@10.0.0.11, {host: 10.0.0.12, zone: b}].',
    );
  }
  return list.map((entry: unknown, i) => hostInput(entry, `${source}, host ${i + 1}`));
}

function hostInput(entry: unknown, where: string): HostInput {
  if (typeof entry === 'string') return { host: entry };
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    throw new UsageError(`${where} is neither an address nor an object`);
  }
  for (const key of Object.keys(entry)) checkKey(key, where);
  const { host, user, port, attributes, name, ...rest } = entry as Entry;
  const reached = host ?? name;
  if (typeof reached !== 'string') throw new UsageError(`${where}: host is missing`);
  return {
    ...rest,
    host: addressOf(reached, user, port),
    ...(name === undefined ? {} : { name: String(name) }),
    ...(attributes === undefined ? {} : { attributes: attributeList(attributes, where) }),
  } as HostInput;
}

function checkKey(key: string, where: string): void {
  if ((KEYS as readonly string[]).includes(key)) return;
  const meant = nearestName(key, KEYS);
  throw new UsageError(
    `${where}: "${key}" is not known`,
    meant ? `Did you mean ${meant}?` : `It takes: ${KEYS.join(', ')}.`,
  );
}

/** The engine reads and checks the address; here it is only put together. */
function addressOf(host: string, user: unknown, port: unknown): string {
  const bare = port !== undefined && host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `${user === undefined ? '' : `${String(user)}@`}${bare}${port === undefined ? '' : `:${String(port)}`}`;
}

/** `{disk: ssd}`, or ECS's own `[{name: disk, value: ssd}]`. */
function attributeList(attributes: unknown, where: string): { name: string; value?: string }[] {
  if (Array.isArray(attributes)) return attributes as { name: string; value?: string }[];
  if (typeof attributes !== 'object' || attributes === null) {
    throw new UsageError(`${where}: attributes takes names and values, such as {disk: ssd}`);
  }
  return Object.entries(attributes).map(([name, value]) =>
    value === null || value === true ? { name } : { name, value: String(value) },
  );
}

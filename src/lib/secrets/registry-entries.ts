import type { RegistryAuth } from '../hosts/docker-host.js';

/** By a registry's address, as Docker's config.json (`auths`), its predecessor .dockercfg and ECS's agent have them. */
export type AuthEntries = Readonly<Record<string, AuthEntry | undefined>>;

interface AuthEntry {
  /** Base64 of `user:password`. */
  auth?: string;
  username?: string;
  password?: string;
  identitytoken?: string;
}

/** What is said of a registry (`docker.io`, `ghcr.io`, `10.0.0.1:5000`). What makes no sense says nothing. Pure. */
export function authIn(entries: AuthEntries | null, registry: string): RegistryAuth | undefined {
  if (typeof entries !== 'object' || entries === null) return undefined;
  const [, entry] = Object.entries(entries).find(([address]) => registryIn(address) === registry) ?? [];
  if (entry === undefined || typeof entry !== 'object' || entry === null) return undefined;
  const { auth, identitytoken } = entry;
  if (identitytoken && isText(identitytoken)) return { identitytoken };
  const { username, password } = auth && isText(auth) ? decoded(auth) : entry;
  return username && password && isText(username) && isText(password) ? { username, password } : undefined;
}

/** `https://index.docker.io/v1/` is docker.io. */
function registryIn(address: string): string {
  const host = address.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host;
}

function decoded(auth: string): { username?: string; password?: string } {
  const text = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = text.indexOf(':');
  return colon < 1 ? {} : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

const isText = (value: unknown): value is string => typeof value === 'string';

import { envFilePaths, mergeEnvFiles, parseEnvFile } from '../../api/env-file.js';
import { overridden } from '../../api/overrides.js';
import { notYours } from '../../api/errors.js';
import { parseSecretReference } from '../../api/secret-reference.js';
import { shorten } from '../../api/shorten.js';
import type { KeyValuePair, Secret, TaskOverride } from '../../api/types.js';
import type { Resolved, ResolvedTask } from '../../agent/resolved.js';
import type { RegistryAuth } from '../../hosts/docker-host.js';
import { unlessAborted } from '../../unless-aborted.js';
import type { EngineContext } from '../context.js';
import type { DefinitionRecord } from '../records.js';
import { Lookups } from './lookups.js';
import { SourceFault } from './sources.js';
import { wantedOf, type Wanted } from './wanted.js';

/** A task can't start for what it refers to; the message is ECS's reason and names all that is missing. */
export class Unresolved extends Error {
  override readonly name = 'Unresolved';
}

/**
 * The values that tasks of one operation refer to. Asked for when the first of them is about to start, and once; then it
 * throws Unresolved, or the signal's reason. Errors, at once: ClientException where the definition came from a host, which
 * could so ask for whatever it liked.
 */
export function resolveOnce(
  ctx: EngineContext,
  { definition, adopted }: DefinitionRecord,
  overrides: TaskOverride,
): () => Promise<ResolvedTask> {
  const wanted = wantedOf(overridden(definition, overrides));
  if (adopted && wanted.length > 0) throw notYours(`${definition.family}:${definition.revision}`);
  let resolved: Promise<ResolvedTask> | undefined;
  return () => (resolved ??= unlessAborted(ctx.signal, resolve(ctx, wanted)));
}

async function resolve(ctx: EngineContext, wanted: readonly Wanted[]): Promise<ResolvedTask> {
  const lookups = new Lookups(ctx);
  /** In the order in which the definition has them; those that are there without a fault. */
  const faults = new Map<string, SourceFault | undefined>();
  /** Of what one reference gives, or why it gives nothing; told of once, however many containers refer to it. */
  const attempt = async <T>(what: string, look: () => Promise<T>): Promise<T | undefined> => {
    if (!faults.has(what)) faults.set(what, undefined);
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof SourceFault)) throw error;
      faults.set(what, error);
      return undefined;
    }
  };
  const secretsOf = async (secrets: readonly Secret[]): Promise<KeyValuePair[]> => {
    const pairs = secrets.map(async ({ name = '', valueFrom = '' }) => {
      const value = await attempt(shown(valueFrom), () => secretText(lookups, valueFrom));
      return value === undefined ? [] : [{ name, value }];
    });
    return (await Promise.all(pairs)).flat();
  };
  const filesOf = async (files: readonly string[]): Promise<KeyValuePair[]> => {
    const contents = files.map((value) => attempt(shown(value), () => envFile(lookups, value)));
    return mergeEnvFiles((await Promise.all(contents)).filter((pairs) => pairs !== undefined));
  };
  const entries = wanted.map(async ({ container, secrets, logOptions, envFiles, credentials }) => {
    const [files, values, options, login] = await Promise.all([
      filesOf(envFiles),
      secretsOf(secrets),
      secretsOf(logOptions),
      credentials === undefined
        ? undefined
        : attempt(shown(credentials), () => loginOf(lookups, credentials)),
    ]);
    const resolved: Resolved = {
      files,
      secrets: values,
      credentials: login,
      logOptions: Object.fromEntries(options.map(({ name = '', value = '' }) => [name, value])),
    };
    return [container, resolved] as const;
  });
  const found = new Map(await Promise.all(entries));
  const missing = [...faults].flatMap(([what, fault]) => (fault ? [sentence(what, fault)] : []));
  if (missing.length > 0) throw new Unresolved(`${unable}: ${missing.join('; ')}`);
  return found;
}

async function secretText(lookups: Lookups, valueFrom: string): Promise<string> {
  const reference = parseSecretReference(valueFrom);
  if (reference === undefined) throw new SourceFault('it is no reference to a secret');
  return lookups.text(reference);
}

/** Of a registry, in the form of ECS's documents. */
async function loginOf(lookups: Lookups, reference: string): Promise<RegistryAuth> {
  let login: unknown;
  const text = await secretText(lookups, reference);
  try {
    login = JSON.parse(text);
  } catch {
    // Told below, without any of it.
  }
  const { username, password } = { ...(typeof login === 'object' ? login : {}) } as Record<string, unknown>;
  if (typeof username === 'string' && typeof password === 'string') return { username, password };
  throw new SourceFault('its value is not {"username": …, "password": …}');
}

async function envFile(lookups: Lookups, value: string): Promise<KeyValuePair[]> {
  const paths = envFilePaths(value);
  if (paths === undefined) throw new SourceFault('it names no file');
  return parseEnvFile(await lookups.file(paths));
}

/** ECS's own beginning. */
const unable = 'ResourceInitializationError: unable to pull secrets or registry auth';

/** Of an ARN what names it, without region and account. */
const shown = (reference: string): string =>
  shorten(reference.startsWith('arn:') ? reference.split(':').slice(5).join(':') : reference, 200);

const sentence = (what: string, { message, remedy }: SourceFault): string =>
  `${what}: ${remedy === undefined ? message : `${message} (${remedy})`}`;

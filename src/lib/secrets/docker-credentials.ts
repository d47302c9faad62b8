import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RegistryAuth } from '../hosts/docker-host.js';
import { SourceFault } from '../engine/secrets/sources.js';
import { authIn, type AuthEntries } from './registry-entries.js';
import { runProgram } from './run-program.js';

/** Milliseconds: a helper may have to ask the user to unlock something. */
const patience = 60_000;

/** Programs that write it leave members out, or make them null. */
interface DockerConfig {
  auths?: AuthEntries | null;
  credsStore?: string | null;
  credHelpers?: Record<string, string> | null;
}

/**
 * What `docker login` on this machine has kept for a registry: with a credential helper, or in Docker's config.json
 * itself. undefined where there is nothing. Throws SourceFault where it can't be read, or the signal's reason.
 */
export async function dockerCredentials(
  folder: string,
  registry: string,
  signal: AbortSignal,
): Promise<RegistryAuth | undefined> {
  const config = await readConfig(join(folder, 'config.json'));
  if (config === undefined) return undefined;
  const { auths, credsStore, credHelpers } = config;
  const address = registry === 'docker.io' ? dockerHub : registry;
  const helper = credHelpers?.[address] ?? credHelpers?.[registry] ?? credsStore;
  const kept = helper ? await askHelper(helper, address, signal) : undefined;
  return kept ?? authIn(auths ?? null, registry);
}

/** Docker Hub's name in its own files. */
const dockerHub = 'https://index.docker.io/v1/';

async function readConfig(path: string): Promise<DockerConfig | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new SourceFault(`${path} can't be read (${code})`, undefined, { cause: error });
  }
  try {
    const config: unknown = JSON.parse(text);
    if (typeof config === 'object' && config !== null) return config;
  } catch {
    // The parser's own words would repeat some of it.
  }
  throw new SourceFault(`${path} is no JSON`);
}

/** docker-credential-NAME's protocol: an address in, a JSON object out. */
async function askHelper(
  name: string,
  address: string,
  signal: AbortSignal,
): Promise<RegistryAuth | undefined> {
  const program = `docker-credential-${name}`;
  // It is looked for in PATH, as docker does.
  if (!/^[\w.-]+$/.test(name)) throw new SourceFault(`${program} is no name of a credential helper`);
  const end = await runProgram(program, ['get'], { patience, mostBytes: 64 * 1024, input: address, signal });
  if (end.kind === 'not-started') throw new SourceFault(`${program} can't be started (${end.code})`);
  if (end.kind !== 'done') throw new SourceFault(`${program} gave no answer`);
  const said = end.output.toString('utf8');
  if (end.exitCode !== 0) {
    if (/credentials not found/i.test(said)) return undefined;
    const words = end.lastWords || said.trim().slice(0, 200);
    throw new SourceFault(`${program} ended with ${end.exitCode ?? end.signal}: ${words}`);
  }
  const { Username: username, Secret: secret } = answerOf(said, program);
  if (!username || !secret) return undefined;
  return username === '<token>' ? { identitytoken: secret } : { username, password: secret };
}

function answerOf(text: string, program: string): { Username?: string; Secret?: string } {
  try {
    return { ...(JSON.parse(text) as { Username?: string; Secret?: string } | null) };
  } catch {
    throw new SourceFault(`${program} gave no JSON`);
  }
}

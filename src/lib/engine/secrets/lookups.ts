import pLimit from 'p-limit';
import {
  isSecretName,
  secretVariable,
  type SecretReference,
  type SecretSource,
} from '../../api/secret-reference.js';
import type { EngineContext } from '../context.js';
import { SourceFault } from './sources.js';
import { readSecret } from './secrets.js';

/** How many values are asked for at once: a command of the user's may be a whole program each. */
const atOnce = 4;

/** Looks up what one operation needs, each source once however many containers refer to it. */
export class Lookups {
  private readonly known = new Map<string, Promise<Buffer>>();
  private readonly limit = pLimit(atOnce);

  constructor(private readonly ctx: EngineContext) {}

  /** Throws SourceFault, or the signal's reason. */
  async bytes({ source, jsonKey }: SecretReference): Promise<Buffer> {
    const value = await this.once(JSON.stringify(source), () => this.find(source));
    return jsonKey === undefined ? value : Buffer.from(memberOf(value, jsonKey));
  }

  /** As a variable of the environment. Throws SourceFault, or the signal's reason. */
  async text(reference: SecretReference): Promise<string> {
    return textOf(await this.bytes(reference));
  }

  /** The first of these files that exists. Throws SourceFault. */
  async file(paths: readonly string[]): Promise<string> {
    return decode(await this.once(JSON.stringify(paths), () => this.ctx.secrets.file(paths)));
  }

  private once(key: string, find: () => Promise<Buffer>): Promise<Buffer> {
    const found = this.known.get(key) ?? this.limit(find);
    this.known.set(key, found);
    return found;
  }

  private find(source: SecretSource): Promise<Buffer> {
    switch (source.kind) {
      case 'environment':
        return this.variable(source.name);
      case 'file':
        return this.ctx.secrets.file([source.path]);
      case 'named':
        return this.named(source.names);
    }
  }

  private async variable(name: string): Promise<Buffer> {
    const { secrets } = this.ctx;
    const value = secrets.variable(name);
    if (value === undefined) throw new SourceFault(`the variable ${name} is not set ${secrets.where}`);
    return Buffer.from(value);
  }

  /** The client's environment, our own store, the user's command: the first that has it counts. */
  private async named(names: readonly string[]): Promise<Buffer> {
    const { secrets, signal } = this.ctx;
    for (const name of names) {
      const value = secrets.variable(secretVariable(name));
      if (value !== undefined) return Buffer.from(value);
    }
    for (const name of names) {
      const value = await readSecret(this.ctx, name);
      if (value !== undefined) return value;
    }
    const name = names.at(-1) ?? '';
    // Definitions come from others, and a command makes options, paths and expressions of what it is given.
    if (!isSecretName(name)) throw new SourceFault('no secret may be called so');
    // Of an ARN the name without AWS's own ending, which no other place knows.
    if (secrets.command !== undefined) return secrets.command(name, signal);
    throw new SourceFault('there is no such secret', `longshore put-secret --name ${name} --value-file FILE`);
  }
}

/** A line break at the end is an editor's or a shell's, not the value's. Throws SourceFault. */
function textOf(value: Buffer): string {
  const text = decode(value).replace(/\r?\n$/, '');
  if (text.includes('\0')) throw new SourceFault('its value is no text');
  return text;
}

function decode(value: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    throw new SourceFault('its value is no text in UTF-8');
  }
}

/** As ECS: texts as they are, other values as they are written. Throws SourceFault without repeating any of it. */
function memberOf(value: Buffer, key: string): string {
  let object: unknown;
  try {
    object = JSON.parse(decode(value));
  } catch {
    throw new SourceFault(`its value is no JSON, of which ${key} could be taken`);
  }
  const isObject = typeof object === 'object' && object !== null && Object.hasOwn(object, key);
  const member: unknown = isObject ? (object as Record<string, unknown>)[key] : undefined;
  if (member === undefined) throw new SourceFault(`its value has no member ${key}`);
  return typeof member === 'string' ? member : JSON.stringify(member);
}

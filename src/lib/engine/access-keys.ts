import { randomBytes } from 'node:crypto';
import { accessScopes, type AccessScope } from '../api/access.js';
import type { AccessKeySummary } from '../api/operation-types.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import { EcsError, resourceNotFound } from '../api/errors.js';
import { transact } from '../store/transact.js';
import { keys } from './keys.js';
import { listPage } from './listing.js';
import type { AccessKeyRecord } from './records.js';
import { sealed } from './secrets/sealed.js';
import type { EngineContext } from './context.js';

/** Characters that a description may have. */
const LONGEST_DESCRIPTION = 256;

/**
 * Makes a key for `longshore serve` over TCP. Its secret is in this answer and nowhere else: the state keeps it
 * encrypted. Without a scope it may only look. Errors: InvalidParameterException, ClientException (it can't be encrypted).
 */
export async function createAccessKey(
  { scope = 'read', description }: OperationInput<'CreateAccessKey'>,
  ctx: EngineContext,
): Promise<OperationOutput<'CreateAccessKey'>> {
  if (!isScope(scope))
    throw new EcsError('InvalidParameterException', `scope is one of ${accessScopes.join(', ')}.`);
  if ((description?.length ?? 0) > LONGEST_DESCRIPTION)
    throw new EcsError(
      'InvalidParameterException',
      `description has at most ${LONGEST_DESCRIPTION} characters.`,
    );
  const accessKeyId = `LSAK${base32(randomBytes(16))}`;
  const secretAccessKey = randomBytes(30).toString('base64');
  const record: AccessKeyRecord = {
    accessKeyId,
    scope,
    ...(description !== undefined && { description }),
    ...(await sealed(ctx, Buffer.from(secretAccessKey), 'The access key')),
    createdAt: ctx.clock(),
  };
  await ctx.store.commit({ puts: [{ key: keys.accessKey(accessKeyId), value: record }] });
  return { accessKey: { ...present(record), secretAccessKey } };
}

/** Never their secrets. */
export async function listAccessKeys(
  input: OperationInput<'ListAccessKeys'>,
  ctx: EngineContext,
): Promise<OperationOutput<'ListAccessKeys'>> {
  const page = await listPage<AccessKeyRecord>(ctx, 'ListAccessKeys', input, { prefix: keys.accessKeys });
  return { accessKeys: page.values.map(present), ...page.next };
}

/** A server refuses it from then on. Errors: ResourceNotFoundException. */
export async function deleteAccessKey(
  { accessKeyId }: OperationInput<'DeleteAccessKey'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DeleteAccessKey'>> {
  const record = await transact(ctx.store, ctx, async (draft) => {
    const known = await draft.get<AccessKeyRecord>(keys.accessKey(accessKeyId));
    if (known === undefined)
      throw resourceNotFound(accessKeyId, 'longshore list-access-keys shows those there are');
    draft.delete(keys.accessKey(accessKeyId));
    return known;
  });
  return { accessKey: present(record) };
}

/** Finds keys by their id, with their secrets; what was decrypted once is kept while its record stands. */
export class AccessKeys {
  private readonly opened = new Map<string, { revision: number; secret: Promise<Buffer> }>();

  constructor(private readonly ctx: Pick<EngineContext, 'store' | 'secrets'>) {}

  /** undefined where there is no such key. Throws SourceFault where it can't be decrypted. */
  async find(id: string): Promise<{ secretAccessKey: string; scope: AccessScope } | undefined> {
    const { store, secrets } = this.ctx;
    const entry = await store.get<AccessKeyRecord>(keys.accessKey(id));
    if (entry === undefined) {
      this.opened.delete(id);
      return undefined;
    }
    const { value, revision } = entry;
    let known = this.opened.get(id);
    if (known?.revision !== revision) {
      known = { revision, secret: secrets.vault.open(value) };
      this.opened.set(id, known);
      known.secret.catch(() => this.opened.delete(id));
    }
    return { secretAccessKey: (await known.secret).toString(), scope: value.scope };
  }

  async areThere(): Promise<boolean> {
    return (await this.ctx.store.list({ prefix: keys.accessKeys, limit: 1 })).length > 0;
  }
}

const isScope = (text: string): text is AccessScope => (accessScopes as readonly string[]).includes(text);

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** One letter a byte. */
const base32 = (bytes: Buffer): string => Array.from(bytes, (byte) => LETTERS[byte % 32]).join('');

const present = ({ accessKeyId, scope, description, createdAt }: AccessKeyRecord): AccessKeySummary => ({
  accessKeyId,
  scope,
  ...(description !== undefined && { description }),
  createdAt: new Date(createdAt),
});

import type { OperationInput, OperationOutput } from '../../api/operations.js';
import type { SecretSummary } from '../../api/operation-types.js';
import { EcsError, resourceNotFound } from '../../api/errors.js';
import { isSecretName, secretLimits, secretName } from '../../api/secret-reference.js';
import { transact } from '../../store/transact.js';
import { keys } from '../keys.js';
import { listPage } from '../listing.js';
import type { EngineContext } from '../context.js';
import type { SecretRecord } from '../records.js';
import { sealed } from './sealed.js';

/**
 * Keeps a value under a name, encrypted; one that is there already is replaced. Errors: InvalidParameterException (name
 * or size), ClientException (it can't be encrypted).
 */
export async function putSecret(
  { name: given, value }: OperationInput<'PutSecret'>,
  ctx: EngineContext,
): Promise<OperationOutput<'PutSecret'>> {
  const name = checkedName(given);
  const { text, recipient } = await sealed(ctx, checkedValue(value), 'The secret');
  const record = await transact(ctx.store, ctx, async (draft) => {
    const now = ctx.clock();
    const before = await draft.get<SecretRecord>(keys.secret(name));
    const next = { name, text, recipient, createdAt: before?.createdAt ?? now, updatedAt: now };
    draft.put({ key: keys.secret(name), value: next });
    return next;
  });
  return { secret: present(record) };
}

/** Names and times, never values. */
export async function listSecrets(
  input: OperationInput<'ListSecrets'>,
  ctx: EngineContext,
): Promise<OperationOutput<'ListSecrets'>> {
  const page = await listPage<SecretRecord>(ctx, 'ListSecrets', input, { prefix: keys.secrets });
  return { secrets: page.values.map(present), ...page.next };
}

/** Tasks that run keep what they were given. Errors: ResourceNotFoundException, InvalidParameterException. */
export async function deleteSecret(
  input: OperationInput<'DeleteSecret'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DeleteSecret'>> {
  const name = checkedName(input.name);
  const record = await transact(ctx.store, ctx, async (draft) => {
    const known = await draft.get<SecretRecord>(keys.secret(name));
    if (known === undefined) throw resourceNotFound(name, 'longshore list-secrets shows those there are');
    draft.delete(keys.secret(name));
    return known;
  });
  return { secret: present(record) };
}

/** undefined where there is no secret of that name. Throws SourceFault where it can't be decrypted. */
export async function readSecret(ctx: EngineContext, name: string): Promise<Buffer | undefined> {
  const record = await ctx.store.get<SecretRecord>(keys.secret(name));
  return record && ctx.secrets.vault.open(record.value);
}

function checkedName(given: string): string {
  const name = secretName(given);
  if (isSecretName(name)) return name;
  throw new EcsError(
    'InvalidParameterException',
    `A secret's name consists of letters, digits and /_+=.@!-, begins with a letter, digit or _, has no .. between its slashes, and at most ${secretLimits.name} characters.`,
  );
}

/** Base64, as the API has bytes. What was given is never repeated. */
function checkedValue(value: string | undefined): Buffer {
  if (value === undefined) throw new EcsError('InvalidParameterException', 'A secret needs a value.');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value))
    throw new EcsError('InvalidParameterException', "A secret's value is given in base64.");
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length === 0) throw new EcsError('InvalidParameterException', "The secret's value is empty.");
  if (bytes.length <= secretLimits.value) return bytes;
  throw new EcsError(
    'InvalidParameterException',
    `The secret's value has ${bytes.length} bytes; at most ${secretLimits.value} are kept.`,
  );
}

const present = ({ name, createdAt, updatedAt }: SecretRecord): SecretSummary => ({
  name,
  createdAt: new Date(createdAt),
  updatedAt: new Date(updatedAt),
});

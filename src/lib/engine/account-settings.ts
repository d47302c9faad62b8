import type { Setting, SettingName } from '../api/types.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import {
  accountSettings,
  checkSetting,
  principalArn,
  principalOf,
  ROOT,
  type Principal,
} from '../api/account-settings.js';
import { EcsError } from '../api/errors.js';
import { decodeToken, encodeToken, pageSize } from '../api/pagination.js';
import { keys } from './keys.js';
import type { EngineContext } from './context.js';
import type { AccountSettingRecord } from './records.js';

/**
 * Sets an account setting, for everybody unless a user or role is named: nobody signs in here, so that whoever has the
 * state is the root user. Errors: InvalidParameterException.
 */
export async function putAccountSetting(
  input: OperationInput<'PutAccountSetting'>,
  ctx: EngineContext,
): Promise<OperationOutput<'PutAccountSetting'>> {
  const { name, value } = input;
  const principal = principalOf(input.principalArn);
  checkSetting(name, value);
  const record: AccountSettingRecord = { name, value, principal };
  await ctx.store.commit({ puts: [{ key: keys.accountSetting(principal, name), value: record }] });
  if (accountSettings[name].inert) {
    const message = `${name} is kept and listed, and changes nothing here: it only means something inside AWS`;
    ctx.emit({ type: 'warning', message });
  } else if (principal !== ROOT) {
    const message = `${name} of ${principal} is kept and listed, and changes nothing: nobody signs in here, and only settings of the root user count`;
    ctx.emit({ type: 'warning', message });
  }
  return { setting: present(ctx, record) };
}

/** For everybody: as PutAccountSetting without a principal here. Errors: InvalidParameterException. */
export const putAccountSettingDefault = (
  input: OperationInput<'PutAccountSettingDefault'>,
  ctx: EngineContext,
): Promise<OperationOutput<'PutAccountSettingDefault'>> => putAccountSetting(input, ctx);

/** Back to what holds without it, which is the answer. Errors: InvalidParameterException. */
export async function deleteAccountSetting(
  input: OperationInput<'DeleteAccountSetting'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DeleteAccountSetting'>> {
  const principal = principalOf(input.principalArn);
  await ctx.store.commit({ deletes: [keys.accountSetting(principal, input.name)] });
  const { value } = await effective(ctx, principal, input.name);
  return { setting: present(ctx, { name: input.name, value, principal }) };
}

/**
 * Those that were set for a principal (the root user where none is named); with `effectiveSettings` all that there are,
 * as they hold for it. Errors: InvalidParameterException.
 */
export async function listAccountSettings(
  input: OperationInput<'ListAccountSettings'>,
  ctx: EngineContext,
): Promise<OperationOutput<'ListAccountSettings'>> {
  if (input.value !== undefined && input.name === undefined)
    throw new EcsError('InvalidParameterException', 'value is given without name.');
  const principal = principalOf(input.principalArn);
  const limit = pageSize('ListAccountSettings', input.maxResults);
  const after = input.nextToken === undefined ? '' : decodeToken('ListAccountSettings', input.nextToken);
  const names = (Object.keys(accountSettings) as SettingName[]).sort();
  const all = await Promise.all(
    names.map((name) =>
      input.effectiveSettings ? effective(ctx, principal, name) : own(ctx, principal, name),
    ),
  );
  const matching = all.filter(
    (record) =>
      record !== undefined &&
      record.name > after &&
      (input.name === undefined || record.name === input.name) &&
      (input.value === undefined || record.value === input.value),
  ) as AccountSettingRecord[];
  const page = matching.slice(0, limit);
  const last = page.at(-1);
  return {
    settings: page.map((record) => present(ctx, record)),
    ...(matching.length > limit && last ? { nextToken: encodeToken('ListAccountSettings', last.name) } : {}),
  };
}

/** The value that counts here: the root user's. */
export async function accountSetting(ctx: Pick<EngineContext, 'store'>, name: SettingName): Promise<string> {
  return (await effective(ctx, ROOT, name)).value;
}

async function effective(
  ctx: Pick<EngineContext, 'store'>,
  principal: Principal,
  name: SettingName,
): Promise<AccountSettingRecord> {
  const set = (await own(ctx, principal, name)) ?? (await own(ctx, ROOT, name));
  return set ?? { name, value: accountSettings[name].default, principal: ROOT };
}

async function own(
  ctx: Pick<EngineContext, 'store'>,
  principal: Principal,
  name: SettingName,
): Promise<AccountSettingRecord | undefined> {
  return (await ctx.store.get<AccountSettingRecord>(keys.accountSetting(principal, name)))?.value;
}

function present(ctx: EngineContext, { name, value, principal }: AccountSettingRecord): Setting {
  return {
    name,
    value,
    principalArn: principalArn(ctx.identity.account, principal),
    type: accountSettings[name].managed ? 'aws_managed' : 'user',
  };
}

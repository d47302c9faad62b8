import { insightsValues } from './cluster-settings.js';
import { EcsError } from './errors.js';
import { shorten } from './shorten.js';
import type { SettingName } from './types.js';

/** What an account setting may be, and what it does on hosts of one's own. */
export interface SettingFacts {
  values: readonly string[];
  /** Where nobody has set it. */
  default: string;
  /** What it does here, for people. */
  here: string;
  /** Nothing: it is kept and listed. */
  inert?: true;
  /** Why it has the only value that it has. */
  fixed?: string;
  /** Not the user's to set (ECS: type aws_managed). */
  managed?: true;
}

const switched = ['enabled', 'disabled'];
const longArns: SettingFacts = {
  values: switched,
  default: 'enabled',
  here: 'always so',
  fixed: 'ARNs and ids have the long form here',
};
const inAws = { here: 'nothing', inert: true } as const;

/** ECS's account settings; the state stands for the account. Values: SDK, PutAccountSetting. */
export const accountSettings: Readonly<Record<SettingName, SettingFacts>> = {
  awsvpcTrunking: { values: switched, default: 'disabled', ...inAws },
  containerInsights: {
    values: insightsValues,
    default: 'disabled',
    here: 'settings of new clusters',
  },
  containerInstanceLongArnFormat: longArns,
  defaultLogDriverMode: {
    values: ['blocking', 'non-blocking'],
    // Docker's own; AWS has had non-blocking since June 2025.
    default: 'blocking',
    here: 'mode of log drivers',
  },
  fargateEventWindows: { values: switched, default: 'disabled', ...inAws },
  fargateFIPSMode: { values: switched, default: 'disabled', ...inAws },
  fargateTaskRetirementWaitPeriod: { values: ['0', '7', '14'], default: '7', ...inAws },
  guardDutyActivate: { values: ['on', 'off'], default: 'off', here: 'nothing', inert: true, managed: true },
  serviceLongArnFormat: longArns,
  tagResourceAuthorization: { values: ['on', 'off'], default: 'off', ...inAws },
  taskLongArnFormat: longArns,
};

/** Throws InvalidParameterException for a value that the setting can't have, and for settings that are not the user's. */
export function checkSetting(name: SettingName, value: string): void {
  const { values, fixed, managed, default: only } = accountSettings[name];
  if (managed) throw new EcsError('InvalidParameterException', `${name} is AWS's own and can't be set.`);
  if (!values.includes(value))
    throw new EcsError(
      'InvalidParameterException',
      `${name} takes ${values.join(' or ')}, not "${shorten(value)}".`,
      undefined,
      { ecsText: "Invalid setting 'value'" },
    );
  // Terraform's provider looks for AWS's text, and takes it for a setting that is as it should be.
  if (fixed !== undefined && value !== only)
    throw new EcsError('InvalidParameterException', `${name} can't be ${value}: ${fixed}.`, undefined, {
      ecsText: 'You can no longer disable Long Arn settings',
    });
}

/** Whose setting it is: everybody's (`root`), or a user's or role's, by what follows the account in its ARN. */
export type Principal = string;

export const ROOT: Principal = 'root';

/** Throws InvalidParameterException for what is no ARN of the root user, a user or a role. Its account is ignored. */
export function principalOf(arn: string | undefined): Principal {
  if (arn === undefined) return ROOT;
  const match = /^arn:[a-z-]+:iam::\d*:(root|(?:user|role)\/[\w+=,.@/-]{1,600})$/.exec(arn);
  if (match?.[1] !== undefined) return match[1];
  throw new EcsError(
    'InvalidParameterException',
    `Invalid principal: ${shorten(arn, 200)}`,
    'It takes the ARN of the root user, a user or a role: arn:aws:iam::000000000000:user/NAME',
  );
}

export const principalArn = (account: string, principal: Principal) => `arn:aws:iam::${account}:${principal}`;

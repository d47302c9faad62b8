import type { Interfaces } from '@oclif/core';

/**
 * One flag, in oclif's form (which help and manifest are made from) plus what our own parser needs. It parses as the
 * AWS CLI does (argparse: the last of several counts, lists run up to the next flag, unambiguous beginnings are
 * understood), which oclif's parser can't.
 */
export interface CliFlag {
  type: 'boolean' | 'option';
  description?: string;
  /** Takes every word up to the next flag. */
  multiple?: boolean;
  /** `--no-NAME` exists too. */
  allowNo?: boolean;
  /** What the AWS CLI calls `--no-NAME`, which is understood besides. */
  negativeName?: string;
  options?: readonly string[];
  required?: boolean;
  char?: string;
  hidden?: boolean;
  helpGroup?: string;
  helpValue?: string;
  /** How help spells it, where it isn't by its name. */
  helpLabel?: string;
  /** The value may be left out, and then is this one. */
  bare?: string;
  /** The member of the operation's input that it sets. */
  member?: string;
}

export type CliFlags = Record<string, CliFlag>;

type Extras = Omit<CliFlag, 'type' | 'description'>;

export const textFlag = (description: string, extras: Extras = {}): CliFlag => ({
  type: 'option',
  description,
  ...extras,
});

export const listFlag = (description: string, extras: Extras = {}): CliFlag =>
  textFlag(description, { multiple: true, ...extras });

export const switchFlag = (description: string, extras: Extras = {}): CliFlag => ({
  type: 'boolean',
  description,
  allowNo: false,
  ...extras,
});

/** oclif's type demands its own parser's functions, which are never called. */
export const forOclif = (flags: CliFlags): Interfaces.FlagInput => flags as unknown as Interfaces.FlagInput;

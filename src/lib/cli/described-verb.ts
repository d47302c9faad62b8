import type { CliFlag, CliFlags } from './flag.js';

/** A verb as its class or oclif's manifest describes it: what help, the man page and completion are made of. */
export interface DescribedVerb {
  /** `state:export` where it has two words. */
  id: string;
  summary?: string;
  description?: string;
  usage?: unknown;
  examples?: readonly unknown[];
  hidden?: boolean;
  /** The global ones may be among them. */
  flags?: CliFlags;
}

/** Titles of flag groups (CliFlag.helpGroup) in their order. */
export const FLAG_GROUPS = [
  { group: undefined, title: 'flags' },
  { group: 'longshore', title: "longshore's own flags" },
  { group: 'input', title: 'flags for the whole input' },
  { group: 'inert', title: 'flags of aws ecs that change nothing here' },
  { group: 'global', title: 'flags of every verb' },
] as const;

/** As it is typed. */
export const nameOf = ({ id }: { id: string }): string => id.replaceAll(':', ' ');

export const examplesOf = ({ examples = [] }: DescribedVerb): string[] =>
  examples.map((example) => String(example).replaceAll('<%= config.bin %>', 'longshore'));

/** How it is called, without `longshore`: with the flags that must be given. */
export function usageOf(verb: DescribedVerb): string {
  if (verb.usage !== undefined) return String(verb.usage);
  const required = Object.entries(verb.flags ?? {}).filter(([, flag]) => flag.required && !flag.hidden);
  return `${nameOf(verb)}${required.map(([name, flag]) => ` --${name} ${valueOf(flag)}`).join('')} [flags]`;
}

/** The flags of a group that are to be shown: those that must be given come first. */
export function flagsOfGroup(flags: CliFlags, group: string | undefined): [name: string, flag: CliFlag][] {
  return Object.entries(flags)
    .filter(([, flag]) => !flag.hidden && flag.helpGroup === group)
    .sort(byNeed);
}

const byNeed = (a: [string, CliFlag], b: [string, CliFlag]): number =>
  Number(b[1].required ?? false) - Number(a[1].required ?? false) || a[0].localeCompare(b[0]);

/** A flag as it is typed, and what it says. */
export function flagRow([name, flag]: readonly [string, CliFlag]): [left: string, right: string] {
  const left = `${flag.char ? `-${flag.char}, ` : ''}${spelling(name, flag)} ${valueOf(flag)}`.trimEnd();
  return [left, `${flag.required ? '(required) ' : ''}${flag.description ?? ''}`];
}

const spelling = (name: string, flag: CliFlag): string =>
  flag.helpLabel ?? `--${flag.allowNo ? '[no-]' : ''}${name}`;

const valueOf = (flag: CliFlag): string => (flag.type === 'boolean' ? '' : (flag.helpValue ?? '<value>'));

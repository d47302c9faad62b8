/** What can be completed of a command line: made at build time of the commands themselves (dist/completion.json). */
export interface Grammar {
  /** By name, `state export` where the verb has two words. */
  verbs: Readonly<Record<string, VerbGrammar>>;
  /** What `longshore help` explains. */
  topics: readonly string[];
  /** Flags of every verb. */
  globals: Flags;
}

export interface VerbGrammar {
  about: string;
  flags: Flags;
  /** What stands beside the flags. */
  takes?: Values;
}

export type Flags = Readonly<Record<string, FlagGrammar>>;

export interface FlagGrammar {
  about: string;
  /** Absent: a switch. */
  takes?: Values;
  /** Every word up to the next flag. */
  many?: true;
  required?: true;
  /** Not shown, but understood. */
  hidden?: true;
  /** `--no-NAME` exists too. */
  negatable?: true;
}

/** Values of a kind that is looked up, or one of a few words; `any`: nothing is known of them. */
export type Values = { kind: Kind } | { oneOf: readonly string[] };

export type Kind =
  | 'any'
  | 'cluster'
  | 'live-task'
  | 'task'
  | 'definition'
  | 'family'
  | 'secret'
  | 'service'
  | 'service-deployment'
  | 'service-revision'
  | 'host'
  | 'ssh-host'
  | 'file'
  | 'document';

import { operationOfCommand } from '../api/operations.js';
import { type JsonSchema, loadSchema, resolveSchema } from '../api/schema.js';
import type { FlagGrammar, Flags, Grammar, Kind, Values, VerbGrammar } from '../completion/grammar.js';
import { type DescribedVerb, nameOf } from './described-verb.js';
import type { CliFlag, CliFlags } from './flag.js';
import { globalFlags } from './globals.js';
import { TOPICS } from './topics.js';

/** What the shells' completion has to know of the commands. */
export function completionGrammar(verbs: readonly DescribedVerb[]): Grammar {
  const shown = verbs.filter(({ hidden }) => !hidden);
  return {
    verbs: Object.fromEntries(shown.map((verb) => [nameOf(verb), verbGrammar(verb)])),
    topics: TOPICS.map(({ name }) => name),
    globals: flagGrammars(globalFlags, undefined, ''),
  };
}

function verbGrammar(verb: DescribedVerb): VerbGrammar {
  const { summary = '', flags = {} } = verb;
  const name = nameOf(verb);
  const operation = operationOfCommand(name);
  const own = Object.entries(flags).filter(([flag]) => !(flag in globalFlags));
  const schema = operation && loadSchema(operation);
  return {
    about: summary,
    flags: flagGrammars(Object.fromEntries(own), schema, name),
    ...(WORDS[name] && { takes: WORDS[name] }),
  };
}

/** Verbs whose words beside the flags mean something. */
const WORDS: Readonly<Record<string, Values>> = {
  'state import': { kind: 'file' },
  completion: { oneOf: ['bash', 'zsh', 'fish'] },
};

function flagGrammars(flags: CliFlags, schema: JsonSchema | undefined, verb: string): Flags {
  return Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [name, flagGrammar(name, flag, schema, verb)]),
  );
}

function flagGrammar(name: string, flag: CliFlag, schema: JsonSchema | undefined, verb: string): FlagGrammar {
  return {
    about: flag.description ?? '',
    ...(flag.type === 'option' && { takes: valuesOf(name, flag, schema, verb) }),
    ...(flag.multiple && { many: true }),
    ...(flag.required && { required: true }),
    ...((flag.hidden || flag.helpGroup === 'inert') && { hidden: true }),
    ...(flag.allowNo && { negatable: true }),
  };
}

function valuesOf(name: string, flag: CliFlag, schema: JsonSchema | undefined, verb: string): Values {
  const known = flag.options ?? (flag.member !== undefined && schema && enumOf(flag.member, schema));
  if (known) return { oneOf: known };
  return { kind: kindOf(name, verb) };
}

function enumOf(member: string, schema: JsonSchema): readonly string[] | undefined {
  const property = resolveSchema(schema.properties?.[member] ?? {}, schema);
  return property.enum ?? resolveSchema(property.items ?? {}, schema).enum;
}

function kindOf(name: string, verb: string): Kind {
  if (/^tasks?$/.test(name)) return /^(describe-tasks|logs)$/.test(verb) ? 'task' : 'live-task';
  // These look for hosts among the cluster's first.
  if (/^(doctor|push-image)$/.test(verb) && /^(hosts|from)$/.test(name)) return 'host';
  if (name === 'name' && verb.endsWith('-secret')) return 'secret';
  if (name === 'service-name' && verb !== 'create-service') return 'service';
  return KINDS[name] ?? 'any';
}

/** What flags of these names name, whichever verb they are of. */
const KINDS: Readonly<Record<string, Kind>> = {
  cluster: 'cluster',
  clusters: 'cluster',
  'task-definition': 'definition',
  'task-definitions': 'definition',
  family: 'family',
  'family-prefix': 'family',
  service: 'service',
  services: 'service',
  'service-deployment-arn': 'service-deployment',
  'service-deployment-arns': 'service-deployment',
  'service-revision-arns': 'service-revision',
  'container-instance': 'host',
  'container-instances': 'host',
  host: 'ssh-host',
  hosts: 'ssh-host',
  'proxy-jump': 'ssh-host',
  'hosts-file': 'file',
  state: 'file',
  'ssh-config': 'file',
  'identity-file': 'file',
  'value-file': 'file',
  'cli-input-json': 'document',
  'cli-input-yaml': 'document',
};

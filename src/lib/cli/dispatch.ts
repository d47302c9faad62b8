import type { Command } from '@oclif/core';
import { Config } from '@oclif/core/config';
import { description, name, oclif, version } from '../../../package.json';
import { nearestName } from '../api/nearest.js';
import type { LongshoreCommand } from './command.js';
import { processTerminal } from './terminal.js';
import { UsageError } from './usage-error.js';

export interface CommandLine {
  argv: readonly string[];
  /** The package's folder. */
  root: string;
  /** By id, `state:export` where the verb has two words. Getters: a command's module is loaded when it is read. */
  commands: Readonly<Record<string, Verb>>;
}

type Verb = Pick<typeof Command, 'id'> & (new (argv: string[], config: Config) => LongshoreCommand);

/**
 * Finds the verb and runs it, or shows help. oclif keeps the commands, their flags and texts; the way from the words
 * to a command is ours, since `aws` has its own (`VERB help`, flags before the verb). Throws UsageError.
 */
export async function dispatch({ argv, root, commands }: CommandLine): Promise<void> {
  const pjson = { name, version, description, oclif };
  const config = new Config({ root, pjson: pjson as never });
  if (argv.length === 0 || wantsHelp(argv)) return showHelp(config, argv, Object.keys(commands));
  const { id, rest } = findVerb(argv, Object.keys(commands));
  const verb = commands[id] as Verb;
  verb.id = id;
  await new verb(rest, config).run();
}

async function showHelp(config: Config, argv: readonly string[], ids: readonly string[]): Promise<void> {
  const { commandHelp, rootHelp, topicHelp } = await import('./help.js');
  const terminal = processTerminal();
  await config.load();
  const [first, ...more] = argv.filter((word) => word !== 'help' && !word.startsWith('-'));
  if (first === undefined) return terminal.print(rootHelp(config, terminal));
  if (more.length === 0 && topicOf(first, ids).length > 0)
    return terminal.print(topicHelp(config, first, terminal));
  const command = config.findCommand(findVerb([first, ...more], ids).id, { must: true });
  terminal.print(commandHelp(command, terminal));
}

/** `help VERB`, `VERB help` (as in aws), `--help` or `-h` anywhere before `--`. */
function wantsHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  return words[0] === 'help' || words[1] === 'help' || words.includes('--help') || words.includes('-h');
}

/** A verb may have two words, as `state export`. */
function findVerb(argv: readonly string[], ids: readonly string[]): { id: string; rest: string[] } {
  const [first = '', second] = argv;
  if (ids.includes(`${first}:${second}`)) return { id: `${first}:${second}`, rest: argv.slice(2) };
  if (ids.includes(first)) return { id: first, rest: argv.slice(1) };
  const inTopic = topicOf(first, ids);
  if (inTopic.length > 0) throw new UsageError(`${first} takes one of: ${inTopic.join(', ')}`);
  const verbs = ids.map((id) => id.replaceAll(':', ' '));
  const meant =
    nearestName(second === undefined ? first : `${first} ${second}`, verbs) ?? nearestName(first, verbs);
  throw new UsageError(`there is no verb "${first}"`, meant && `Did you mean ${meant}?`);
}

const topicOf = (topic: string, ids: readonly string[]): string[] =>
  ids.filter((id) => id.startsWith(`${topic}:`)).map((id) => id.slice(topic.length + 1));

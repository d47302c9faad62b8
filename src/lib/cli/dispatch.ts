import type { Command } from '@oclif/core';
import { Config } from '@oclif/core/config';
import { description, name, oclif, version } from '../../../package.json';
import type { LongshoreCommand } from './command.js';
import { findVerb, verbsOfGroup } from './find-verb.js';
import { processTerminal } from './terminal.js';
import { topicNamed } from './topics.js';

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
  const ids = Object.keys(commands);
  if (argv.length === 0 || wantsHelp(argv, ids)) return showHelp(config, argv, ids);
  const { id, rest } = findVerb(argv, ids);
  const verb = commands[id] as Verb;
  verb.id = id;
  await new verb(rest, config).run();
}

async function showHelp(config: Config, argv: readonly string[], ids: readonly string[]): Promise<void> {
  const { commandHelp, groupHelp, rootHelp, topicHelp } = await import('./help.js');
  const terminal = processTerminal();
  await config.load();
  const [first, ...more] = argv.filter((word) => word !== 'help' && !word.startsWith('-'));
  if (first === undefined) return terminal.print(rootHelp(config, terminal));
  const topic = more.length === 0 && !ids.includes(first) ? topicNamed(first) : undefined;
  if (topic) return terminal.print(topicHelp(config, topic, terminal));
  if (more.length === 0 && verbsOfGroup(first, ids).length > 0)
    return terminal.print(groupHelp(config, first, terminal));
  const command = config.findCommand(findVerb([first, ...more], ids).id, { must: true });
  terminal.print(commandHelp(command, terminal));
}

/** `help VERB`, `VERB help` (as in aws), `--help` or `-h` anywhere before `--`. */
function wantsHelp(argv: readonly string[], ids: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  const afterVerb = words[ids.includes(`${words[0]}:${words[1]}`) ? 2 : 1];
  return words[0] === 'help' || afterVerb === 'help' || words.includes('--help') || words.includes('-h');
}

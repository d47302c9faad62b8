import { Config } from '@oclif/core/config';
import { description, name, oclif, version } from '../../../package.json';
import { nearestName } from '../api/nearest.js';
import { processTerminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/**
 * Finds the verb and runs it, or shows help. oclif keeps the commands, their flags and texts; the way from the words
 * to a command is ours, since `aws` has its own (`VERB help`). Throws UsageError.
 */
export async function dispatch(argv: readonly string[], root: string): Promise<void> {
  const config = await Config.load({ root, pjson: { name, version, description, oclif } as never });
  if (argv.length === 0 || wantsHelp(argv)) return showHelp(config, argv);
  const { id, rest } = findVerb(config, argv);
  await config.runCommand(id, rest);
}

async function showHelp(config: Config, argv: readonly string[]): Promise<void> {
  const { commandHelp, rootHelp, topicHelp } = await import('./help.js');
  const terminal = processTerminal();
  const words = argv.filter((word) => word !== 'help' && !word.startsWith('-'));
  if (words[0] === undefined) return terminal.print(rootHelp(config, terminal));
  if (words.length === 1 && topicOf(config, words[0]).length > 0)
    return terminal.print(topicHelp(config, words[0], terminal));
  const command = config.findCommand(findVerb(config, words).id, { must: true });
  terminal.print(commandHelp(command, terminal));
}

/** `help VERB`, `VERB help` (as in aws), `--help` or `-h` anywhere before `--`. */
function wantsHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  return words[0] === 'help' || words[1] === 'help' || words.includes('--help') || words.includes('-h');
}

/** A verb may have two words, as `state export`. */
function findVerb(config: Config, argv: readonly string[]): { id: string; rest: string[] } {
  const [first = '', second] = argv;
  if (second !== undefined && config.findCommand(`${first}:${second}`)) {
    return { id: `${first}:${second}`, rest: argv.slice(2) };
  }
  if (config.findCommand(first)) return { id: first, rest: argv.slice(1) };
  const inTopic = topicOf(config, first);
  if (inTopic.length > 0) throw new UsageError(`${first} takes one of: ${inTopic.join(', ')}`);
  const verbs = config.commandIDs.map((id) => id.replaceAll(':', ' '));
  const meant =
    nearestName(second === undefined ? first : `${first} ${second}`, verbs) ?? nearestName(first, verbs);
  throw new UsageError(`there is no verb "${first}"`, meant && `Did you mean ${meant}?`);
}

const topicOf = (config: Config, topic: string): string[] =>
  config.commandIDs.filter((id) => id.startsWith(`${topic}:`)).map((id) => id.slice(topic.length + 1));

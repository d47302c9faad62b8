import type { Command } from '@oclif/core';
import type { Config } from '@oclif/core/config';
import {
  type DescribedVerb,
  examplesOf,
  FLAG_GROUPS,
  flagRow,
  flagsOfGroup,
  nameOf,
  usageOf,
} from './described-verb.js';
import { wrapped } from './people-words.js';
import type { Terminal } from './terminal.js';
import { type Topic, topicOfVerb, TOPICS } from './topics.js';

/** Where the second column begins; what stands in the first and is longer has a line of its own. */
const columnAt = (width: number): number => (width < 60 ? 8 : 28);

/** What `longshore --help` prints. */
export function rootHelp(config: Config, terminal: Terminal): string {
  const width = terminal.width();
  const groups = TOPICS.map((topic) => section(topic.title, summaries(verbsOf(topic, config)), terminal));
  return [
    wrapped(config.pjson.description ?? '', 0, width),
    section('usage', [['longshore <verb> [flags]', '']], terminal),
    ...groups,
    section(
      'more',
      [
        ['longshore <verb> --help', 'its flags, with examples'],
        [
          'longshore help <topic>',
          `what to know of ${TOPICS.map(({ name }) => name).join(', ')}; with an example of each verb`,
        ],
        ['longshore completion <shell>', 'makes bash, zsh or fish complete verbs, flags and names'],
      ],
      terminal,
    ),
    wrapped('Verbs and flags are those of aws ecs.', 0, width),
  ]
    .filter((text) => text !== '')
    .join('\n');
}

/** What `longshore help TOPIC` prints: what it is about, its verbs, and an example of each. */
export function topicHelp(config: Config, topic: Topic, terminal: Terminal): string {
  const verbs = verbsOf(topic, config);
  const examples = verbs.flatMap((command) => examplesOf(command as unknown as DescribedVerb).slice(0, 1));
  return [
    `${titleLine(topic.title, terminal)}${wrapped(topic.about, 2, terminal.width())}`,
    section('verbs', summaries(verbs), terminal),
    section('examples', lines(examples), terminal),
    wrapped(`longshore <verb> --help shows its flags.`, 0, terminal.width()),
  ].join('\n');
}

function verbsOf(topic: Topic, config: Config): Command.Loadable[] {
  return config.commands.filter((command) => !command.hidden && topicOfVerb(nameOf(command)) === topic);
}

const summaries = (commands: readonly Command.Loadable[]): [string, string][] =>
  commands.map((command) => [nameOf(command), command.summary ?? '']);

/** What `longshore VERB --help` prints. */
export function commandHelp(command: Command.Loadable, terminal: Terminal): string {
  const verb = command as unknown as DescribedVerb;
  const sections = FLAG_GROUPS.map(({ group, title }) => {
    const members = flagsOfGroup(verb.flags ?? {}, group);
    const names = members.map(([name]) => `--${name}`);
    return group === 'inert'
      ? nameSection(title, names, terminal)
      : section(title, members.map(flagRow), terminal);
  });
  return [
    wrapped(command.summary ?? '', 0, terminal.width()),
    ...(command.description ? [wrapped(command.description, 0, terminal.width())] : []),
    section('usage', [[`longshore ${usageOf(verb)}`, '']], terminal),
    section('examples', lines(examplesOf(verb)), terminal),
    ...sections,
    wrapped(`longshore help ${topicOfVerb(nameOf(command)).name} says more.`, 0, terminal.width()),
  ]
    .filter((text) => text !== '')
    .join('\n');
}

/** What `longshore GROUP --help` prints, for verbs of two words. */
export function groupHelp(config: Config, group: string, terminal: Terminal): string {
  const members = config.commands.filter(({ id }) => id.startsWith(`${group}:`));
  return section(group, summaries(members), terminal);
}

/** Rows that are one column only. */
const lines = (texts: readonly string[]): [string, string][] => texts.map((text) => [text, '']);

/** A title and names, as many in a line as fit. */
function nameSection(title: string, names: readonly string[], terminal: Terminal): string {
  return names.length === 0
    ? ''
    : `${titleLine(title, terminal)}${wrapped(names.join(' '), 2, terminal.width())}`;
}

/** A title and its rows in two columns; nothing where there are no rows. */
function section(title: string, rows: readonly (readonly [string, string])[], terminal: Terminal): string {
  if (rows.length === 0) return '';
  const width = terminal.width();
  const column = columnAt(width);
  const lines = rows.map(([left, right]) => {
    if (right === '') return wrapped(left, 2, width, 6);
    if (left.length + 4 > column) return `  ${left}\n${wrapped(right, column, width)}`;
    return `  ${left}`.padEnd(column) + wrapped(right, column, width).slice(column);
  });
  return `${titleLine(title, terminal)}${lines.join('')}`;
}

const titleLine = (title: string, terminal: Terminal): string =>
  `${terminal.style('bold', title.toUpperCase())}\n`;

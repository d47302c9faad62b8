import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type DescribedVerb,
  examplesOf,
  FLAG_GROUPS,
  flagRow,
  flagsOfGroup,
  nameOf,
  usageOf,
} from '../src/lib/cli/described-verb.js';
import { globalFlags, operationFlags } from '../src/lib/cli/globals.js';
import { topicOfVerb, TOPICS } from '../src/lib/cli/topics.js';

interface ManPageOptions {
  version: string;
  verbs: readonly DescribedVerb[];
  /** The folder of the pages whose tables the man page has too. */
  docs: string;
}

/** longshore(1), in the language of man pages, of the same texts that --help and docs/ have. */
export function manPage({ version, verbs, docs }: ManPageOptions): string {
  const shown = verbs.filter(({ hidden }) => !hidden);
  const topics = TOPICS.map((topic) => {
    const members = shown.filter((verb) => topicOfVerb(nameOf(verb)) === topic);
    return members.length === 0
      ? ''
      : [section(topic.title), text(topic.about), ...members.map(verbPart)].join('\n');
  });
  return `${[
    `.TH LONGSHORE 1 "" ${quoted(`longshore ${version}`)} "Longshore"`,
    section('name'),
    String.raw`longshore \- Amazon ECS for the machines you already have`,
    section('synopsis'),
    '.B longshore\n.I verb\n[flags]\n.br\n.B longshore help\n.RI [ topic | verb ]',
    section('description'),
    text(DESCRIPTION),
    ...topics,
    section('flags for the whole input'),
    text('Verbs of ECS also take:'),
    ...Object.entries(operationFlags).map(flagPart),
    section('flags of every verb'),
    ...flagsOfGroup(globalFlags, 'global').map(flagPart),
    section('exit status'),
    ...firstTable(join(docs, 'errors-and-exit-codes.md')).map(([code = '', means = '']) =>
      tagged(code, means),
    ),
    section('environment'),
    ...firstTable(join(docs, 'configuration.md')).map(([name = '', otherwise = '', flag = '', says = '']) =>
      tagged(name, `${says}${otherwise && ` Default: ${otherwise}.`}${flag && ` Flag: ${flag}.`}`),
    ),
    section('files'),
    tagged(
      '~/.local/state/longshore/state.db',
      'The state, unless LONGSHORE_STATE or --state names another.',
    ),
    tagged('~/.ssh/config, ~/.ssh/known_hosts', "How hosts are reached, and their keys: OpenSSH's own."),
    section('see also'),
    String.raw`.BR docker (1),
.BR ssh (1),
.BR ssh_config (5)`,
  ]
    .filter((part) => part !== '')
    .join('\n')}\n`;
}

const DESCRIPTION =
  'A list of hosts that you reach by SSH, each with a Docker engine, becomes a cluster; ECS task definitions and aws ecs commands work on it as they are. Nothing is installed on the hosts, and no AWS account is needed. Verbs, flags and answers are those of aws ecs; on a terminal the answer is a table for people, elsewhere the JSON of ECS.';

function verbPart(verb: DescribedVerb): string {
  const shown = FLAG_GROUPS.filter(({ group }) => group === undefined || group === 'longshore');
  const flags = shown.flatMap(({ group }) => flagsOfGroup(verb.flags ?? {}, group));
  const inert = flagsOfGroup(verb.flags ?? {}, 'inert').map(([name]) => `--${name}`);
  return [
    `.SS ${quoted(`longshore ${usageOf(verb)}`)}`,
    text(`${verb.summary ?? ''}.`),
    ...(verb.description ? ['.PP', text(verb.description)] : []),
    ...flags.map(flagPart),
    ...(inert.length > 0 ? ['.PP', text(`Understood, without effect here: ${inert.join(', ')}.`)] : []),
    '.PP\nExamples:\n.RS 4\n.nf',
    ...examplesOf(verb).map(text),
    '.fi\n.RE',
  ].join('\n');
}

const flagPart = (flag: Parameters<typeof flagRow>[0]): string => tagged(...flagRow(flag));

/** A term and, indented below it, what it is. */
const tagged = (term: string, what: string): string => `.TP\n.B ${text(term)}\n${text(what)}`;

const section = (title: string): string => `.SH ${quoted(title.toUpperCase())}`;

/** The rows of the first table of a page, without its head and without Markdown. */
function firstTable(path: string): string[][] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const from = lines.findIndex((line) => line.startsWith('|'));
  const to = lines.findIndex((line, at) => at > from && !line.startsWith('|'));
  return lines.slice(from + 2, to).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map(plain),
  );
}

const plain = (cell: string): string =>
  cell
    .trim()
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replaceAll('`', '')
    .replaceAll('\\|', '|');

/** An argument of a request. */
const quoted = (words: string): string => `"${escaped(words).replaceAll('"', String.raw`\(dq`)}"`;

/** A line of text, of which nothing is taken for a request. */
const text = (line: string): string => escaped(line).replace(/^(?=[.'])/, String.raw`\&`);

/** What roff would take for something else; what is typed must be what can be copied. */
const escaped = (words: string): string =>
  words
    .replaceAll('\\', String.raw`\e`)
    .replaceAll('-', String.raw`\-`)
    .replaceAll("'", String.raw`\(aq`)
    .replaceAll('`', String.raw`\(ga`)
    .replaceAll('^', String.raw`\(ha`)
    .replaceAll('~', String.raw`\(ti`)
    .replaceAll('…', '...')
    .replaceAll('\n', ' ');

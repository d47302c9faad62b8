import { setMaxListeners } from 'node:events';
import { name, version } from '../../../package.json';
import type { CommandLine } from './dispatch.js';
import { globalFlags } from './globals.js';
import { allWritten } from './slow-reader.js';
import { processStdout } from './stdout.js';

/**
 * Runs one command line: sets the exit code, and never throws. What any line needs is light; the rest is loaded when
 * it is known what is wanted.
 */
export async function main({ argv, root, commands }: CommandLine): Promise<void> {
  // As many hosts and tasks as there are wait for one signal: that is no leak to warn people of.
  setMaxListeners(0);
  try {
    const words = verbFirst(argv);
    if (['--version', '-v', 'version'].includes(words[0] ?? '')) processStdout().write(versionLine());
    else await (await import('./dispatch.js')).dispatch({ argv: words, root, commands });
  } catch (error) {
    process.exitCode = (await import('./command.js')).failWithout(error, argv);
  }
  // Whatever a library has left open must not keep the process; a slow reader gets everything that was said.
  setTimeout(() => void leave(), 1000).unref();
}

async function leave(): Promise<void> {
  await Promise.all([allWritten(process.stdout), allWritten(process.stderr)]);
  process.exit();
}

const versionLine = (): string =>
  `${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`;

/** `aws --region x list-tasks` is `aws list-tasks --region x`. */
function verbFirst(argv: readonly string[]): string[] {
  let verb = 0;
  while (argv[verb]?.startsWith('--') && argv[verb] !== '--') {
    verb += takesValue((argv[verb] as string).slice(2)) ? 2 : 1;
  }
  return verb === 0 || verb >= argv.length ? [...argv] : [...argv.slice(verb), ...argv.slice(0, verb)];
}

/** Also the beginning of a name; with `=` the value is there already. */
function takesValue(typed: string): boolean {
  if (globalFlags[typed]) return globalFlags[typed].type === 'option';
  const begun = Object.keys(globalFlags).filter((name) => name.startsWith(typed));
  return begun.length > 0 && begun.every((name) => globalFlags[name]?.type === 'option');
}

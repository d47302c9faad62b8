export interface CommandResult {
  output: { stream: 'stdout' | 'stderr'; text: string }[];
  /** undefined: it goes on running. */
  exitCode: number | undefined;
}

/** What busybox would do with a handful of commands; all others run until they are stopped. */
export function runCommand(argv: readonly string[]): CommandResult {
  const [program, ...args] = argv;
  if (program === 'sh' && args[0] === '-c') return runScript(args[1] ?? '');
  return runScript(argv.join(' '));
}

function runScript(script: string): CommandResult {
  const output: CommandResult['output'] = [];
  for (const step of script
    .split(/;|&&/)
    .map((part) => part.trim())
    .filter(Boolean)) {
    const [word = '', ...rest] = step.split(/\s+/);
    if (word === 'echo') output.push(echo(rest));
    else if (word === 'exit') return { output, exitCode: Number(rest[0] ?? 0) };
    else if (word === 'false') return { output, exitCode: 1 };
    else if (word !== 'true') return { output, exitCode: undefined };
  }
  return { output, exitCode: script.trim() === '' ? undefined : 0 };
}

/** What `echo` with these words writes, and where. */
export function echo(words: string[]): CommandResult['output'][number] {
  const toError = words.includes('>&2');
  const text = words
    .filter((word) => word !== '>&2')
    .join(' ')
    .replace(/^(["'])(.*)\1$/, '$2');
  return { stream: toError ? 'stderr' : 'stdout', text };
}

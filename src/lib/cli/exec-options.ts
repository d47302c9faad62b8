import { joinCommand } from '../api/command-words.js';
import { type CliFlags } from './flag.js';
import { UsageError } from './usage-error.js';
import type { Words } from './words.js';

/** Flags of execute-command that ECS requires, and that go without saying here. */
export const execFlags: CliFlags = {
  command: {
    type: 'option',
    member: 'command',
    description: 'The command, quoted as for a shell; or give it as words after --',
    helpValue: '<command>',
  },
  interactive: {
    type: 'boolean',
    allowNo: true,
    negativeName: 'non-interactive',
    helpLabel: '--interactive|--non-interactive',
    member: 'interactive',
    description:
      'Pass standard input on, on a terminal with a terminal for the command (the default); --non-interactive gives it none',
  },
};

/** What the input is where no flag says otherwise. Throws UsageError where the command is given twice. */
export function execDefaults(words: Words): Record<string, unknown> {
  const interactive = true;
  if (words.passed === undefined || words.passed.length === 0) return { interactive };
  if (words.given.has('command'))
    throw new UsageError('--command and words after -- are both given', 'Give one of them.');
  return { interactive, command: joinCommand(words.passed) };
}

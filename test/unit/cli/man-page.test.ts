import { join } from 'node:path';
import { expect, it } from 'vitest';
import { manPage } from '../../../scripts/man-page.js';
import StopTask from '../../../src/commands/stop-task.js';
import type { DescribedVerb } from '../../../src/lib/cli/described-verb.js';
import type { CliFlags } from '../../../src/lib/cli/flag.js';

const odd: DescribedVerb = {
  id: 'state:odd',
  summary: ".so /etc/passwd 'and' \\fBmore\\fP",
  examples: ['<%= config.bin %> state odd --say "it\'s ~/x"'],
};
const stopTask: DescribedVerb = {
  id: 'stop-task',
  summary: StopTask.summary,
  examples: StopTask.examples,
  flags: StopTask.flags as unknown as CliFlags,
};
const page = manPage({
  version: '1.2.3',
  verbs: [stopTask, odd, { id: 'hidden', hidden: true }],
  docs: join(import.meta.dirname, '../../../docs'),
});
const lines = page.split('\n');

it('has what a man page has', () => {
  expect(lines[0]).toBe('.TH LONGSHORE 1 "" "longshore 1.2.3" "Longshore"');
  const sections = lines.filter((line) => line.startsWith('.SH ')).map((line) => line.slice(5, -1));
  expect(sections.slice(0, 3)).toEqual(['NAME', 'SYNOPSIS', 'DESCRIPTION']);
  expect(sections).toEqual(
    expect.arrayContaining(['TASKS', 'EXIT STATUS', 'ENVIRONMENT', 'FILES', 'SEE ALSO']),
  );
  expect(sections).not.toContain('CLUSTERS');
});

it('has the verbs with their flags, variables and exit codes', () => {
  const at = lines.indexOf(String.raw`.SS "longshore stop\-task \-\-task <value> [flags]"`);
  expect(lines.slice(at + 1, at + 5)).toEqual([
    'Stop a task.',
    '.TP',
    String.raw`.B \-\-task <value>`,
    '(required) The task: its id, the beginning of it, or its ARN',
  ]);
  expect(page).toContain(String.raw`longshore stop\-task \-\-task 1f2e3d4c`);
  expect(page).toContain('.B LONGSHORE_STATE\n');
  expect(page).toContain('.B 255\n');
  expect(page).not.toContain('hidden');
});

it('is text, whatever stands in it', () => {
  expect(page).toContain(String.raw`\&.so /etc/passwd \(aqand\(aq \efBmore\efP.`);
  expect(page).toContain(String.raw`longshore state odd \-\-say "it\(aqs \(ti/x"`);
  const requests = lines.filter((line) => /^[.']/.test(line)).map((line) => line.split(' ')[0]);
  expect([...new Set(requests)].sort()).toEqual(
    ['.B', '.BR', '.I', '.PP', '.RE', '.RI', '.RS', '.SH', '.SS', '.TH', '.TP', '.br', '.fi', '.nf'].sort(),
  );
});

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EcsError } from '../../../src/lib/api/errors.js';
import { parseTaskDefinition } from '../../../src/lib/api/task-definition-document.js';
import { prepareTaskDefinition } from '../../../src/lib/api/task-definition.js';
import { validateInput } from '../../../src/lib/api/validate.js';

const folder = join(import.meta.dirname, '../../fixtures/taskdefs');

/** What registering the file's definition would answer; anything but an EcsError is a fault of ours. */
async function verdict(file: string): Promise<string> {
  try {
    const { input, notes } = await parseTaskDefinition(readFileSync(join(folder, file)), file);
    const { warnings } = prepareTaskDefinition(await validateInput('RegisterTaskDefinition', input));
    return ['registers', ...notes, ...warnings].join('\n  - ');
  } catch (error) {
    if (!(error instanceof EcsError)) throw error;
    const problems = error.message.split('\n- ').slice(1);
    return ['refused', ...(problems.length > 0 ? problems : [error.message])].join('\n  - ');
  }
}

it('gives every real task definition a verdict that stays the same', async () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const verdicts: string[] = [];
  for (const file of files) verdicts.push(`- ${file}: ${await verdict(file)}`);
  const count = verdicts.filter((text) => text.includes(': registers')).length;
  const text = `# What becomes of each task definition\n\n${count} of ${files.length} register.\n\n${verdicts.join('\n')}\n`;
  await expect(text).toMatchFileSnapshot(join(folder, 'VERDICTS.md'));
});

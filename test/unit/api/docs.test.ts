import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import {
  containerFields,
  containerOverrideFields,
  definitionFields,
  overrideFields,
  type Field,
} from '../../../src/lib/api/field-table.js';
import { limits, type Limit } from '../../../src/lib/api/limits.js';

// Pages of docs/ that are written from tables in the sources: `npx vitest run -u test/unit/api/docs.test.ts`.

const docs = join(import.meta.dirname, '../../../docs');

async function expectPage(name: string, text: string): Promise<void> {
  const file = join(docs, name);
  const pretty = await format(text, { ...(await resolveConfig(file)), parser: 'markdown' });
  await expect(pretty).toMatchFileSnapshot(file);
}

const figure = (value: number) => (value === Infinity ? 'none' : value.toLocaleString('en-US'));

it('docs/limits.md says what the sources say', async () => {
  const rows = Object.values<Limit>(limits).map(({ what, ecs, ours, note = '' }) => {
    const differs = ecs !== ours;
    return `| ${what} | ${figure(ecs)} | ${differs ? `**${figure(ours)}**` : figure(ours)} | ${note} |`;
  });
  await expectPage(
    'limits.md',
    `# Limits

Longshore keeps ECS's limits, so that what works here works there, except where they only stand in the way. Those that
differ are in bold.

| | ECS | Longshore | |
|---|---|---|---|
${rows.join('\n')}
`,
  );
});

it('docs/task-definition.md says what the sources say', async () => {
  const table = (fields: Record<string, Field>) =>
    Object.entries(fields)
      .map(([name, { fate, hint = '' }]) => `| \`${name}\` | ${fate} | ${hint} |`)
      .join('\n');
  const head = '| Field | | |\n|---|---|---|\n';
  await expectPage(
    'task-definition.md',
    `# Fields of a task definition

Nothing is dropped in silence. A field is

- **honoured**: it does what it does in ECS;
- **refused**: a definition that uses it isn't registered, and the message names the field. An empty value (\`[]\`,
  \`{}\`, \`null\`, \`false\`) asks for nothing and is fine;
- **accepted**: it only means something inside AWS, is kept as it is, and a warning names it.

## The task definition

${head}${table(definitionFields)}

## A container definition

${head}${table(containerFields)}

## The overrides of a run

The same holds for \`--overrides\`: a run with a refused field starts nothing. Nor does one whose overrides make of the
definition what would not be registered, such as a container that has more memory than its task.

${head}${table(overrideFields)}

Of a container:

${head}${table(containerOverrideFields)}
`,
  );
});

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type OperationName, operationNames, Operations } from '../../../src/lib/api/operations.js';
import { loadSchema } from '../../../src/lib/api/schema.js';
import { flagName, memberFlags } from '../../../src/lib/cli/member-flags.js';

/** Their input is no set of flags: the command takes what people have instead. */
const ownForm: readonly OperationName[] = ['Recover', 'Doctor', 'ExportState', 'ImportState'];

describe.each(operationNames)('%s', (operation) => {
  const path = `../../../src/commands/${Operations[operation].command.replace(' ', '/')}.ts`;

  it('has a command with a summary and an example', async () => {
    expect(existsSync(new URL(path, import.meta.url))).toBe(true);
    const { default: verb } = (await import(/* @vite-ignore */ path)) as {
      default: { summary?: string; examples?: string[]; flags: Record<string, { member?: string }> };
    };
    expect(verb.summary).toBeTruthy();
    expect(verb.examples?.length).toBeGreaterThan(0);
    for (const example of verb.examples ?? []) {
      expect(example).toMatch(new RegExp(`^<%= config\\.bin %> ${Operations[operation].command}( |$)`));
    }
    if (ownForm.includes(operation)) return;
    const members = new Set(Object.values(verb.flags).map(({ member }) => member));
    for (const member of Object.keys(loadSchema(operation).properties ?? {}))
      expect(members).toContain(member);
  });

  it('has a line of help for each flag', () => {
    for (const [name, flag] of Object.entries(memberFlags(loadSchema(operation)))) {
      expect(flag.description, name).toBeTruthy();
    }
  });
});

describe('verbs that are no operation', () => {
  const folder = join(import.meta.dirname, '../../../src/commands');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const names = files.map((file) => file.slice(0, -3).replace('/', ' '));
  const ofOperations = new Set<string>(operationNames.map((name) => Operations[name].command));

  it.each(names.filter((name) => !ofOperations.has(name)))(
    '%s has a summary and an example',
    async (name) => {
      const { default: verb } = (await import(
        /* @vite-ignore */ join(folder, `${name.replace(' ', '/')}.ts`)
      )) as {
        default: { summary?: string; examples?: string[] };
      };
      expect(verb.summary).toBeTruthy();
      expect(verb.examples?.[0]).toMatch(new RegExp(`^<%= config\\.bin %> ${name}( |$)`));
    },
  );
});

describe('names of flags', () => {
  it.each([
    ['taskDefinition', 'task-definition'],
    ['enableECSManagedTags', 'enable-ecs-managed-tags'],
    ['instanceIdentityDocument', 'instance-identity-document'],
    ['pidMode', 'pid-mode'],
    ['tasks', 'tasks'],
  ])('%s is --%s', (member, flag) => expect(flagName(member)).toBe(flag));
});

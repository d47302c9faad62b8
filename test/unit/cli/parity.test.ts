import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type OperationName, operationNames, Operations } from '../../../src/lib/api/operations.js';
import { loadSchema } from '../../../src/lib/api/schema.js';
import { flagName, memberFlags } from '../../../src/lib/cli/member-flags.js';

/** Their input is no set of flags: the command takes what people have instead. */
const ownForm: readonly OperationName[] = ['Recover', 'ExportState', 'ImportState'];

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

describe('names of flags', () => {
  it.each([
    ['taskDefinition', 'task-definition'],
    ['enableECSManagedTags', 'enable-ecs-managed-tags'],
    ['instanceIdentityDocument', 'instance-identity-document'],
    ['pidMode', 'pid-mode'],
    ['tasks', 'tasks'],
  ])('%s is --%s', (member, flag) => expect(flagName(member)).toBe(flag));
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type OperationName, operationNames, Operations } from '../../../src/lib/api/operations.js';
import { loadSchema } from '../../../src/lib/api/schema.js';
import { commandHelp } from '../../../src/lib/cli/help.js';
import { flagName, memberFlags } from '../../../src/lib/cli/member-flags.js';
import { handlers } from '../../../src/lib/engine/local-engine.js';
import { fakeTerminal } from './kit.js';

/** Their input is no set of flags: the command takes what people have instead. */
const ownForm: readonly OperationName[] = [
  'WaitServices',
  'WaitTasks',
  'Recover',
  'PushImage',
  'Doctor',
  'ExportState',
  'ImportState',
];

interface Verb {
  summary?: string;
  examples?: string[];
  flags?: Record<string, { member?: string }>;
}

const page = readFileSync(join(import.meta.dirname, '../../../docs/commands.md'), 'utf8');

describe.each(operationNames)('%s', (operation) => {
  const { command } = Operations[operation];
  const properties = Object.entries(loadSchema(operation).properties ?? {});
  const members = properties.filter(([, { 'x-no-flag': none }]) => !none).map(([member]) => member);
  const load = async (): Promise<Verb> => {
    const path = `../../../src/commands/${command.replace(' ', '/')}.ts`;
    return ((await import(/* @vite-ignore */ path)) as { default: Verb }).default;
  };

  it('has a function of the engine', () => expect(handlers[operation]).toBeTypeOf('function'));

  it('has a command with a summary and an example, which its help shows', async () => {
    const verb = await load();
    expect(verb.summary).toBeTruthy();
    expect(verb.examples?.length).toBeGreaterThan(0);
    const { summary, examples, flags = {} } = verb;
    const id = command.replace(' ', ':');
    const help = commandHelp({ id, summary, examples, flags } as never, fakeTerminal({ width: 300 }));
    for (const example of verb.examples ?? []) {
      expect(example).toMatch(new RegExp(`^<%= config\\.bin %> ${command}( |$)`));
      expect(help).toContain(example.replace('<%= config.bin %>', 'longshore'));
    }
  });

  it('has a flag for each member of its input, as the AWS CLI names it', async () => {
    if (ownForm.includes(operation)) return;
    const { flags = {} } = await load();
    for (const member of members) expect(flags[flagName(member)]?.member).toBe(member);
  });

  it('has a row in docs/commands.md', () => {
    expect(page).toMatch(new RegExp(`^\\| \`${command}\` `, 'm'));
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

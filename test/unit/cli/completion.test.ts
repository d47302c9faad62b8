import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import Completion from '../../../src/commands/completion.js';
import CreateService from '../../../src/commands/create-service.js';
import ListTasks from '../../../src/commands/list-tasks.js';
import RunTask from '../../../src/commands/run-task.js';
import StateImport from '../../../src/commands/state/import.js';
import StopServiceDeployment from '../../../src/commands/stop-service-deployment.js';
import { completionGrammar } from '../../../src/lib/cli/completion-grammar.js';
import { completionScript, SHELLS } from '../../../src/lib/cli/completion-scripts.js';
import type { CliFlags } from '../../../src/lib/cli/flag.js';
import { run } from './kit.js';

describe('what the shells are told of the commands', () => {
  const described = [
    { id: 'run-task', summary: RunTask.summary, flags: RunTask.flags as unknown as CliFlags },
    { id: 'list-tasks', summary: ListTasks.summary, flags: ListTasks.flags as unknown as CliFlags },
    { id: 'state:import', summary: StateImport.summary, flags: StateImport.flags as unknown as CliFlags },
    { id: 'secret', hidden: true },
  ];
  const grammar = completionGrammar(described);

  it('is each verb by its name, but for those that are not shown', () => {
    expect(Object.keys(grammar.verbs)).toEqual(['run-task', 'list-tasks', 'state import']);
    expect(grammar.verbs['state import']?.takes).toEqual({ kind: 'file' });
  });

  it('is what each flag takes', () => {
    const flags = { ...grammar.verbs['run-task']?.flags, ...grammar.verbs['list-tasks']?.flags };
    expect(flags['task-definition']).toMatchObject({ takes: { kind: 'definition' }, required: true });
    expect(flags['cluster']?.takes).toEqual({ kind: 'cluster' });
    expect(flags['container-instance']?.takes).toEqual({ kind: 'host' });
    expect(flags['family']?.takes).toEqual({ kind: 'family' });
    expect(flags['on-interrupt']?.takes).toEqual({ oneOf: ['stop', 'detach'] });
    expect(flags['launch-type']?.takes).toMatchObject({ oneOf: expect.arrayContaining(['EC2']) });
    expect(flags['tags']).toMatchObject({ takes: { kind: 'any' }, many: true });
    expect(flags['cli-input-json']?.takes).toEqual({ kind: 'document' });
    expect(flags['dry-run']).toMatchObject({ negatable: true });
    expect(flags['dry-run']?.takes).toBeUndefined();
    // One that changes nothing here is understood, and not offered.
    expect(flags['network-configuration']?.hidden).toBe(true);
    expect(flags['debug']).toBeUndefined();
  });

  it('is whose service, deployment or revision a flag names', () => {
    const flagsOf = ({ flags }: { flags: object }) => flags as unknown as CliFlags;
    const verbs = [
      { id: 'create-service', flags: flagsOf(CreateService) },
      { id: 'list-tasks', flags: flagsOf(ListTasks) },
      { id: 'stop-service-deployment', flags: flagsOf(StopServiceDeployment) },
    ];
    const told = completionGrammar(verbs).verbs;
    expect(told['create-service']?.flags['service-name']?.takes).toEqual({ kind: 'any' });
    expect(told['list-tasks']?.flags['service-name']?.takes).toEqual({ kind: 'service' });
    expect(told['stop-service-deployment']?.flags['service-deployment-arn']?.takes).toEqual({
      kind: 'service-deployment',
    });
  });

  it('is the global flags once', () => {
    expect(grammar.globals['output']?.takes).toMatchObject({
      oneOf: expect.arrayContaining(['json', 'text']),
    });
    expect(grammar.globals['state']?.takes).toEqual({ kind: 'file' });
    expect(grammar.globals['profile']?.hidden).toBe(true);
  });
});

describe('longshore completion', () => {
  it.each(SHELLS)('prints the script of %s', async (shell) => {
    const { code, out, err } = await run(Completion, [shell]);
    expect({ code, out, err }).toEqual({ code: 0, out: completionScript(shell), err: '' });
    expect(out).toContain('longshore __complete ' + shell);
  });

  it('says on a terminal where it goes', async () => {
    const { err } = await run(Completion, ['fish'], {}, { people: true });
    expect(err).toBe(
      'To have it in every shell, run once:\nlongshore completion fish > ~/.config/fish/completions/longshore.fish\n',
    );
  });

  it.each([
    [[], 'completion takes one of bash, zsh, fish\n'],
    [['bahs'], 'completion takes one of bash, zsh, fish, not "bahs"\nDid you mean bash?'],
    [['bash', 'zsh'], 'not "bash zsh"'],
  ])('%j is refused', async (argv, message) => {
    const { code, err } = await run(Completion, argv);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('is bash that bash can read', () => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: completionScript('bash') });
    expect({ status, stderr: String(stderr) }).toEqual({ status: 0, stderr: '' });
  });
});

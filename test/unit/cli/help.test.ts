import { readFileSync } from 'node:fs';
import type { Command } from '@oclif/core';
import type { Config } from '@oclif/core/config';
import { describe, expect, it } from 'vitest';
import { operationNames, Operations } from '../../../src/lib/api/operations.js';
import { findVerb } from '../../../src/lib/cli/find-verb.js';
import { commandHelp, rootHelp, topicHelp } from '../../../src/lib/cli/help.js';
import { topicNamed, topicOfVerb, TOPICS } from '../../../src/lib/cli/topics.js';
import { UsageError } from '../../../src/lib/cli/usage-error.js';
import { fakeTerminal } from './kit.js';

const verbs = [
  verb('list-tasks', 'List tasks'),
  verb('run-task', 'Run tasks'),
  verb('list-clusters', 'List clusters'),
  verb('state:export', 'Write the state'),
];
const config = { commands: verbs, pjson: { description: 'What it is' } } as unknown as Config;
const ids = verbs.map(({ id }) => id);

function verb(id: string, summary: string): Command.Loadable {
  const name = id.replace(':', ' ');
  const examples = [`<%= config.bin %> ${name} --first`, `<%= config.bin %> ${name} --second`];
  return { id, summary, examples, hidden: false, flags: {} } as unknown as Command.Loadable;
}

describe('topics', () => {
  it.each([
    ['list-clusters', 'clusters'],
    ['update-cluster-settings', 'clusters'],
    ['register-container-instance', 'instances'],
    ['update-container-instances-state', 'instances'],
    ['register-task-definition', 'definitions'],
    ['list-task-definition-families', 'definitions'],
    ['run-task', 'tasks'],
    ['describe-tasks', 'tasks'],
    ['logs', 'tasks'],
    ['state export', 'ours'],
    ['reconcile', 'services'],
    ['deploy', 'services'],
  ])('%s is of %s', (name, topic) => expect(topicOfVerb(name).name).toBe(topic));

  it('have the verbs of ECS', () => {
    for (const operation of operationNames) {
      const { command } = Operations[operation];
      const ours = 'ours' in Operations[operation];
      if (!ours) expect(topicOfVerb(command).name, command).not.toBe('ours');
    }
  });

  it.each(['hosts', 'container-instance', 'instances'])('are known by other words: %s', (word) =>
    expect(topicNamed(word)?.name).toBe('instances'),
  );
});

describe('help', () => {
  it('groups the verbs by topic, and leaves out topics without any', () => {
    const text = rootHelp(config, fakeTerminal());
    const titles = text.split('\n').filter((line) => /^[A-Z]/.test(line) && line === line.toUpperCase());
    expect(titles).toEqual(['USAGE', 'CLUSTERS', 'TASKS', "OURS (WHAT ECS DOESN'T HAVE)", 'MORE']);
    for (const name of ['list-tasks', 'run-task', 'list-clusters', 'state export'])
      expect(text).toContain(`\n  ${name} `);
  });

  it('of a topic says what it is about and has an example of each verb', () => {
    const text = topicHelp(config, topicNamed('tasks') as never, fakeTerminal());
    expect(text).toMatch(/^TASKS\n {2}A task is /);
    expect(text).toContain('EXAMPLES\n  longshore list-tasks --first\n  longshore run-task --first\n\n');
    expect(text).not.toContain('clusters  ');
  });

  it('of a verb names its topic', () => {
    expect(commandHelp(verbs[0] as never, fakeTerminal())).toMatch(/longshore help tasks says more\.\n$/);
  });

  it.each([40, 60, 80, 200])('fits %i columns', (width) => {
    const terminal = fakeTerminal({ width });
    const pages = [
      rootHelp(config, terminal),
      ...TOPICS.map((topic) => topicHelp(config, topic, terminal)),
      ...verbs.map((command) => commandHelp(command, terminal)),
    ];
    for (const line of pages.join('\n').split('\n')) expect(line.length, line).toBeLessThanOrEqual(width);
  });
});

/** Operations of ECS that the documentation says are not there. */
const [, listed = ''] = readFileSync('docs/commands.md', 'utf8').split("## What isn't there yet");
const absent = listed.match(/(?<=`)[A-Z]\w+(?=`)/g) ?? [];

describe('a verb that is not there', () => {
  const remedyOf = (...argv: string[]) => {
    try {
      findVerb(argv, ids);
    } catch (error) {
      if (error instanceof UsageError) return `${error.message}; ${error.remedy}`;
    }
    return undefined;
  };

  it.each([
    [['list-tsks'], 'Did you mean list-tasks?'],
    [['run'], 'Did you mean run-task?'],
    [['list'], 'Did you mean list-tasks or list-clusters?'],
    [['state', 'exprot'], 'state takes one of: export'],
    [['sate', 'export'], 'Did you mean state export?'],
    [['taks'], 'Did you mean help tasks?'],
    [['ps'], 'Did you mean list-tasks?'],
    [['hosts'], 'longshore help instances tells of it.'],
    [['inspect', '1f2e'], 'Did you mean describe-tasks?'],
    [['ecs', 'list-tasks'], 'Leave ecs out'],
    [['--versoin'], 'no verb takes --versoin before it; Did you mean --version?'],
    [['--cluster', 'web', 'list-tasks'], 'The verb comes first, then its flags.'],
    [['update-service-primary-task-set'], 'services are rolled by Longshore itself'],
    [['create-capacity-provider'], 'clusters have hosts of yours instead'],
    [['xyzzy'], 'there is no verb "xyzzy"; undefined'],
    [['constructor'], 'there is no verb "constructor"; undefined'],
    [['__proto__'], 'there is no verb "__proto__"; undefined'],
  ])('%j: %s', (argv, remedy) => expect(remedyOf(...argv)).toContain(remedy));

  it('is rather one that begins so than one that holds it', () => {
    expect(() => findVerb(['run'], ['prune', 'run-task', 'wait:tasks-running'])).toThrow(
      expect.objectContaining({ remedy: 'Did you mean run-task?' }) as Error,
    );
  });

  it.each(absent)('is known to be none: %s', (operation) => {
    const verb = operation.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
    expect(() => findVerb([verb], ids)).toThrow(`${verb} is not there: `);
  });

  it('is found otherwise', () => {
    expect(findVerb(['state', 'export', 'x'], ids)).toEqual({ id: 'state:export', rest: ['x'] });
    expect(findVerb(['run-task', '--count'], ids)).toEqual({ id: 'run-task', rest: ['--count'] });
  });
});

import { mkdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { container } from './definitions.js';
import { User, type RunOptions } from './longshore.js';
import { expectRefusal } from './refusal.js';

/** Bad input gets one clear error and the right exit code, never a stack trace, and changes nothing. */
describe('bad input', () => {
  let user: User;
  let before: object;

  beforeAll(async () => {
    user = new User();
    await user.ok('create-cluster');
    user.write('good.json', definition());
    await user.ok('register-task-definition', '--cli-input-json', 'file://good.json');
    before = await user.json('state', 'export');
  });
  afterAll(() => user?.remove());

  const refused = async (
    args: readonly string[],
    code: number | number[],
    says: RegExp,
    options: RunOptions = {},
  ) => {
    const outcome = await user.run(args, { timeoutMs: 20_000, ...options });
    expectRefusal(args, outcome, [code].flat(), says);
    return outcome;
  };
  const expectUnchanged = async () => expect(await user.json('state', 'export')).toEqual(before);

  describe('on the command line', () => {
    afterEach(expectUnchanged);

    it.each([
      [['list-taks'], /there is no verb "list-taks"\nDid you mean list-tasks\?/],
      [['list-tasks', '--clusterr', 'x'], /unknown flag --clusterr\nDid you mean --cluster\?/],
      [['list-tasks', '-x'], /unknown flag -x/],
      [['register-task-definition', '--generate-cli-skeletion'], /Did you mean --generate-cli-skeleton\?/],
      [['list-tasks', 'default'], /"default" belongs to no flag\nDid you mean --cluster default\?/],
      [['list-tasks', '--cluster'], /--cluster takes a value/],
      [['run-task'], /--task-definition must be given/],
      [
        ['run-task', '--task-definition', 'good', '--count', 'many'],
        /--count.* takes a whole number, not "many"/,
      ],
      [['run-task', '--task-definition', 'good', '--timeout', '5m'], /only with --wait/],
      [['run-task', '--task-definition', 'good', '--wait', '--timeout', 'soon'], /--timeout takes a time/],
      [['run-task', '--task-definition', 'good', '--wait', '--on-interrupt', 'stpo'], /Did you mean stop\?/],
      [['list-tasks', '--output', 'jsn'], /Did you mean json\?/],
      [['list-tasks', '--connect-timeout', '-5'], /takes seconds above 0/],
      [['list-tasks', '--endpoint-url', 'ftp://x'], /--endpoint-url takes an http/],
      [
        ['create-cluster', '--cluster-name', 'other', '--hosts', 'web1:99999'],
        /--hosts: Invalid host address/,
      ],
      [
        ['run-task', '--task-definition', 'good', '--overrides', '{"containerOverrides": ['],
        /--overrides, line 1, column \d+/,
      ],
      [['run-task', '--task-definition', 'good', '--placement-strategy', 'spread'], /--placement-strategy/],
      [['create-cluster', '--hosts-file', 'none.yaml'], /none\.yaml can't be read: there is no such file/],
    ])('longshore %j', async (args, says) => void (await refused(args, 2, says)));

    it.each([
      [['list-tasks', '--cluster', 'nowhere'], /ClusterNotFoundException.*Cluster not found/],
      [['run-task', '--task-definition', 'nothing'], /ClientException.*TaskDefinition not found/],
      [['run-task', '--task-definition', 'good:7'], /ClientException.*TaskDefinition not found/],
      [['run-task', '--task-definition', 'good'], /No Container Instances were found in your cluster/],
      [['describe-task-definition', '--task-definition', 'nothing'], /Unable to describe task definition/],
      [['run-task', '--task-definition', 'good', '--count', '0'], /count/i],
      [['run-task', '--task-definition', 'good', '--count', '99999999'], /count/i],
      [['stop-task', '--task', '0123456789abcdef0123456789abcdef'], /The referenced task was not found/],
      [['describe-tasks', '--tasks', 'not a task!'], /InvalidParameterException/],
      [['create-cluster', '--cluster-name', 'not a name'], /InvalidParameterException/],
      [['list-tasks', '--max-results', '1000'], /max-?results/i],
      [['list-tasks', '--next-token', 'nonsense'], /Invalid token/],
      [['deregister-container-instance', '--container-instance', 'web9'], /container instance was not found/],
    ])('longshore %j', async (args, says) => void (await refused(args, 1, says)));

    it('a variable of the environment', async () => {
      await refused(['list-tasks'], 2, /LONGSHORE_CONNECT_TIMEOUT is "soon"/, {
        env: { LONGSHORE_CONNECT_TIMEOUT: 'soon' },
      });
    });

    const long = 'x'.repeat(10_000);
    it.each([
      ['create-cluster', '--cluster-name', long],
      ['list-tasks', '--cluster', long],
      ['register-container-instance', '--host', long],
      ['register-container-instance', '--host', 'localhost', '--name', long],
      ['run-task', '--task-definition', long],
      ['run-task', '--task-definition', 'good', '--started-by', long],
      ['run-task', '--task-definition', 'good', '--group', long],
      ['run-task', '--task-definition', 'good', '--client-token', long],
      ['describe-tasks', '--tasks', long],
      ['stop-task', '--task', long],
      ['logs', '--task', long],
      [
        'register-task-definition',
        '--family',
        long,
        '--container-definitions',
        JSON.stringify([container()]),
      ],
      [
        'register-task-definition',
        '--family',
        'x',
        '--container-definitions',
        JSON.stringify([container({ name: long })]),
      ],
      [long],
      [`--${long}`],
      ['list-tasks', `--${long}`],
    ])('names of 10,000 characters, case %#', async (...args) => {
      await refused(args, [1, 2, 3], /./);
    });
  });

  describe('in a document', () => {
    afterEach(expectUnchanged);

    const registering = async (
      content: string | Buffer | object,
      code: number,
      says: RegExp,
      name = 'bad.json',
    ) => {
      user.write(name, content);
      return refused(['register-task-definition', '--cli-input-json', `file://${name}`], code, says);
    };

    it.each([
      [
        'a missing comma',
        '{\n  "family": "a"\n  "cpu": "1"\n}',
        /bad\.json, line 3, column 3: a comma is missing/,
      ],
      ['single quotes', "{'family': 'a'}", /line 1, column 2: text must be in double quotes/],
      ['an early end', '{"family": "a"', /line 1, column 15: a closing } is missing/],
      ['more text after the end', '{"family": "a"} x', /bad\.json, line 1, column 17: /],
      [
        'a name given twice',
        '{"family": "a",\n "family": "b"}',
        /line 2, column 2: "family" is given twice; first in line 1/,
      ],
      ['nothing', '', /bad\.json: is empty/],
      ['spaces only', ' \n\t\n', /bad\.json: is empty/],
      ['a number', '42', /holds no names and values/],
      ['a list', '[]', /is a list/],
      [
        'binary garbage',
        Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256)),
        /is not UTF-8 text|UTF-16/,
      ],
      ['UTF-16', Buffer.from('\ufeff{"family": "a"}', 'utf16le'), /is UTF-16 text; save it as UTF-8/],
      ['100,000 brackets', '['.repeat(100_000), /nested too deeply|line 1, column/],
      ['100,000 objects', '{"a":'.repeat(100_000), /nested too deeply|line 1, column/],
      ['NUL characters', `{"family": "a\0b"}`, /line 1, column/],
    ])('%s', async (_, content, says) => void (await registering(content, 2, says)));

    it.each([
      ['broken indentation', 'family: a\n  cpu: "1"\n', /bad\.yaml, line \d, column \d/],
      ['an alias to nowhere', 'family: *none\n', /aliases that lead nowhere/],
      ['two documents', 'family: a\n---\nfamily: b\n', /more than one document/],
      [
        'a bomb of aliases',
        `a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(',')}]`).join('\n')}\nfamily: *a12\n`,
        /aliases that lead nowhere or too far/,
      ],
    ])('YAML with %s', async (_, content, says) => void (await registering(content, 2, says, 'bad.yaml')));

    it('a file of 100 MB, at once and in little memory', async () => {
      const path = user.write('huge.json', '');
      truncateSync(path, 100_000_000);
      const { ms } = await registering0('huge.json', /huge\.json: is 95 MiB; at most 1024 KiB are read/);
      expect(ms).toBeLessThan(5000);
    });

    it('100 MB on standard input, and files without an end', async () => {
      const args = ['register-task-definition', '--cli-input-json', 'file:///dev/stdin'];
      await refused(args, 2, /at most 1024 KiB are read/, { pipe: 'head -c 100000000 /dev/zero' });
      await registering0('/dev/zero', /at most 1024 KiB are read|not a file/);
    });

    const registering0 = (path: string, says: RegExp) =>
      refused(['register-task-definition', '--cli-input-json', `file://${path}`], 2, says);

    it('a directory, and a file that isn’t there or not to be read', async () => {
      mkdirSync(join(user.dir, 'folder'), { recursive: true });
      await registering0('folder', /folder can't be read: it is a directory/);
      await registering0(
        'none.json',
        /none\.json can't be read: there is no such file\nIt is looked for in \//,
      );
    });

    it('all mistakes at once, each with its path, what was given and what is allowed', async () => {
      const { stderr } = await registering(
        {
          family: 'x',
          networkMode: 'brigde',
          containerDefinitions: [
            { name: 'a', image: 'busybox', memory: '512', portMapings: [] },
            { name: 'a', image: 'busybox', memory: 1, essential: 'yes' },
          ],
        },
        1,
        /./,
      );
      expect(stderr).toMatch(/networkMode must be one of .*not "brigde"; did you mean bridge\?/);
      expect(stderr).toMatch(/containerDefinitions\[0\]\.memory must be a whole number/);
      expect(stderr).toMatch(
        /containerDefinitions\[0\]\.portMapings is not known; did you mean portMappings\?/,
      );
      expect(stderr).toMatch(/containerDefinitions\[1\]\.essential must be true or false/);
    });

    it.each([
      ['more than 64 KiB', definition({ dockerLabels: { long: 'x'.repeat(70_000) } }), /64 KiB|65,?536/],
      ['a family of 256 characters', { ...definition(), family: 'f'.repeat(256) }, /255/],
      [
        'two containers of one name',
        { ...definition(), containerDefinitions: [container(), container()] },
        /names must be unique/,
      ],
      ['a link to nobody', definition({ links: ['nobody'] }), /nobody/],
      [
        'links in a circle',
        {
          ...definition(),
          containerDefinitions: [
            container({ name: 'a', links: ['b'] }),
            container({ name: 'b', links: ['a'] }),
          ],
        },
        /circle|cycle/i,
      ],
      ['no memory at all', definition({ memory: undefined }), /memory/],
      [
        'a field that isn’t honoured yet',
        definition({ firelensConfiguration: { type: 'fluentd' } }),
        /firelens/,
      ],
      ['no essential container', definition({ essential: false }), /essential/],
      [
        'a port that doesn’t exist',
        definition({ portMappings: [{ containerPort: 70_000 }] }),
        /containerPort/,
      ],
    ])('a definition with %s', async (_, content, says) => void (await registering(content, 1, says)));

    it('hosts files, with the place of each mistake', async () => {
      const file = async (text: string, says: RegExp) => {
        user.write('hosts.yaml', text);
        await refused(['create-cluster', '--hosts-file', 'hosts.yaml'], 2, says);
      };
      await file('hosts: []', /names no hosts/);
      await file(
        'hosts:\n  - {hots: web1}\n',
        /host 1.*hots.*Did you mean host\?|hots.*did you mean host\?/s,
      );
      await file('hosts:\n  - {host: [1, 2]}\n', /host/);
      await file('hosts:\n  - {host: web1, reserve: {cpu: much}}\n', /cpu/);
      await file('hosts:\n  - {host: "-oProxyCommand=x"}\n', /host/);
    });

    it('a document for state import that is none', async () => {
      user.write('state.json', { some: 'thing' });
      await refused(['state', 'import', 'state.json', '--replace'], [1, 2], /state/);
      user.write('newer.json', { format: 'longshore-state', version: 99, records: [] });
      await refused(['state', 'import', 'newer.json', '--replace'], 1, /version 99|newer/i);
    });
  });

  it('a reader that has seen enough is no error', async () => {
    const { stdout } = await user.ok('register-task-definition', '--generate-cli-skeleton');
    expect(stdout.length).toBeGreaterThan(1000);
    const running = user.start(['state', 'export']);
    running.closeStdout();
    const { code, stderr } = await running.outcome;
    expect({ code, stderr }).toEqual({ code: expect.any(Number), stderr: '' });
    expect([0, 141]).toContain(code);
  });
});

const definition = (changes: Parameters<typeof container>[0] = {}) => ({
  family: 'good',
  containerDefinitions: [container(changes)],
});

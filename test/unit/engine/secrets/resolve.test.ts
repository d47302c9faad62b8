import { describe, expect, it } from 'vitest';
import type { ContainerDefinition } from '../../../../src/lib/api/types.js';
import { fakeSecrets, type FakeSecrets } from '../../../fakes/fake-secrets.js';
import { cluster, definition, hostOf, kit, records, type Kit } from '../kit.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const put = (made: Kit, name: string, value: string) =>
  made.engine.call('PutSecret', { name, value: base64(value) });

/** Runs a task of a container that is changed so; the environment that it was created with. */
async function environment(
  made: Kit,
  change: Partial<ContainerDefinition>,
  run: object = {},
): Promise<Record<string, string>> {
  await made.engine.call('RegisterTaskDefinition', definition('web', change));
  const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web', ...run });
  expect(tasks.map(({ lastStatus, stoppedReason }) => stoppedReason ?? lastStatus)).toEqual(['RUNNING']);
  const { Env = [] } = [...hostOf(made, 'web1').containers.values()].at(-1)?.options ?? {};
  return Object.fromEntries(Env.map((pair) => pair.split(/=([^]*)/, 2)));
}

/** Why its task doesn't start. */
async function refusal(made: Kit, change: Partial<ContainerDefinition>): Promise<string | undefined> {
  await made.engine.call('RegisterTaskDefinition', definition('web', change));
  const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web', count: 2 });
  expect(tasks.map(({ stopCode }) => stopCode)).toEqual(['TaskFailedToStart', 'TaskFailedToStart']);
  const host = hostOf(made, 'web1');
  expect(host.calls.filter((call) => /^(create|pull)/.test(call) && !call.includes('Volume'))).toEqual([]);
  return tasks[0]?.stoppedReason;
}

const withSecrets = (given: Parameters<typeof fakeSecrets>[0] = {}) => {
  const secrets: FakeSecrets = fakeSecrets(given);
  return { secrets, made: cluster(['web1'], { secrets }) };
};

describe('secrets', () => {
  it('come from where valueFrom says', async () => {
    const { made } = withSecrets({
      variables: { TOKEN: 'of the environment', LONGSHORE_SECRET_CI_KEY: 'of CI', PATH: '/bin' },
      files: { 'key.pem': 'of a file\n' },
      command: { vaulted: 'of the command\n', 'prod/api': '{"user": "ann", "port": 5432}' },
    });
    const kit = await made;
    await put(kit, 'DB_URL', 'of the store\n\n');
    await put(kit, 'CI_KEY', 'hidden by the environment');
    const secret = 'arn:aws:secretsmanager:r:1:secret:prod/api-AbCdEf';
    const names = {
      STORE: 'DB_URL',
      ARN: 'arn:aws:ssm:r:1:parameter/DB_URL',
      CI: 'ci-key',
      VARIABLE: 'env:TOKEN',
      FILE: 'file:key.pem',
      COMMAND: 'vaulted',
      MEMBER: `${secret}:user::`,
      NUMBER: `${secret}:port::`,
    };
    const secrets = Object.entries(names).map(([name, valueFrom]) => ({ name, valueFrom }));
    expect(await environment(kit, { secrets })).toEqual({
      STORE: 'of the store\n',
      ARN: 'of the store\n',
      CI: 'of CI',
      VARIABLE: 'of the environment',
      FILE: 'of a file',
      COMMAND: 'of the command',
      MEMBER: 'ann',
      NUMBER: '5432',
    });
  });

  it('are looked up once for all tasks and containers of a run', async () => {
    const { secrets, made } = withSecrets({ command: { key: 'x' } });
    const both = [
      { name: 'A', valueFrom: 'key' },
      { name: 'B', valueFrom: 'key' },
    ];
    await environment(await made, { secrets: both }, { count: 1 });
    await (await made).engine.call('RunTask', { taskDefinition: 'web', count: 3 });
    expect(secrets.asked).toEqual(['key', 'key']);
  });

  it('that no secret may be called reach no command: options, paths, expressions', async () => {
    const { secrets, made } = withSecrets({ command: { '../x': 'x' } });
    const odd = ['--config=/x', 'arn:aws:ssm:r:1:parameter/-f', '../x', 'a/../../x', 'a"]["b', 'two words'];
    const reason = await refusal(await made, {
      secrets: odd.map((valueFrom, i) => ({ name: `S${i}`, valueFrom })),
    });
    expect(reason?.match(/no secret may be called so/g)).toHaveLength(odd.length);
    expect(reason).toContain('parameter/-f: no secret may be called so; ../x: no secret may');
    expect(secrets.asked).toEqual([]);
  });

  it('that are missing fail the task before anything is made, all of them by name, and never by value', async () => {
    const { made } = withSecrets({ files: { binary: '\u0000' }, command: undefined });
    const kit = await made;
    await put(kit, 'json', '{"password": "hunter2"}');
    await put(kit, 'text', 'hunter2');
    const references = [
      'DB_URL',
      'env:TOKEN',
      'file:none.pem',
      'file:binary',
      'arn:aws:secretsmanager:r:1:secret:json:user::',
      'arn:aws:secretsmanager:r:1:secret:text:user::',
    ];
    const secrets = references.map((valueFrom, i) => ({ name: `S${i}`, valueFrom }));
    const reason = await refusal(kit, { secrets });
    expect(reason).toBe(
      [
        'ResourceInitializationError: unable to pull secrets or registry auth: DB_URL: there is no such secret (longshore put-secret --name DB_URL --value-file FILE)',
        'env:TOKEN: the variable TOKEN is not set here',
        'file:none.pem: there is no file none.pem',
        'file:binary: its value is no text',
        'secret:json:user::: its value has no member user',
        'secret:text:user::: its value is no JSON, of which user could be taken',
      ].join('; '),
    );
  });

  it('named as files stand in no environment, and are given to the holder of the task', async () => {
    const { made } = withSecrets({ variables: { TOKEN: 'hush' } });
    const kit = await made;
    const secrets = [{ name: '/run/secrets/token', valueFrom: 'env:TOKEN' }];
    await kit.engine.call('RegisterTaskDefinition', definition('files', { secrets }));
    await kit.engine.call('RunTask', { taskDefinition: 'files' });
    const [holder, app] = [...hostOf(kit, 'web1').containers.values()];
    expect(app?.options.Env?.join()).not.toContain('hush');
    expect(app?.options.HostConfig?.['Binds']).toEqual([expect.stringMatching(/:\/run\/secrets:ro,nocopy$/)]);
    expect(holder?.archives).toMatchObject([{ folder: '/app/0' }]);
    expect(holder?.archives[0]?.tar.toString()).toMatch(/^token\0.*hush/s);
  });

  it('may not be overridden', async () => {
    const { made } = withSecrets({ variables: { TOKEN: 'x' } });
    const kit = await made;
    await kit.engine.call(
      'RegisterTaskDefinition',
      definition('web', { secrets: [{ name: 'A', valueFrom: 'env:TOKEN' }] }),
    );
    const containerOverrides = [{ name: 'app', environment: [{ name: 'A', value: 'mine' }] }];
    await expect(
      kit.engine.call('RunTask', { taskDefinition: 'web', overrides: { containerOverrides } }),
    ).rejects.toThrow('The secret name must be unique');
  });

  it('are options of log drivers, too', async () => {
    const { made } = withSecrets({ variables: { TOKEN: 'abc' } });
    const kit = await made;
    const secretOptions = [{ name: 'tag', valueFrom: 'env:TOKEN' }];
    await environment(kit, {
      logConfiguration: { logDriver: 'syslog', options: { 'syslog-address': 'udp://x' }, secretOptions },
    });
    const [container] = hostOf(kit, 'web1').containers.values();
    expect(container?.options.HostConfig?.['LogConfig']).toMatchObject({
      Config: { 'syslog-address': 'udp://x', tag: 'abc' },
    });
  });

  it('stand in no label, record, event or answer', async () => {
    const { made } = withSecrets({
      variables: { TOKEN: 'tell-nobody' },
      files: { 'a.env': 'B=tell-nobody\n' },
    });
    const kit = await made;
    await put(kit, 'kept', 'tell-nobody');
    await environment(kit, {
      secrets: [
        { name: 'A', valueFrom: 'env:TOKEN' },
        { name: 'K', valueFrom: 'kept' },
      ],
      environmentFiles: [{ type: 's3', value: 'a.env' }],
    });
    const labels = [...hostOf(kit, 'web1').containers.values()].map(({ options }) => options.Labels);
    const { state } = await kit.engine.call('ExportState', {});
    const described = await kit.engine.call('DescribeTaskDefinition', { taskDefinition: 'web' });
    const all = JSON.stringify([labels, state, described, kit.events, await records(kit.store)]);
    expect(all).toContain('env:TOKEN');
    expect(all).not.toContain('tell-nobody');
  });
});

describe('environment files', () => {
  it('give way to environment, and the first to secrets', async () => {
    const { made } = withSecrets({
      variables: { TOKEN: 'secret' },
      files: { 'a.env': 'A=a\nB=a\nC=a\nS=a', 'prod/b.env': 'C=b\nD=b' },
    });
    expect(
      await environment(await made, {
        environment: [{ name: 'B', value: 'environment' }],
        secrets: [{ name: 'S', valueFrom: 'env:TOKEN' }],
        environmentFiles: [
          { type: 's3', value: 'a.env' },
          { type: 's3', value: 'arn:aws:s3:::bucket/prod/b.env' },
        ],
      }),
    ).toEqual({ A: 'a', B: 'environment', C: 'a', D: 'b', S: 'secret' });
  });

  it('of an override take the place of the definition’s', async () => {
    const { made } = withSecrets({ files: { 'a.env': 'A=a', 'b.env': 'B=b' } });
    const file = (value: string) => [{ type: 's3' as const, value }];
    const containerOverrides = [{ name: 'app', environmentFiles: file('b.env') }];
    expect(
      await environment(
        await made,
        { environmentFiles: file('a.env') },
        { overrides: { containerOverrides } },
      ),
    ).toEqual({ B: 'b' });
  });

  it('that are missing fail the task', async () => {
    const { made } = withSecrets();
    expect(await refusal(await made, { environmentFiles: [{ type: 's3', value: 'a.env' }] })).toBe(
      'ResourceInitializationError: unable to pull secrets or registry auth: a.env: there is no file a.env',
    );
  });
});

describe('the store', () => {
  it('keeps names and times, and tells nothing else', async () => {
    const { made } = withSecrets();
    const { engine } = await made;
    await engine.call('PutSecret', { name: '/prod/db', value: base64('one') });
    await engine.call('PutSecret', { name: 'api', value: base64('two') });
    const { secrets } = await engine.call('ListSecrets', {});
    expect(secrets).toEqual(
      ['api', 'prod/db'].map((name) => ({ name, createdAt: expect.any(Date), updatedAt: expect.any(Date) })),
    );
    await engine.call('DeleteSecret', { name: 'api' });
    await expect(engine.call('DeleteSecret', { name: 'api' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  it.each([
    ['a b', 'x', 'A secret’s name'],
    ['', 'x', 'A secret’s name'],
    ['a', '', 'The secret’s value is empty'],
    ['a', 'x'.repeat(65_537), 'has 65537 bytes'],
  ])('refuses name %j', async (name, value, words) => {
    const { made } = withSecrets();
    const call = (await made).engine.call('PutSecret', { name, value: base64(value) });
    await expect(call).rejects.toThrow(words.replace('’', "'"));
  });
});

it('a definition that came from a host gets no secrets, also where the state was changed or moved', async () => {
  const { made } = withSecrets({ variables: { TOKEN: 'x' } });
  const stranger = await made;
  await environment(stranger, { secrets: [{ name: 'A', valueFrom: 'env:TOKEN' }] });
  const { hosts } = stranger;
  const secrets = fakeSecrets({ variables: { TOKEN: 'mine' } });
  const first = await cluster(['web1'], { hosts, secrets });
  const isRefused = ({ engine }: Kit) =>
    expect(engine.call('RunTask', { taskDefinition: 'web' })).rejects.toMatchObject({
      code: 'ClientException',
      message: 'web:1 came from a host, and asks for secrets of yours: it gets none.',
    });
  await isRefused(first);
  const resourceArn = 'arn:aws:ecs:local:000000000000:task-definition/web:1';
  await first.engine.call('TagResource', { resourceArn, tags: [{ key: 'a', value: 'b' }] });
  const { state = {} } = await first.engine.call('ExportState', {});
  const second = kit({ hosts, secrets });
  await second.engine.call('ImportState', { state });
  await second.engine.call('Recover', { host: 'web1' });
  await isRefused(second);
});

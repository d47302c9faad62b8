import { expect, it } from 'vitest';
import { serverSources } from '../../../../src/lib/engine/secrets/server-sources.js';
import { SourceFault } from '../../../../src/lib/engine/secrets/sources.js';
import { serveEngine } from '../../../../src/lib/engine/serving/served-engine.js';
import { fakeSecrets } from '../../../fakes/fake-secrets.js';
import { cluster, definition, hostOf } from '../kit.js';

it('what a task of a server lacks is said to be lacking on its machine', async () => {
  const made = await cluster(['web1'], { secrets: fakeSecrets({ command: {} }) });
  const served = serveEngine(made.ctx, async () => undefined);
  const engine = served.as({ onEvent: () => undefined, waits: true });
  const change = {
    environmentFiles: [{ type: 's3' as const, value: 'web.env' }],
    secrets: ['env:TOKEN', 'file:key.pem', 'db'].map((valueFrom, i) => ({ name: `S${i}`, valueFrom })),
  };
  await engine.call('RegisterTaskDefinition', definition('web', change));
  await engine.call('RunTask', { taskDefinition: 'web' }).catch(() => undefined);
  const { taskArns = [] } = await engine.call('ListTasks', { desiredStatus: 'STOPPED' });
  const { tasks = [] } = await engine.call('DescribeTasks', { tasks: taskArns });
  const [reason = ''] = tasks.map(({ stoppedReason }) => stoppedReason);
  expect(reason).toContain("web.env: on the server's machine there is no file web.env");
  expect(reason).toContain("env:TOKEN: the variable TOKEN is not set on the server's machine");
  expect(reason).toContain("file:key.pem: on the server's machine there is no file key.pem");
  expect(reason).toContain("db: on the server's machine vault ended with 1");
  expect(hostOf(made, 'web1').containers.size).toBe(0);
  await served.close(0);
});

it('what is there is as it is, and so are faults of other kinds', async () => {
  const own = fakeSecrets({ variables: { A: '1' }, files: { f: 'content' } });
  const sources = serverSources(own);
  expect(sources.variable('A')).toBe('1');
  expect(sources.command).toBeUndefined();
  expect(await sources.file(['none', 'f'])).toEqual(Buffer.from('content'));
  expect(await sources.vault.open(await sources.vault.seal(Buffer.from('x')))).toEqual(Buffer.from('x'));
  const interrupted = new Error('interrupted');
  own.registry = () => Promise.reject(interrupted);
  const { signal } = new AbortController();
  await expect(sources.registry('ghcr.io', signal)).rejects.toBe(interrupted);
  own.registry = () => Promise.reject(new SourceFault('config.json is no JSON', 'mend it'));
  await expect(sources.registry('ghcr.io', signal)).rejects.toMatchObject({
    message: "on the server's machine config.json is no JSON",
    remedy: 'mend it',
  });
});

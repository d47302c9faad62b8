import { expect, it } from 'vitest';
import { registryOf } from '../../../../src/lib/engine/secrets/registries.js';
import { SourceFault } from '../../../../src/lib/engine/secrets/sources.js';
import { fakeSecrets } from '../../../fakes/fake-secrets.js';
import { cluster, definition, hostOf, type Kit } from '../kit.js';

it.each([
  ['nginx', 'docker.io'],
  ['nginx:1@sha256:ab', 'docker.io'],
  ['library/nginx', 'docker.io'],
  ['index.docker.io/library/nginx', 'docker.io'],
  ['ghcr.io/a/b:1', 'ghcr.io'],
  ['localhost/a', 'localhost'],
  ['10.0.0.1:5000/a', '10.0.0.1:5000'],
])('%s is of %s', (image, registry) => expect(registryOf(image)).toBe(registry));

const image = 'ghcr.io/a/b:1';
const ann = { username: 'ann', password: 'tell-nobody' };
const bob = { username: 'bob', password: 'tell-nobody' };

async function setUp(given: Parameters<typeof fakeSecrets>[0], change: object = {}): Promise<Kit> {
  const made = await cluster(['web1', 'web2'], { secrets: fakeSecrets(given) });
  for (const name of ['web1', 'web2'])
    hostOf(made, name).addImage(image, { repoDigests: [`ghcr.io/a/b@sha256:${'a'.repeat(64)}`] }, 'registry');
  await made.engine.call('RegisterTaskDefinition', definition('web', { image, ...change }));
  return made;
}

const run = (made: Kit) =>
  made.engine.call('RunTask', {
    taskDefinition: 'web',
    count: 2,
    placementStrategy: [{ type: 'spread', field: 'instanceId' }],
  });
const logins = (made: Kit) => ['web1', 'web2'].map((name) => hostOf(made, name).logins);

it('the client’s credentials go along to each host', async () => {
  const made = await setUp({ logins: { 'ghcr.io': ann } });
  await run(made);
  expect(logins(made)).toEqual([[ann], [ann]]);
  expect(JSON.stringify([made.events, await made.engine.call('ExportState', {})])).not.toContain(
    'tell-nobody',
  );
});

it('repositoryCredentials go before them', async () => {
  const repositoryCredentials = { credentialsParameter: 'arn:aws:secretsmanager:r:1:secret:ghcr-AbCdEf' };
  const made = await setUp({ logins: { 'ghcr.io': ann } }, { repositoryCredentials });
  await made.engine.call('PutSecret', {
    name: 'ghcr',
    value: Buffer.from(JSON.stringify(bob)).toString('base64'),
  });
  await run(made);
  expect(logins(made)).toEqual([[bob], [bob]]);
});

it('repositoryCredentials that are missing or no login fail the task', async () => {
  const repositoryCredentials = { credentialsParameter: 'ghcr' };
  const made = await setUp(
    { variables: { LONGSHORE_SECRET_GHCR: '"tell-nobody"' } },
    { repositoryCredentials },
  );
  const { tasks = [] } = await run(made);
  expect(tasks[0]?.stoppedReason).toBe(
    'ResourceInitializationError: unable to pull secrets or registry auth: ghcr: its value is not {"username": …, "password": …}',
  );
  expect(logins(made)).toEqual([[], []]);
});

it('what can’t be had is told once, and the pull goes on without', async () => {
  const made = await setUp({ logins: { 'ghcr.io': new SourceFault('docker-credential-x gave no answer') } });
  const { tasks = [] } = await run(made);
  expect(tasks.map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING', 'RUNNING']);
  expect(made.events.filter(({ type }) => type === 'warning')).toEqual([
    {
      type: 'warning',
      message: 'images of ghcr.io are pulled without credentials: docker-credential-x gave no answer',
    },
  ]);
});

it('images of a definition that came from a host are pulled without', async () => {
  const made = await setUp({});
  await run(made);
  const colleague = await cluster(['web1', 'web2'], {
    hosts: made.hosts,
    secrets: fakeSecrets({ logins: { 'ghcr.io': ann } }),
  });
  await run(colleague);
  expect(logins(colleague).flat()).toEqual([undefined, undefined, undefined, undefined]);
  expect(JSON.stringify(colleague.events)).toContain('web:1 came from a host');
});

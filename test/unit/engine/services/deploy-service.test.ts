import { expect, it } from 'vitest';
import { fakeSecrets } from '../../../fakes/fake-secrets.js';
import { cluster, definition, hostOf } from '../kit.js';

const SAME = 'site: the same definition again (web:1): its tasks are replaced';

async function served() {
  const made = await cluster(['web1'], { settings: { healthyAfter: 0 } });
  const { engine, events } = made;
  hostOf(made, 'web1').addImage('busybox:2');
  const environment = [{ name: 'MODE', value: 'a' }];
  await engine.call('RegisterTaskDefinition', definition('web', { environment }));
  await engine.call('CreateService', { serviceName: 'site', taskDefinition: 'web', desiredCount: 1 });
  await engine.call('WaitServices', { services: ['site'] });
  events.length = 0;
  const notes = () => events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
  const tasks = async () => (await engine.call('ListTasks', { serviceName: 'site' })).taskArns;
  const deploy = async (what: { image?: string[]; env?: string[] }) => {
    const deployed = await engine.call('DeployService', { service: 'site', ...what });
    await engine.call('WaitServices', { services: ['site'] });
    return deployed;
  };
  return { deploy, notes, tasks };
}

it.each([{}, { image: ['busybox:latest'] }, { env: ['MODE=a'] }])(
  'says so where nothing changes, and replaces the tasks all the same: %j',
  async (what) => {
    const { deploy, notes, tasks } = await served();
    const before = await tasks();
    expect((await deploy(what)).taskDefinition).toBeUndefined();
    expect(notes()).toEqual([SAME]);
    const after = await tasks();
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
  },
);

it.each([{ image: ['busybox:2'] }, { env: ['MODE=b'] }])('says nothing of what changes: %j', async (what) => {
  const { deploy, notes } = await served();
  expect((await deploy(what)).taskDefinition).toMatchObject({ revision: 2 });
  expect(notes()).not.toContain(SAME);
});

/** A service of a definition that was taken from the labels of a host's task. */
async function servedFromHost(change: object) {
  const secrets = () => fakeSecrets({ variables: { TOKEN: 'mine' }, logins: { 'ghcr.io': login } });
  const stranger = await cluster(['web1'], { secrets: secrets() });
  const host = hostOf(stranger, 'web1');
  for (const tag of [1, 2])
    host.addImage(
      `ghcr.io/a/b:${tag}`,
      { repoDigests: [`ghcr.io/a/b@sha256:${'a'.repeat(64)}`] },
      'registry',
    );
  await stranger.engine.call('RegisterTaskDefinition', definition('web', change));
  await stranger.engine.call('RunTask', { taskDefinition: 'web' });
  const { hosts } = stranger;
  const made = await cluster(['web1'], { hosts, secrets: secrets(), settings: { healthyAfter: 0 } });
  await made.engine.call('CreateService', { serviceName: 'site', taskDefinition: 'web', desiredCount: 0 });
  return { ...made, host };
}
const login = { username: 'ann', password: 'x' };

it('a definition that came from a host and asks for secrets is not deployed', async () => {
  const { engine } = await servedFromHost({ secrets: [{ name: 'A', valueFrom: 'env:TOKEN' }] });
  for (const what of [{ env: ['MODE=b'] }, {}])
    await expect(engine.call('DeployService', { service: 'site', ...what })).rejects.toMatchObject({
      code: 'ClientException',
      message: 'web:1 came from a host, and asks for secrets of yours: it gets none.',
    });
  expect((await engine.call('ListTaskDefinitions', {})).taskDefinitionArns).toHaveLength(1);
});

it('one that is made of a host’s gets no credentials and, by overrides too, no secrets', async () => {
  const { engine, host } = await servedFromHost({ image: 'ghcr.io/a/b:1' });
  const before = host.logins.length;
  await engine.call('DeployService', { service: 'site', image: ['ghcr.io/a/b:2'] });
  await engine.call('UpdateService', { service: 'site', desiredCount: 1 });
  await engine.call('WaitServices', { services: ['site'] });
  expect(host.logins.slice(before)).toEqual([undefined]);
  const environmentFiles = [{ type: 's3' as const, value: 'a.env' }];
  const overrides = { containerOverrides: [{ name: 'app', environmentFiles }] };
  await expect(engine.call('RunTask', { taskDefinition: 'web:2', overrides })).rejects.toThrow(
    'web:2 came from a host',
  );
});

import { expect, it } from 'vitest';
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

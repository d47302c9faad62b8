import { expect, it } from 'vitest';
import { FakeHosts } from '../../fakes/fake-hosts.js';
import { cluster, definition, fakeHost, kit } from './kit.js';

const id = (beginning: string) => beginning.padEnd(32, '0');

/** Two hosts and three tasks whose ids begin alike; one of the tasks has stopped. */
async function alike() {
  const ids = ['abcd1', 'abcd2', '1f1', '1f2', '1f3'].map(id);
  const hosts = new FakeHosts([fakeHost('web1'), fakeHost('abcd')]);
  const made = kit({ hosts });
  made.ctx.newId = () => ids.shift() ?? id('ee');
  for (const host of ['web1', 'abcd']) await made.engine.call('RegisterContainerInstance', { host });
  await made.engine.call('RegisterTaskDefinition', definition());
  await made.engine.call('RunTask', { taskDefinition: 'web', count: 3 });
  await made.engine.call('StopTask', { task: '1f2' });
  return made;
}

it('tells which tasks the beginning of an id could mean', async () => {
  const { engine } = await alike();
  const refusal =
    /Several tasks begin with 1f: 1f100000 \(web:1, RUNNING\), 1f300000 \(web:1, RUNNING\), 1f200000/;
  await expect(engine.call('StopTask', { task: '1f' })).rejects.toThrow(refusal);
  await expect(engine.call('DescribeTasks', { tasks: ['1f'] })).rejects.toThrow(refusal);
  await expect(engine.call('WaitTasks', { tasks: ['1f'] })).rejects.toThrow(refusal);
  const { tasks } = await engine.call('DescribeTasks', { tasks: ['1f2', '1f10'] });
  expect(tasks?.map(({ lastStatus }) => lastStatus)).toEqual(['STOPPED', 'RUNNING']);
});

it('tells which hosts the beginning of an id could mean, and takes a name before it', async () => {
  const { engine } = await alike();
  const describe = (text: string) =>
    engine.call('DescribeContainerInstances', { containerInstances: [text], refresh: false });
  expect((await describe('abcd')).containerInstances?.[0]?.ec2InstanceId).toBe('abcd');
  expect((await describe('abcd1')).containerInstances?.[0]?.ec2InstanceId).toBe('web1');
  // Of less than four digits it might as well be a name that was mistyped.
  expect((await describe('abc')).failures?.[0]?.reason).toBe('MISSING');
});

it('takes the beginning of an id also where an address may stand', async () => {
  const { engine } = await alike();
  const examined = async (host: string) =>
    (await engine.call('Doctor', { hosts: [{ host }] })).hosts.map((each) => each.host);
  expect(await examined('abcd1')).toEqual(['web1']);
  expect(await examined('abcd')).toEqual(['abcd']);
  expect(await examined(`arn:aws:ecs:x:1:container-instance/default/${id('abcd2')}`)).toEqual(['abcd']);
  await expect(engine.call('PushImage', { images: ['busybox'], from: 'abcd1' })).resolves.toMatchObject({
    images: [{ source: 'web1' }],
  });
});

it('names the candidates of a container instance', async () => {
  const ids = ['abcd1', 'abcd2'].map(id);
  const made = kit({ hosts: new FakeHosts([fakeHost('web1'), fakeHost('web2')]) });
  made.ctx.newId = () => ids.shift() ?? id('ee');
  for (const host of ['web1', 'web2']) await made.engine.call('RegisterContainerInstance', { host });
  await expect(
    made.engine.call('DeregisterContainerInstance', { containerInstance: 'abcd' }),
  ).rejects.toThrow('Several container instances begin with abcd: abcd1000 (web1), abcd2000 (web2).');
});

it('names only so many', async () => {
  const made = await cluster(['web1'], { cpus: 8 });
  let n = 0;
  made.ctx.newId = () => id(`a${String(++n).padStart(3, '0')}`);
  await made.engine.call('RegisterTaskDefinition', definition('web', { memory: 10, cpu: 1 }));
  await made.engine.call('RunTask', { taskDefinition: 'web', count: 10 });
  await expect(made.engine.call('StopTask', { task: 'a' })).rejects.toThrow(/a0080000 \([^)]*\), others\.$/);
});

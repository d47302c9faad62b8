import { describe, expect, it } from 'vitest';
import { tracedHost, type HostStep } from '../../../src/lib/hosts/traced-host.js';
import { dockerHostContract } from '../../contract/docker-host.contract.js';
import { FakeDockerHost } from '../../fakes/fake-docker-host.js';

const fake = () => new FakeDockerHost('web1', { images: ['busybox:1'], now: Date.now });

dockerHostContract('in memory, traced', async () => ({
  host: tracedHost(fake(), () => undefined),
  image: 'busybox:1',
}));

describe('a traced host', () => {
  it('tells of what takes time, with that time, and of what lasts also before', async () => {
    const host = fake();
    const steps: HostStep[] = [];
    const traced = tracedHost(host, (step) => steps.push(step));
    host.hang('createContainer');
    setTimeout(() => host.release(), 10);
    const id = await traced.createContainer('web', { Image: 'busybox:1', Cmd: ['sleep', '9'] });
    await traced.startContainer(id);
    setTimeout(() => host.exit('web', 0), 10);
    await traced.waitContainer(id);
    for await (const line of traced.logs(id, {})) void line;
    const [create, ...rest] = steps;
    expect(create).toMatchObject({ host: 'web1', what: 'create container web' });
    expect(create?.milliseconds).toBeGreaterThan(5);
    const short = id.slice(0, 12);
    expect(rest.map(({ what }) => what).filter((what) => !what.startsWith('start'))).toEqual([
      `wait for container ${short} …`,
      `wait for container ${short}`,
      `read log of container ${short} …`,
      `read log of container ${short}: ended, 0 in all`,
    ]);
  });

  it('never tells a value of the environment, a command, a label or credentials', async () => {
    const host = fake();
    host.addImage('app:1', {}, 'registry');
    const steps: string[] = [];
    const traced = tracedHost(host, ({ what }) => steps.push(what));
    const secret = 'hunter2';
    await traced.pullImage('app:1', { timeout: 1, auth: { username: 'me', password: secret } });
    const id = await traced.createContainer('web', {
      Image: 'app:1',
      Env: [`PASSWORD=${secret}`],
      Cmd: ['sh', '-c', secret],
      Labels: { note: secret },
    });
    await traced.startContainer(id);
    await traced.exec(id, { command: ['login', secret] });
    await traced.createVolume({ name: 'data', driverOpts: { o: secret }, labels: { note: secret } });
    await expect(traced.startContainer('nothing')).rejects.toThrow();
    expect(steps.length).toBeGreaterThan(5);
    expect(steps.join('\n')).not.toContain(secret);
    expect(steps).toContain('start container nothing failed');
  });
});

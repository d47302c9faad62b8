import { describe, expect, it } from 'vitest';
import { HostError } from '../../../src/lib/hosts/host-error.js';
import { dockerHostContract } from '../../contract/docker-host.contract.js';
import { FakeDockerHost } from '../../fakes/fake-docker-host.js';

dockerHostContract('in memory', async () => ({ host: realTime(), image: 'busybox:1' }));

describe('FakeDockerHost, as tests use it', () => {
  it('fails the next start with a port in use, then starts', async () => {
    const host = realTime();
    const id = await host.createContainer('web', { Image: 'busybox:1' });
    host.failNextStartWithPortInUse(8080);
    await expect(host.startContainer(id)).rejects.toThrow('0.0.0.0:8080 failed: port is already allocated');
    await host.startContainer(id);
    expect(host.calls).toEqual(['createContainer web', `startContainer ${id}`, `startContainer ${id}`]);
  });

  it('lets a container end with a code, with those who wait told', async () => {
    const host = realTime();
    const id = await host.createContainer('web', { Image: 'busybox:1' });
    await host.startContainer(id);
    const waiting = host.waitContainer(id);
    host.exit('web', 137, { oomKilled: true });
    expect(await waiting).toEqual({ exitCode: 137 });
    expect((await host.inspectContainer(id))?.state).toMatchObject({ oomKilled: true, exitCode: 137 });
  });

  it('hangs until it is released', async () => {
    const host = realTime();
    host.hang('info');
    let done = false;
    const asking = host.info().then(() => (done = true));
    await host.listContainers({});
    expect(done).toBe(false);
    host.release();
    await asking;
  });

  it('vanishes with all that is under way, and comes back as it was', async () => {
    const host = realTime();
    const id = await host.createContainer('web', { Image: 'busybox:1' });
    await host.startContainer(id);
    const waiting = host.waitContainer(id);
    host.vanish();
    await expect(waiting).rejects.toMatchObject({ kind: 'lost' });
    await expect(host.info()).rejects.toBeInstanceOf(HostError);
    host.comeBack();
    expect(await host.listContainers({})).toHaveLength(1);
  });

  it('pulls what its registry has', async () => {
    const host = new FakeDockerHost();
    host.addImage('nginx:1', { repoDigests: ['nginx@sha256:1'] }, 'registry');
    const progress: number[] = [];
    await host.pullImage('nginx:1', { timeout: 1, onProgress: (p) => progress.push(p.current) });
    expect(progress).toEqual([512, 1024]);
    expect((await host.inspectImage('nginx:1'))?.repoDigests).toHaveLength(1);
  });
});

function realTime(): FakeDockerHost {
  return new FakeDockerHost('fake', { images: ['busybox:1'], now: Date.now });
}

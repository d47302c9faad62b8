import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { SpoolFull } from '../../../../src/lib/engine/push-image/spool.js';
import { HostError } from '../../../../src/lib/hosts/host-error.js';
import { archiveOf, layerBytes } from '../../../fakes/fake-archive.js';
import { imageOf } from '../../../fakes/fake-container.js';
import { cluster, fakeHost, hostOf, type Kit } from '../kit.js';

const layers = (...names: string[]) => names.map((name) => `sha256:${name.repeat(64)}`);
const app = { layers: layers('a', 'b', 'c') };
const local = '/var/run/docker.sock';

/** Three hosts, and an engine of this machine's own. */
async function hosts(...names: string[]): Promise<Kit> {
  const made = await cluster(names);
  made.hosts.hosts.set(local, fakeHost(local));
  return made;
}
const push = (made: Kit, more: object = {}) => made.engine.call('PushImage', { images: ['app:2'], ...more });
const states = (answer: Awaited<ReturnType<typeof push>>) =>
  Object.fromEntries(answer.images.flatMap((image) => image.hosts.map(({ host, status }) => [host, status])));
const failures = (made: Kit) =>
  made.events.flatMap((event) => (event.type === 'host-failed' ? [event.error.message] : []));

describe('PushImage', () => {
  it('brings this machine’s image to all hosts, and nothing the second time', async () => {
    const made = await hosts('web1', 'web2', 'web3');
    hostOf(made, local).addImage('app:2', app);
    const first = await push(made);
    expect(first.images[0]).toMatchObject({
      image: 'app:2',
      source: 'this machine',
      imageId: imageOf('app:2', {}).id,
    });
    expect(states(first)).toEqual({ web1: 'PUSHED', web2: 'PUSHED', web3: 'PUSHED' });
    expect(hostOf(made, 'web2').images.get('app:2')?.layers).toEqual(app.layers);
    expect(hostOf(made, local).calls.filter((call) => call.startsWith('saveImage'))).toHaveLength(1);

    const second = await push(made);
    expect(states(second)).toEqual({ web1: 'PRESENT', web2: 'PRESENT', web3: 'PRESENT' });
    expect(second.images[0]?.hosts.map(({ sentBytes }) => sentBytes)).toEqual([0, 0, 0]);
    expect(hostOf(made, local).calls.filter((call) => call.startsWith('saveImage'))).toHaveLength(1);
  });

  it('sends only the layers that a host lacks', async () => {
    const made = await hosts('web1', 'web2', 'web3');
    hostOf(made, local).addImage('app:2', app);
    hostOf(made, 'web1').addImage('app:1', { layers: layers('a', 'b') });
    hostOf(made, 'web2').addImage('base:1', { layers: layers('a', 'b', 'c', 'd') });
    hostOf(made, 'web3').addImage('base:1', { layers: layers('b', 'c') });
    const { images } = await push(made);
    const sent = images[0]?.hosts.map(({ sentBytes }) => Math.floor(sentBytes / layerBytes));
    expect(sent).toEqual([1, 0, 3]);
    expect(failures(made)).toEqual([]);
  });

  it('gives an image that is there under another name its own', async () => {
    const made = await hosts('web1');
    hostOf(made, local).addImage('app:2', app);
    hostOf(made, 'web1').images.set('old:1', imageOf('app:2', app));
    const { images } = await push(made);
    expect(images[0]?.hosts).toMatchObject([{ status: 'PUSHED', sentBytes: 0 }]);
    expect(hostOf(made, 'web1').images.get('app:2')).toBeDefined();
  });

  it('sends the whole where a layer has gone in between', async () => {
    const made = await hosts('web1');
    hostOf(made, local).addImage('app:2', app);
    const web1 = hostOf(made, 'web1');
    web1.addImage('app:1', { layers: layers('a', 'b') });
    web1.failNext('loadImage', 'open layer.tar: no such file or directory');
    const { images } = await push(made);
    expect(images[0]?.hosts).toMatchObject([{ status: 'PUSHED' }]);
    expect(images[0]?.hosts[0]?.sentBytes).toBeGreaterThan(3 * layerBytes);
  });

  it('names the hosts that fail, and goes on with the others', async () => {
    const made = await hosts('web1', 'web2', 'web3');
    hostOf(made, local).addImage('app:2', app);
    hostOf(made, 'web1').vanish();
    hostOf(made, 'web2').failNext('loadImage', 'write: no space left on device');
    const answer = await push(made);
    expect(states(answer)).toEqual({ web1: 'FAILED', web2: 'FAILED', web3: 'PUSHED' });
    expect(answer.images[0]?.hosts[1]?.reason).toBe('web2: write: no space left on device');
    expect(failures(made).map((message) => message.split(':')[0])).toEqual(['web1', 'web2']);
  });

  it('does not begin where the disk is too small', async () => {
    const made = await hosts('web1');
    hostOf(made, local).addImage('app:2', app);
    hostOf(made, 'web1').options.freeDisk = 1000;
    expect(states(await push(made))).toEqual({ web1: 'FAILED' });
    expect(failures(made)).toEqual([expect.stringContaining('no space left on its disk')]);
    expect(hostOf(made, 'web1').calls).not.toContain('loadImage');
  });

  it('refuses an image that a host can not run', async () => {
    const made = await hosts('web1');
    hostOf(made, local).addImage('app:2', { ...app, architecture: 'arm64' });
    expect(states(await push(made))).toEqual({ web1: 'FAILED' });
    expect(failures(made)).toEqual(['web1: app:2 is made for arm64, and the host is x86_64']);
  });

  it('notices where another image came out', async () => {
    const made = await hosts('web1');
    const from = hostOf(made, local);
    from.addImage('app:2', app);
    from.saveImage = async function* () {
      yield await archiveOf(imageOf('other', { layers: layers('x') }), 'app:2');
    };
    expect(states(await push(made))).toEqual({ web1: 'FAILED' });
    expect(failures(made)).toEqual(['web1: app:2 is not the image that was sent']);
  });

  it('takes no other image from a host that says of itself what another has', async () => {
    const made = await hosts('web1', 'web2', 'web3');
    hostOf(made, 'web2').addImage('app:2', app);
    const forged = imageOf('other', { layers: layers('x') });
    const liar = hostOf(made, 'web1');
    // It names the id of web2's image, so that the two seem to be the same, and the content of its own.
    liar.addImage('app:2', { ...forged, id: imageOf('app:2', {}).id });
    liar.saveImage = async function* () {
      yield await archiveOf(forged, 'app:2');
    };
    const answer = await push(made, { hosts: ['web2', 'web3'] });
    expect(answer.images[0]?.source).toBe('web1');
    expect(states(answer)).toEqual({ web2: 'PRESENT', web3: 'FAILED' });
    expect(failures(made)).toEqual(['web3: app:2 is not the image that was sent']);
  });

  it('takes no image along that nobody asked for', async () => {
    const made = await hosts('web1', 'web2');
    const liar = hostOf(made, 'web1');
    liar.addImage('app:2', app);
    liar.saveImage = async function* () {
      yield await archiveOf(imageOf('app:2', app), 'postgres:16');
    };
    await expect(push(made)).rejects.toThrow(/can't be used: it would bring "postgres:16" along/);
    expect(hostOf(made, 'web2').calls).not.toContain('loadImage');
  });

  describe('takes the image', () => {
    it('of a host where this machine has none, and leaves it there as it is', async () => {
      const made = await hosts('web1', 'web2');
      hostOf(made, 'web2').addImage('app:2', app);
      const answer = await push(made);
      const told = made.events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
      expect(told).toContain('app:2 comes from web2, since this machine has none');
      expect(answer.images[0]?.source).toBe('web2');
      expect(states(answer)).toEqual({ web1: 'PUSHED', web2: 'PRESENT' });
    });

    it('of this machine before a host’s, unless it is told to', async () => {
      const made = await hosts('web1', 'web2');
      hostOf(made, local).addImage('app:2', app);
      hostOf(made, 'web1').addImage('app:2', { layers: layers('z'), id: 'sha256:other' });
      expect((await push(made, { from: 'web1', hosts: ['web2'] })).images[0]).toMatchObject({
        source: 'web1',
        imageId: 'sha256:other',
      });
      expect((await push(made)).images[0]?.source).toBe('this machine');
      expect(hostOf(made, 'web1').images.get('app:2')?.layers).toEqual(app.layers);
    });

    it('of no host, where several have different ones', async () => {
      const made = await hosts('web1', 'web2', 'web3');
      hostOf(made, 'web1').addImage('app:2', app);
      hostOf(made, 'web2').addImage('app:2', app);
      expect((await push(made, { hosts: ['web2'] })).images[0]?.source).toBe('web1');
      hostOf(made, 'web2').addImage('app:2', { ...app, id: 'sha256:forged' });
      await expect(push(made)).rejects.toMatchObject({
        message: 'web1 and web2 have different images called app:2.',
        remedy: 'Say whose is meant: --from web1',
      });
    });

    it('of a host that is in no cluster', async () => {
      const made = await hosts('web1');
      made.hosts.hosts.set('build', fakeHost('build'));
      hostOf(made, 'build').addImage('app:2', app);
      expect(states(await push(made, { from: 'ci@build' }))).toEqual({ web1: 'PUSHED' });
    });

    it('of nobody, where nobody has it', async () => {
      const made = await hosts('web1');
      await expect(push(made)).rejects.toMatchObject({
        code: 'ClientException',
        message: "Neither this machine's engine nor one of the hosts has the image app:2.",
      });
      await expect(push(made, { from: 'web1' })).rejects.toMatchObject({
        message: 'web1 has no image app:2.',
      });
      made.hosts.hosts.delete(local);
      await expect(push(made)).rejects.toMatchObject({ message: 'None of the hosts has the image app:2.' });
      await expect(push(made, { from: 'local' })).rejects.toBeInstanceOf(HostError);
    });
  });

  it('refuses what it can not do, before anything is done', async () => {
    const made = await hosts('web1');
    hostOf(made, local).addImage('app:2', app);
    await expect(push(made, { cluster: 'none' })).rejects.toMatchObject({ code: 'ClusterNotFoundException' });
    await expect(push(made, { hosts: ['web9'] })).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
    await expect(push(made, { images: ['app:2', '-x'] })).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
    await made.engine.call('CreateCluster', { clusterName: 'empty' });
    await expect(push(made, { cluster: 'empty' })).rejects.toThrow('The cluster empty has no hosts.');
    expect(hostOf(made, local).calls.filter((call) => call.startsWith('saveImage'))).toEqual([]);
  });

  it('ends with its source’s failure', async () => {
    const made = await hosts('web1', 'web2');
    const from = hostOf(made, local);
    from.addImage('app:2', app);
    from.failNext('saveImage', 'no space left on device');
    await expect(push(made)).rejects.toThrow(`${local}: no space left on device`);
    from.saveImage = async function* () {
      yield (await archiveOf(imageOf('app:2', app), 'app:2')).subarray(0, 5000);
    };
    await expect(push(made)).rejects.toThrow(/archive of app:2 can't be used: it broke off/);
    expect(hostOf(made, 'web1').images.has('app:2')).toBe(false);
  });

  it('ends where this machine has no room, or when it is interrupted', async () => {
    const made = await hosts('web1');
    hostOf(made, local).addImage('app:2', app);
    const { openSpool } = made.ctx;
    made.ctx.openSpool = async () => {
      throw new SpoolFull('/home/me/.cache');
    };
    await expect(push(made)).rejects.toThrow(
      '/home/me/.cache has no room for app:2, which goes through this machine.',
    );
    made.ctx.openSpool = openSpool;
    const reason = new Error('interrupted');
    made.ctx.emit = (event) => {
      if (event.type === 'transfer' && event.what === 'sending') made.abort(reason);
    };
    await expect(push(made)).rejects.toBe(reason);
    expect(readdirSync(tmpdir()).filter((name) => /^image-.*\.tar$/.test(name))).toEqual([]);
  });
});

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PushedHost, PushImageResponse } from '../../src/lib/api/operation-types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { waitUntil } from '../hosts/wait.js';
import { User, type RunOptions } from './longshore.js';

/** Bytes; a layer of this size takes long enough to be cut off in the middle. */
const big = 80_000_000;
const small = 1_000_000;

describeWithHosts('push-image', () => {
  let cluster: TestCluster;
  let user: User;

  beforeAll(async () => {
    cluster = await acquire({ count: 3 });
    // web3's engine stands for this machine's own.
    user = new User(cluster, { env: { DOCKER_HOST: `unix://${cluster.host('web3').dockerSocket}` } });
    await user.ok('create-cluster', '--hosts', 'web1', 'web2');
    await commit('busybox', 'base:1', big);
    await commit('base:1', 'app:1', small);
    await commit('app:1', 'app:2', small);
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  /** A layer of random bytes more, on web3. */
  async function commit(from: string, to: string, bytes: number): Promise<void> {
    const web3 = cluster.host('web3');
    const stdout = await web3.docker(
      'create',
      from,
      'sh',
      '-c',
      `head -c ${bytes} /dev/urandom >/${to.replace(':', '-')}`,
    );
    const id = stdout.trim();
    await web3.docker('start', '--attach', id);
    await web3.docker('commit', '--change', 'CMD ["sh"]', id, to);
    await web3.docker('rm', id);
  }
  const push = async (...args: string[]) => {
    const { code, stdout, stderr } = await user.run(['push-image', ...args, '--output', 'json'], {
      timeoutMs: 120_000,
    });
    const answer = stdout === '' ? { images: [] } : (JSON.parse(stdout) as PushImageResponse);
    return { code, stderr, images: answer.images, hosts: answer.images.flatMap((image) => image.hosts) };
  };
  const start = (args: string[], options: RunOptions = {}) =>
    user.start(['push-image', ...args], { timeoutMs: 120_000, ...options });
  const bytesTo = (hosts: readonly PushedHost[], name: string) =>
    hosts.filter(({ host }) => host === name).map(({ sentBytes }) => sentBytes);
  const idOn = async (host: string, image: string) =>
    (
      await cluster.host(host).docker('image', 'inspect', '--format', '{{.Id}} {{.RootFS.Layers}}', image)
    ).trim();
  const forget = async (host: string, ...images: string[]) => {
    for (const image of images) await cluster.host(host).exec(['docker', 'rmi', image], { mayFail: true });
  };
  /** Folders that an engine unpacks archives in. */
  const unpacking = (host: string) => {
    const folder = join(cluster.host(host).disk, 'var/lib/docker/tmp');
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  const layersOf = (host: string) =>
    readdirSync(join(cluster.host(host).disk, 'var/lib/docker/image/overlay2/layerdb/sha256')).length;

  it('brings an image to the hosts, without the layers that they have, and runs', async () => {
    const first = await push('base:1');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.images[0]).toMatchObject({ image: 'base:1', source: 'this machine' });
    // busybox is there: it is the same layer on all test hosts.
    for (const { status, sentBytes } of first.hosts) {
      expect(status).toBe('PUSHED');
      expect(sentBytes).toBeGreaterThan(big);
      expect(sentBytes).toBeLessThan(big + small);
    }
    const more = await push('app:1', 'app:2', '--hosts', 'web1');
    for (const sent of bytesTo(more.hosts, 'web1')) expect(sent).toBeLessThan(small * 1.1);
    for (const image of ['base:1', 'app:1', 'app:2'])
      expect(await idOn('web1', image), image).toBe(await idOn('web3', image));
    const run = await cluster
      .host('web1')
      .docker('run', '--rm', 'app:2', 'sh', '-c', 'wc -c </app-1; wc -c </base-1');
    expect(run.trim().split('\n').map(Number)).toEqual([small, big]);
  });

  it('sends nothing the second time, and does not even read', async () => {
    const again = await push('base:1', 'app:1', 'app:2', '--hosts', 'web1');
    expect(again.hosts.map(({ status, sentBytes }) => [status, sentBytes])).toEqual([
      ['PRESENT', 0],
      ['PRESENT', 0],
      ['PRESENT', 0],
    ]);
    const { ms } = await user.ok('push-image', 'app:2', '--hosts', 'web1');
    expect(ms).toBeLessThan(5000);
  });

  it('runs as a task, which names push-image where the image is missing', async () => {
    const definition = {
      family: 'pushed',
      containerDefinitions: [{ name: 'app', image: 'app:2', memory: 32, command: ['true'] }],
    };
    await user.ok('register-task-definition', '--cli-input-json', JSON.stringify(definition));
    const run = (host: string) =>
      user.run([
        ...['run-task', '--task-definition', 'pushed', '--wait'],
        ...['--placement-constraints', `type=memberOf,expression=attribute:longshore.host==${host}`],
      ]);
    const missing = await run('web2');
    expect(missing.code).toBe(125);
    expect(missing.stderr + missing.stdout).toContain('longshore push-image app:2)');
    expect((await push('app:2', '--hosts', 'web2')).code).toBe(0);
    expect((await run('web2')).code).toBe(0);
  });

  it('goes from one host to the others', async () => {
    await forget('web2', 'app:2', 'app:1');
    await cluster.host('web1').docker('tag', 'app:2', 'only-here:1');
    const named = await push('only-here:1', '--from', 'web1');
    expect(named).toMatchObject({ code: 0, images: [{ source: 'web1' }] });
    expect(named.hosts.map(({ host, status }) => [host, status])).toEqual([
      ['web1', 'PRESENT'],
      ['web2', 'PUSHED'],
    ]);
    await cluster.host('web1').docker('tag', 'app:1', 'only-here:2');
    const found = await push('only-here:2');
    expect(found.images[0]?.source).toBe('web1');
    expect(await idOn('web2', 'only-here:2')).toBe(await idOn('web1', 'only-here:2'));
    const nobody = await user.run(['push-image', 'nowhere:1']);
    expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('has the image nowhere:1') });
  });

  it('gives a name only, where the image is there under another', async () => {
    await cluster.host('web3').docker('tag', 'app:1', 'renamed:7');
    const { hosts } = await push('renamed:7', '--hosts', 'web1');
    expect(hosts).toMatchObject([{ status: 'PUSHED', sentBytes: 0 }]);
    expect(await idOn('web1', 'renamed:7')).toBe(await idOn('web3', 'app:1'));
  });

  describe('where something fails', () => {
    const everything = ['renamed:7', 'only-here:1', 'only-here:2', 'app:2', 'app:1', 'base:1'];
    const clear = async () => {
      for (const host of ['web1', 'web2']) await forget(host, ...everything);
    };

    it('a host with a full disk is named, the other has it, and nothing stays behind', async () => {
      await clear();
      const before = layersOf('web1');
      await cluster.host('web1').inflict('disk-full');
      const { code, stderr, hosts } = await push('app:1');
      expect(code).toBe(3);
      expect(stderr).toMatch(/^failed: web1: no space left on its disk: app:1 .*; free disk space there/);
      expect(hosts.map(({ host, status }) => [host, status])).toEqual([
        ['web1', 'FAILED'],
        ['web2', 'PUSHED'],
      ]);
      await cluster.host('web1').mend('disk-full');
      expect(unpacking('web1')).toEqual([]);
      expect(layersOf('web1')).toBe(before);
      expect((await push('app:1')).hosts.map(({ status }) => status)).toEqual(['PUSHED', 'PRESENT']);
    });

    it('a disk that becomes full on the way is told in the engine’s words', async () => {
      await clear();
      const web1 = cluster.host('web1');
      // Room for the archive, and not for the layers beside it.
      await web1.shell(`head -c ${2 ** 31 - Math.round(big * 1.5)} /dev/zero >/filler`);
      const { code, stderr } = await push('app:1', '--hosts', 'web1');
      await web1.shell('rm /filler');
      expect(code).toBe(3);
      expect(stderr).toMatch(/^failed: web1: .*no space left on device; free disk space there/m);
      expect(unpacking('web1')).toEqual([]);
      expect((await web1.docker('images', '-q', 'app:1')).trim()).toBe('');
    });

    it('a host that is cut off in the middle is named, the other has it', async () => {
      await clear();
      const command = start(['app:1', '--output', 'json']);
      await waitUntil('the push', 60_000, () => unpacking('web1').length > 0);
      await cluster.host('web1').inflict('network-cut');
      const { code, stdout, stderr } = await command.outcome;
      await cluster.host('web1').mend('network-cut');
      expect(code).toBe(3);
      expect(stderr).toMatch(/^failed: web1: .*the connection dropped/m);
      const { images } = JSON.parse(stdout) as PushImageResponse;
      expect(images[0]?.hosts.map(({ status }) => status)).toEqual(['FAILED', 'PUSHED']);
      // sshd there still has the dead connection; the engine lets go of it with that.
      await cluster.host('web1').dropSshSessions();
      await waitUntil('tidying up', 30_000, () => unpacking('web1').length === 0);
      expect((await cluster.host('web1').docker('images', '-q', 'app:1')).trim()).toBe('');
      expect((await push('app:1')).hosts.map(({ status }) => status)).toEqual(['PUSHED', 'PRESENT']);
    });

    it('and when it is interrupted, nothing half stays on either side', async () => {
      await clear();
      const command = start(['app:1']);
      await waitUntil('the push', 60_000, () => unpacking('web1').length > 0);
      command.signal('SIGINT');
      const { code, stderr } = await command.outcome;
      expect(code).toBe(130);
      expect(stderr).toMatch(/interrupted\n$/);
      await waitUntil('tidying up', 30_000, () => unpacking('web1').length === 0);
      expect((await cluster.host('web1').docker('images', '-q', 'app:1')).trim()).toBe('');
      expect(readdirSync(join(user.dir, 'cache/longshore/images'))).toEqual([]);
    });

    it('and where sshd forwards no sockets, it goes through the docker command', async () => {
      await clear();
      await cluster.host('web1').inflict('stream-local-forbidden');
      const { code } = await push('app:1', '--hosts', 'web1');
      await cluster.host('web1').mend('stream-local-forbidden');
      expect(code).toBe(0);
      expect(await idOn('web1', 'app:1')).toBe(await idOn('web3', 'app:1'));
    });
  });

  it('shows a person how far each host is, and what became of it', async () => {
    await forget('web1', 'app:1', 'app:2', 'base:1');
    const { code, stdout } = await user.run(['push-image', 'app:1', '--hosts', 'web1'], {
      terminal: 80,
      timeoutMs: 120_000,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/web1 {2}(sending|loading) app:1 [\d.]+ [kM]?B of 8\d(\.\d)? MB/);
    expect(stdout).toMatch(/IMAGE.*HOST.*SENT.*STATE[^]*app:1 {2}web1 {2}8\d(\.\d)? MB {2}pushed/);
  });
});

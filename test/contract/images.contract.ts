import { describe, expect, it } from 'vitest';
import { bytesOf, rangesWithout, readArchive, tarEnd } from '../../src/lib/engine/push-image/archive.js';
import { collect } from './collect.js';
import type { ContractSubject } from './docker-host.contract.js';

/** What everyone who uses a DockerHost's images may rely on. `run` is unique to this run. */
export function imagesContract(subject: () => ContractSubject, run: string): void {
  describe('images', () => {
    it('are told apart by their reference', async () => {
      const image = await subject().host.inspectImage(subject().image);
      expect(image?.id).toMatch(/^sha256:/);
      expect(image?.os).toBe('linux');
      expect(image?.repoDigests).toEqual([]);
    });

    it('are listed, and have as many names as they are given', async () => {
      const image = await subject().host.inspectImage(subject().image);
      const second = `longshore-contract-${run}/again:1`;
      await subject().host.tagImage(subject().image, second);
      expect((await subject().host.inspectImage(second))?.id).toBe(image?.id);
      const listed = (await subject().host.listImages()).find(({ id }) => id === image?.id);
      expect(listed?.repoTags).toEqual(expect.arrayContaining([second]));
      expect(listed).toMatchObject({ repoDigests: [], size: image?.size });
      const none = subject().host.tagImage('longshore-contract/none:1', second);
      await expect(none).rejects.toMatchObject({ kind: 'engine', status: 404 });
    });

    it('lose a name, and go with the last one, unless a container uses them', async () => {
      const { host, image: reference } = subject();
      const name = `longshore-contract-${run}/gone:1`;
      await host.tagImage(reference, name);
      await host.removeImage(name);
      expect(await host.inspectImage(name)).toBeUndefined();
      expect(await host.inspectImage(reference)).toBeDefined();
      await host.removeImage(name);
      const id = await host.createContainer(`longshore-contract-${run}-image`, {
        Image: reference,
        Cmd: ['true'],
      });
      try {
        const { id: imageId = '' } = (await host.inspectImage(reference)) ?? {};
        await expect(host.removeImage(imageId)).rejects.toMatchObject({ kind: 'engine', status: 409 });
      } finally {
        await host.removeContainer(id, { force: true });
      }
    });

    it('go out and come back in an archive, the same', async () => {
      const image = await subject().host.inspectImage(subject().image);
      const chunks = await collect(subject().host.saveImage(subject().image));
      const sent: number[] = [];
      await subject().host.loadImage(
        async function* () {
          yield* chunks;
        },
        { onProgress: (bytes) => sent.push(bytes) },
      );
      expect(sent.at(-1)).toBe(chunks.reduce((sum, { length }) => sum + length, 0));
      expect(await subject().host.inspectImage(subject().image)).toMatchObject({
        id: image?.id,
        layers: image?.layers,
      });
    });

    it('are taken without the layers that are there', async () => {
      const image = await subject().host.inspectImage(subject().image);
      const bytes = Buffer.concat(await collect(subject().host.saveImage(subject().image)));
      const readAt = async (offset: number, length: number) => bytes.subarray(offset, offset + length);
      const archive = await readArchive(bytes.length, readAt, subject().image);
      const ranges = rangesWithout(archive, image?.layers.length ?? 0) ?? [];
      expect(bytesOf(ranges)).toBeLessThan(bytes.length / 2);
      await subject().host.loadImage(async function* () {
        for (const range of ranges) yield bytes.subarray(...range);
        yield tarEnd;
      });
      expect((await subject().host.inspectImage(subject().image))?.id).toBe(image?.id);
    });

    it('are refused where the archive is none, and where it breaks off', async () => {
      const nonsense = subject().host.loadImage(async function* () {
        yield Buffer.from('no archive, whatever its length is '.repeat(100));
      });
      await expect(nonsense).rejects.toMatchObject({ kind: 'engine' });
      const broken = subject().host.loadImage(async function* () {
        yield Buffer.alloc(100);
        throw new Error('it broke off');
      });
      await expect(broken).rejects.toThrow('it broke off');
      const reason = new Error('enough');
      const enough = new AbortController();
      const aborted = subject().host.loadImage(
        async function* () {
          for (;;) {
            yield Buffer.alloc(1000);
            enough.abort(reason);
          }
        },
        { signal: enough.signal },
      );
      await expect(aborted).rejects.toBe(reason);
    });

    it('that are not there can not be saved', async () => {
      await expect(collect(subject().host.saveImage('longshore-contract/none:1'))).rejects.toMatchObject({
        kind: 'engine',
      });
    });

    it('that no registry has are refused in its words', async () => {
      const pulling = subject().host.pullImage('localhost:9/none:1', { timeout: 30 });
      await expect(pulling).rejects.toMatchObject({
        kind: 'engine',
        message: expect.stringContaining('localhost:9'),
      });
    });
  });
}

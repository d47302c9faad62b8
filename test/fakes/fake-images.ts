import type {
  ImageDetails,
  ImageSummary,
  LoadOptions,
  PullOptions,
} from '../../src/lib/hosts/docker-host.js';
import { archiveOf, readArchiveOf } from './fake-archive.js';
import { FakeEngine, withTag } from './fake-engine.js';

/** The images of the engine in memory. */
export class FakeImages extends FakeEngine {
  async inspectImage(reference: string): Promise<ImageDetails | undefined> {
    await this.enter('inspectImage', reference);
    return this.image(reference);
  }

  async pullImage(reference: string, options: PullOptions): Promise<void> {
    await this.enter('pullImage', reference);
    this.logins.push(options.auth);
    const image = this.registry.get(reference);
    if (!image) {
      throw this.refusal(
        404,
        `pull access denied for ${reference}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
      );
    }
    options.onProgress?.({ status: 'Downloading', current: 512, total: 1024 });
    options.onProgress?.({ status: 'Pull complete', current: 1024, total: 1024 });
    // One may have been put there by its short name.
    this.images.delete(reference);
    this.images.set(withTag(reference), image);
  }

  async listImages(): Promise<ImageSummary[]> {
    await this.enter('listImages');
    const byId = new Map([...this.images.values()].map((image) => [image.id, image]));
    return [...byId.values()].map(({ id, repoDigests, size }) => ({
      id,
      repoTags: this.tagsOf(id),
      repoDigests,
      size,
    }));
  }

  async removeImage(idOrReference: string): Promise<void> {
    await this.enter('removeImage', idOrReference);
    const image = this.image(idOrReference);
    if (!image) return;
    const names = [...this.images].filter(([, { id }]) => id === image.id).map(([name]) => name);
    const name = names.find((each) => each === idOrReference || each === withTag(idOrReference));
    const isLast = name === undefined || names.length === 1;
    const user = [...this.containers.values()].find((container) => container.image.id === image.id);
    if (user && isLast)
      throw this.refusal(
        409,
        `conflict: unable to remove repository reference "${idOrReference}" (must force) - container ${user.id} is using its referenced image ${image.id}`,
      );
    for (const each of name === undefined ? names : [name]) this.images.delete(each);
  }

  async tagImage(idOrReference: string, reference: string): Promise<void> {
    await this.enter('tagImage', idOrReference, reference);
    const image = this.image(idOrReference);
    if (!image) throw this.refusal(404, `No such image: ${idOrReference}`);
    this.images.set(withTag(reference), {
      ...image,
      repoTags: [...this.tagsOf(image.id), withTag(reference)],
    });
  }

  async *saveImage(reference: string): AsyncGenerator<Buffer> {
    await this.enter('saveImage', reference);
    const image = this.image(reference);
    if (!image) throw this.refusal(404, `No such image: ${reference}`);
    const archive = await archiveOf(image, reference);
    for (let at = 0; at < archive.length; at += 4096) yield archive.subarray(at, at + 4096);
  }

  async loadImage(
    archive: () => AsyncIterable<Buffer>,
    { signal, onProgress }: LoadOptions = {},
  ): Promise<void> {
    await this.enter('loadImage');
    const chunks: Buffer[] = [];
    for await (const chunk of archive()) {
      signal?.throwIfAborted();
      chunks.push(chunk);
      onProgress?.(chunks.reduce((sum, { length }) => sum + length, 0));
    }
    this.received.push(Buffer.concat(chunks));
    const read = await readArchiveOf(Buffer.concat(chunks)).catch((error: Error) => {
      throw this.refusal(500, error.message);
    });
    const known = [...this.images.values()].map(({ layers }) => layers);
    read.image.layers.forEach((layer, i) => {
      const isThere = known.some((layers) =>
        read.image.layers.slice(0, i + 1).every((own, j) => own === layers[j]),
      );
      if (!isThere && !read.layers.has(layer))
        throw this.refusal(500, `open ${layer}: no such file or directory`);
    });
    for (const tag of read.tags) this.images.set(tag, { ...read.image, repoTags: [tag], repoDigests: [] });
  }
}

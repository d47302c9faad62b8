import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { pack, extract } from 'tar-stream';
import type { ImageDetails } from '../../src/lib/hosts/docker-host.js';

/** Bytes of each layer in an archive. */
export const layerBytes = 10_000;

/** What a file, a folder or a link of an archive is made of. */
export interface ArchiveFile {
  name: string;
  content?: string | Buffer;
  linkTo?: string;
  type?: 'file' | 'directory' | 'symlink' | 'link';
}

export async function tarOf(files: readonly ArchiveFile[]): Promise<Buffer> {
  const packed = pack();
  for (const { name, content = '', linkTo, type = 'file' } of files)
    packed.entry({ name, type, ...(linkTo === undefined ? {} : { linkname: linkTo }) }, content);
  packed.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of packed) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The archive of an image as Docker 25 and newer write it: files are called by their digests, and stand in their order. */
export function archiveOf(image: ImageDetails, reference: string): Promise<Buffer> {
  const blob = (digest: string) => `blobs/sha256/${digest.replace('sha256:', '')}`;
  const manifest = [{ Config: blob(image.id), RepoTags: [reference], Layers: image.layers.map(blob) }];
  const layers = new Map(image.layers.map((digest) => [blob(digest), Buffer.alloc(layerBytes, digest)]));
  const files = [
    ...[...layers].map(([name, content]) => ({ name, content })),
    { name: blob(image.id), content: JSON.stringify(image) },
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
  return tarOf([
    { name: 'blobs/', type: 'directory' },
    ...files,
    { name: 'index.json', content: '{}' },
    { name: 'manifest.json', content: JSON.stringify(manifest) },
  ]);
}

/** The files of an archive by their names. Throws where it breaks off. */
export async function filesOf(archive: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const reader = extract();
  reader.on('entry', (header, content, next) => {
    const chunks: Buffer[] = [];
    content.on('data', (chunk: Buffer) => chunks.push(chunk));
    content.on('end', () => {
      files.set(header.name, Buffer.concat(chunks));
      next();
    });
  });
  reader.end(archive);
  await once(reader, 'finish');
  return files;
}

/** What the configuration of an image says, where it is not `archiveOf` that wrote it. */
interface OciConfig {
  os: string;
  architecture: string;
  rootfs?: { diff_ids: string[] };
}

interface Manifest {
  Config: string;
  RepoTags: string[];
  Layers: string[];
}

function fromConfig(
  { os, architecture, rootfs }: OciConfig,
  { Config, RepoTags, Layers }: Manifest,
  files: Map<string, Buffer>,
): { image: ImageDetails; tags: string[]; layers: Set<string> } {
  const sha256 = (content: Buffer = Buffer.alloc(0)) => createHash('sha256').update(content).digest('hex');
  const layers = rootfs?.diff_ids ?? [];
  if (!layers.every((digest, i) => digest === `sha256:${sha256(files.get(Layers[i] ?? ''))}`))
    throw new Error('invalid diffID for a layer');
  const id = `sha256:${sha256(files.get(Config))}`;
  const none = { repoTags: RepoTags, repoDigests: [], created: 0, size: 0, configHash: id };
  return { image: { ...none, id, os, architecture, layers }, tags: RepoTags, layers: new Set(layers) };
}

/** What `archiveOf` made an archive of, and the layers that are in it. */
export async function readArchiveOf(
  archive: Buffer,
): Promise<{ image: ImageDetails; tags: string[]; layers: Set<string> }> {
  const files = await filesOf(archive);
  const [manifest] = JSON.parse(files.get('manifest.json')?.toString() ?? '[]') as Manifest[];
  if (manifest === undefined) throw new Error('invalid archive: does not contain a manifest.json');
  const config = JSON.parse(files.get(manifest.Config)?.toString() ?? '') as ImageDetails & OciConfig;
  if (config.rootfs) return fromConfig(config, manifest, files);
  const image = config;
  const layers = image.layers.filter((digest) => files.has(`blobs/sha256/${digest.replace('sha256:', '')}`));
  return { image, tags: manifest.RepoTags, layers: new Set(layers) };
}

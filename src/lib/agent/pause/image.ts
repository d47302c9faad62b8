import { createHash } from 'node:crypto';
import { tarOf } from '../tar.js';
import { architectures, pauseProgram, type Architecture } from './program.js';

/** What the image is called on a host. Nobody pulls it: a registry's image of that name has another content. */
export const pauseReference = 'longshore/pause:1';

/** The path of the program in the image. */
export const pausePath = '/pause';

/** The image of the program that holds namespaces, as `docker load` takes it: the same bytes every time. */
export interface PauseImage {
  /** `sha256:…` of its only layer: what tells it from another image of its name. */
  layer: string;
  archive: Buffer;
}

/** undefined for an architecture that has no program. */
export async function pauseImage(engineArchitecture: string): Promise<PauseImage | undefined> {
  if (!Object.hasOwn(architectures, engineArchitecture)) return undefined;
  return imageOf(architectures[engineArchitecture as keyof typeof architectures]);
}

/** Layers of the image, of any architecture. */
export async function pauseLayers(): Promise<string[]> {
  return Promise.all(Object.values(architectures).map(async (each) => (await imageOf(each)).layer));
}

async function imageOf(architecture: Architecture): Promise<PauseImage> {
  const layer = await tarOf([[pausePath.slice(1), pauseProgram(architecture), 0o755]]);
  const digest = sha256(layer);
  const config = Buffer.from(
    JSON.stringify({
      architecture,
      os: 'linux',
      created: '1970-01-01T00:00:00Z',
      config: { Entrypoint: [pausePath], StopSignal: 'SIGKILL' },
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
      history: [{ created: '1970-01-01T00:00:00Z', created_by: 'longshore' }],
    }),
  );
  const configPath = `${sha256(config)}.json`;
  const layerPath = `${digest}/layer.tar`;
  const manifest = [{ Config: configPath, RepoTags: [pauseReference], Layers: [layerPath] }];
  const archive = await tarOf([
    [configPath, config, 0o644],
    [layerPath, layer, 0o644],
    ['manifest.json', Buffer.from(JSON.stringify(manifest)), 0o644],
  ]);
  return { layer: `sha256:${digest}`, archive };
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

import { EcsError } from '../../api/errors.js';
import { HostError } from '../../hosts/host-error.js';
import type { EngineContext } from '../context.js';
import { readArchive, type ImageArchive } from './archive.js';
import type { Source } from './source.js';
import { SpoolFull, type Spool } from './spool.js';
import { InvalidTar } from './tar-entries.js';

/** An image on this machine, from where it goes on to the hosts. `spool` has to be closed. */
export interface Fetched {
  archive: ImageArchive;
  spool: Spool;
}

/**
 * Takes an image's archive from its engine, once for all hosts: engines write them whole, whoever lacks how much.
 * Throws EcsError (ClientException: no room for it here); HostError; the signal's reason.
 */
export async function fetchImage(ctx: EngineContext, reference: string, source: Source): Promise<Fetched> {
  const { host, image, name } = source;
  const spool = await ctx.openSpool(image.size).catch((error: unknown) => {
    throw noRoom(error, reference);
  });
  const tell = (done: boolean) =>
    ctx.emit({
      type: 'transfer',
      host: name,
      image: reference,
      what: 'reading',
      current: spool.size,
      total: image.size,
      done,
    });
  try {
    for await (const chunk of host.saveImage(reference, { signal: ctx.signal })) {
      await spool.write(chunk);
      if (spool.size > mostBytes(image.size)) throw new InvalidTar('it does not end');
      tell(false);
    }
    const readAt = (offset: number, length: number) => spool.readAt(offset, length);
    const archive = await readArchive(spool.size, readAt, reference);
    return { archive, spool };
  } catch (error) {
    await spool.close();
    if (!(error instanceof InvalidTar)) throw noRoom(error, reference);
    const remedy = `look at the engine there, and whether docker save ${reference} works`;
    throw new HostError(
      host.name,
      'engine',
      `${host.name}: the archive of ${reference} can't be used: ${error.message}`,
      remedy,
      { cause: error },
    );
  } finally {
    tell(true);
  }
}

/** An archive has a header for each file, and may hold the image for several architectures. */
const mostBytes = (size: number): number => 4 * size + 2 ** 30;

function noRoom(error: unknown, reference: string): unknown {
  if (!(error instanceof SpoolFull)) return error;
  return new EcsError(
    'ClientException',
    `${error.folder} has no room for ${reference}, which goes through this machine.`,
    'Free some space there, or name another folder with XDG_CACHE_HOME',
    { cause: error },
  );
}

import type { Fields } from './answer-fields.js';
import type { PullOptions } from './docker-host.js';

/** An image has 127 layers at most. */
const mostLayers = 1000;
/** Characters. */
const longestId = 128;
const longestStatus = 200;

type Progress = Parameters<NonNullable<PullOptions['onProgress']>>[0];

/** Adds up what the layers of an image tell, in bytes downloaded; unpacking counts as done. */
export class PullProgress {
  readonly #layers = new Map<string, { current: number; total: number }>();

  /** The sum after this line (`id`, `status`, `progressDetail`) of the engine's. */
  add(line: Fields): Progress {
    const { id, progressDetail } = line;
    const status = typeof line['status'] === 'string' ? line['status'].slice(0, longestStatus) : '';
    if (typeof id === 'string' && id.length <= longestId) this.#addLayer(id, status, progressDetail);
    let [current, total] = [0, 0];
    for (const layer of this.#layers.values()) {
      current += layer.current;
      total += layer.total;
    }
    return { status, current, total };
  }

  #addLayer(id: string, status: string, detail: unknown): void {
    if (!this.#layers.has(id) && this.#layers.size >= mostLayers) return;
    const layer = this.#layers.get(id) ?? { current: 0, total: 0 };
    if (status === 'Downloading') {
      layer.total = Math.max(layer.total, amountIn(detail, 'total'));
      layer.current = Math.max(layer.current, amountIn(detail, 'current'));
      // Registries need not tell a layer's size.
      layer.total = Math.max(layer.total, layer.current);
    } else if (/^(Download complete|Verifying Checksum|Extracting|Pull complete)$/.test(status)) {
      layer.current = layer.total;
    }
    this.#layers.set(id, layer);
  }
}

function amountIn(detail: unknown, name: string): number {
  const amount = (detail as Fields | null | undefined)?.[name];
  return typeof amount === 'number' && Number.isFinite(amount) ? amount : 0;
}

/**
 * Repository and tag (or digest) of a reference as the engine's API wants them. Without either, `latest`: the engine
 * would pull every tag.
 */
export function splitReference(reference: string): { fromImage: string; tag: string } {
  const at = reference.indexOf('@');
  if (at >= 0) return { fromImage: reference.slice(0, at), tag: reference.slice(at + 1) };
  const colon = reference.lastIndexOf(':');
  // A colon before the last slash belongs to a registry's port.
  if (colon > reference.lastIndexOf('/'))
    return { fromImage: reference.slice(0, colon), tag: reference.slice(colon + 1) };
  return { fromImage: reference, tag: 'latest' };
}

import type { PullOptions } from './docker-host.js';

/** One line of the engine's answer to a pull. */
export interface PullLine {
  id?: string;
  status?: string;
  error?: string;
  progressDetail?: { current?: number; total?: number };
}

type Progress = Parameters<NonNullable<PullOptions['onProgress']>>[0];

/** Adds up what the layers of an image tell, in bytes downloaded; unpacking counts as done. */
export class PullProgress {
  readonly #layers = new Map<string, { current: number; total: number }>();

  /** The sum after this line. */
  add(line: PullLine): Progress {
    const { id, status = '' } = line;
    if (id !== undefined) this.#addLayer(id, status, line.progressDetail ?? {});
    let [current, total] = [0, 0];
    for (const layer of this.#layers.values()) {
      current += layer.current;
      total += layer.total;
    }
    return { status, current, total };
  }

  #addLayer(id: string, status: string, detail: { current?: number; total?: number }): void {
    const layer = this.#layers.get(id) ?? { current: 0, total: 0 };
    if (status === 'Downloading') {
      layer.total = Math.max(layer.total, detail.total ?? 0);
      layer.current = Math.max(layer.current, detail.current ?? 0);
      // Registries need not tell a layer's size.
      layer.total = Math.max(layer.total, layer.current);
    } else if (/^(Download complete|Verifying Checksum|Extracting|Pull complete)$/.test(status)) {
      layer.current = layer.total;
    }
    this.#layers.set(id, layer);
  }
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

import { DocumentError } from './document-error.js';
import { parseJson } from './json-document.js';
import { parseYaml } from './yaml-document.js';

/** Most bytes of a document; ECS's largest is 64 KiB. */
export const documentLimit = 1024 * 1024;

/** For callers to ask before they read a file. Throws DocumentError. */
export function checkDocumentSize(bytes: number, source: string): void {
  if (bytes <= documentLimit) return;
  const size =
    bytes < 10 * 1024 ** 2 ? `${Math.ceil(bytes / 1024)} KiB` : `${Math.round(bytes / 1024 ** 2)} MiB`;
  throw new DocumentError(source, `is ${size}; at most ${documentLimit / 1024} KiB are read`);
}

/**
 * Reads a document: JSON with comments and trailing commas, or YAML (told by how it begins, or by the name's ending).
 * Throws DocumentError with line and column for what doesn't parse, for a key that is given twice, for text that isn't
 * UTF-8 and for more than `documentLimit`; the message never repeats the document's text.
 */
export async function parseDocument(content: string | Uint8Array, source: string): Promise<unknown> {
  const text = decodeText(content, source);
  if (text.trim() === '') throw new DocumentError(source, 'is empty');
  const isYaml = /\.ya?ml$/i.test(source) || !/^\s*(\{|\[|\/[/*])/.test(text);
  try {
    return await (isYaml ? parseYaml(text, source) : parseJson(text, source));
  } catch (error) {
    if (error instanceof RangeError) throw new DocumentError(source, 'is nested too deeply');
    throw error;
  }
}

/** The text of a document, which has to be UTF-8. Throws DocumentError. */
export function decodeText(content: string | Uint8Array, source: string): string {
  checkDocumentSize(typeof content === 'string' ? Buffer.byteLength(content) : content.length, source);
  const bytes = typeof content === 'string' ? undefined : content;
  if (bytes && looksLikeUtf16(bytes)) throw new DocumentError(source, 'is UTF-16 text; save it as UTF-8');
  try {
    const text =
      typeof content === 'string' ? content : new TextDecoder('utf-8', { fatal: true }).decode(content);
    return text.replace(/^\uFEFF/, '');
  } catch {
    throw new DocumentError(source, 'is not UTF-8 text');
  }
}

/** A byte order mark, or a NUL among the first two bytes, which neither JSON nor YAML has. */
function looksLikeUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if (bytes.length < 2) return false;
  return (
    (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || first === 0 || second === 0
  );
}

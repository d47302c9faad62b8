import { emitKeypressEvents, type Key } from 'node:readline';
import type { Readable } from 'node:stream';

/**
 * Calls `onKey` for each key: a character as itself, others by their names (`up`, `return`, `escape`), with Ctrl as
 * `C-c`. A sequence that comes in several pieces is one key; Esc alone is known to be alone after half a second.
 * Returns what ends it.
 */
export function listenForKeys(stdin: Readable, onKey: (key: string) => void): () => void {
  emitKeypressEvents(stdin);
  const hear = (text: string | undefined, key: Key) => {
    const name = keyName(text, key);
    if (name !== undefined) onKey(name);
  };
  stdin.on('keypress', hear);
  return () => void stdin.off('keypress', hear);
}

/** undefined for what is no key that somebody would mean. */
function keyName(text: string | undefined, { name, ctrl, meta }: Key): string | undefined {
  if (name === 'escape') return 'escape';
  if (meta) return undefined;
  if (name === 'return' || name === 'enter') return 'return';
  // Ctrl-H is what some terminals send for it.
  if (name === 'backspace') return 'backspace';
  if (ctrl) return name === undefined ? undefined : `C-${name}`;
  // eslint-disable-next-line no-control-regex -- what is no character
  return text !== undefined && /^[^\x00-\x1f\x7f]$/u.test(text) ? text : name;
}

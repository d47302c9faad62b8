import type { NetworkBinding } from '../api/types.js';
import { singlePorts } from './bindings.js';

/**
 * The host ports that made a start fail, as `tcp/80`; undefined where it failed for another reason. The engine's words
 * are the only sign: `Bind for 0.0.0.0:80 failed: port is already allocated` (another container has it) and
 * `listen tcp4 0.0.0.0:80: bind: address already in use` (a process has it), each in several wordings.
 */
export function takenPorts(words: string, bindings: readonly NetworkBinding[]): string[] | undefined {
  if (!/port is already allocated|address already in use/i.test(words)) return undefined;
  const numbers = new Set([...words.matchAll(/:(\d{1,5})\b/g)].map(([, port]) => Number(port)));
  const ports = singlePorts(bindings);
  const named = ports.filter(({ hostPort }) => numbers.has(hostPort ?? 0));
  return (named.length > 0 ? named : ports).map(
    ({ protocol, hostPort }) => `${protocol ?? 'tcp'}/${hostPort}`,
  );
}

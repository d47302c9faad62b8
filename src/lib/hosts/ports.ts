/** Where Linux shows its sockets; which protocol a line is of follows from the headline before it. */
export const socketTables = ['/proc/net/tcp', '/proc/net/tcp6', '/proc/net/udp', '/proc/net/udp6'] as const;

const listening = '0A';
/** UDP has no listeners; a socket without a peer takes datagrams. */
const unconnected = '07';

/**
 * Ports with a listener, from the text of the tables one after the other (proc_net(5)). TCP's headline ends in `inode`,
 * UDP's in `drops`.
 */
export function parseSocketTables(text: string): { tcp: number[]; udp: number[] } {
  const found = { tcp: new Set<number>(), udp: new Set<number>() };
  let protocol: 'tcp' | 'udp' = 'tcp';
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    if (words[0] === 'sl') {
      protocol = words.includes('drops') ? 'udp' : 'tcp';
      continue;
    }
    const [, local = '', , state] = words;
    const port = Number.parseInt(local.split(':')[1] ?? '', 16);
    if (!(port >= 1 && port <= 65_535)) continue;
    if (state === (protocol === 'tcp' ? listening : unconnected)) found[protocol].add(port);
  }
  return { tcp: ascending(found.tcp), udp: ascending(found.udp) };
}

function ascending(ports: Set<number>): number[] {
  return [...ports].sort((a, b) => a - b);
}

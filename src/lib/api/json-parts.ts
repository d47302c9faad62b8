/**
 * Parts of an answer in JSON: its objects and lists, and what stands in them. Each takes some ten times its bytes in memory
 * and microseconds to take apart, so that one of some megabytes could otherwise end a process. Ten times what a full host
 * shows.
 */
export const mostParts = 2_000_000;

/** How many parts JSON has, at most one less than there are; what stands in texts is none. What is no JSON has any number. Pure. */
export function jsonParts(bytes: Uint8Array): number {
  let parts = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) at = endOfText(bytes, at);
    else if (byte === comma || byte === brace || byte === bracket) parts++;
  }
  return parts;
}

const [quote, comma, brace, bracket, backslash] = [0x22, 0x2c, 0x7b, 0x5b, 0x5c];

function endOfText(bytes: Uint8Array, begin: number): number {
  let at = begin + 1;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}

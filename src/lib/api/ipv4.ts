/** A block of IPv4 addresses as numbers: the first, and how many. */
export interface Block {
  first: number;
  size: number;
}

/** The number of `10.0.0.1`; undefined for anything else. */
export function addressNumber(text: string): number | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const parts = text.split('.').map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  return parts.reduce((number, part) => number * 256 + part, 0);
}

export function addressText(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}

/** The addresses of `10.0.0.0/24`; undefined where it is no block, or no block begins there. */
export function blockOf(cidr: string): Block | undefined {
  const [, address = '', bits = ''] = /^([\d.]+)\/(\d{1,2})$/.exec(cidr) ?? [];
  const first = addressNumber(address);
  if (first === undefined || Number(bits) > 32) return undefined;
  const size = 2 ** (32 - Number(bits));
  return first % size === 0 ? { first, size } : undefined;
}

export const isWithin = (inner: Block, outer: Block): boolean =>
  inner.first >= outer.first && inner.first + inner.size <= outer.first + outer.size;

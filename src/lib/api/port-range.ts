/** `8000-8010` as its first and last port; undefined for anything else: a range has two ports at least (ECS: PortMapping). */
export function parsePortRange(text: string): readonly [first: number, last: number] | undefined {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  const range = [Number(first), Number(last)] as const;
  return range[0] >= 1 && range[0] < range[1] && range[1] <= 65_535 ? range : undefined;
}

/** How many ports a range has; undefined where it is none. */
export function portRangeLength(text: string): number | undefined {
  const range = parsePortRange(text);
  return range && range[1] - range[0] + 1;
}

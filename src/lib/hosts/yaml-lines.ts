/** The line, counted from 1, where a member stands; undefined where that can't be told. */
export type FindLine = (path: readonly string[]) => number | undefined;

/** Looks members of a YAML (or JSON) text up by their path below `root`. Text that doesn't parse has no lines. */
export async function lineFinder(content: string | Uint8Array, root: readonly string[]): Promise<FindLine> {
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
  const { LineCounter, parseDocument } = await import('yaml');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, logLevel: 'silent', uniqueKeys: false });
  return (path) => {
    const whole = [...root, ...path].map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    const node = document.errors.length > 0 ? undefined : document.getIn(whole, true);
    const range = (node as { range?: [number, number, number] } | undefined)?.range;
    return range && lineCounter.linePos(range[0]).line;
  };
}

/**
 * A Java regular expression that has to match a whole value, as a JavaScript one. What both write alike is left as it
 * is; leading flags `(?ims)`, `\Q…\E`, `\A`, `\z`, `\Z` and needless escapes are translated. What JavaScript lacks
 * (possessive quantifiers, atomic groups, class intersections) throws an Error that says what is wrong.
 */
export function javaPattern(source: string): RegExp {
  const flags = /^\(\?([ims]+)\)/.exec(source);
  const body = translate(source.slice(flags?.[0].length ?? 0));
  const compile = (pattern: string) => new RegExp(pattern, `u${[...new Set(flags?.[1])].join('')}`);
  try {
    // Compiled alone first: `a)(b` would turn valid between the parentheses of the whole match.
    compile(body);
    return compile(`(?<![^])(?:${body})(?![^])`);
  } catch (error) {
    const problem = (error as Error).message.split(': ').at(-1) ?? '';
    throw new Error(`${source} is not a regular expression that can be used here: ${problem}`, {
      cause: error,
    });
  }
}

const anchors: Record<string, string> = { A: '(?<![^])', z: '(?![^])', Z: '(?=\\n?(?![^]))' };

function translate(source: string): string {
  return source.replace(
    /\\Q(.*?)(?:\\E|$)|\\(.)/gsu,
    (escape, literal: string | undefined, escaped: string) => {
      if (literal !== undefined) return literal.replace(/[^A-Za-z0-9]/gu, quote);
      return anchors[escaped] ?? (/[A-Za-z0-9]/.test(escaped) ? escape : quote(escaped));
    },
  );
}

/** Java lets any sign be escaped; JavaScript only those that mean something, and the hyphen only inside a class. */
function quote(sign: string): string {
  if (sign === '-') return '\\x2d';
  return /[\\^$.*+?()[\]{}|/]/.test(sign) ? `\\${sign}` : sign;
}

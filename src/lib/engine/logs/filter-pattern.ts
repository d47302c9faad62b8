import { EcsError } from '../../api/errors.js';

/**
 * The part of CloudWatch Logs' filter patterns that is about terms (user guide, "Filter pattern syntax"): terms that must
 * all be there, "phrases" in quotes, ?terms of which one must be there, -terms that must not; upper and lower case differ.
 * Gives what tells whether a line matches. Throws InvalidParameterException for patterns of other kinds.
 */
export function compileFilter(pattern: string): (text: string) => boolean {
  const terms = parse(pattern.trim());
  const of = (kind: Term['kind']) => terms.filter((term) => term.kind === kind).map(({ text }) => text);
  const [all, any, none] = [of('all'), of('any'), of('none')];
  return (text) =>
    all.every((term) => text.includes(term)) &&
    (any.length === 0 || any.some((term) => text.includes(term))) &&
    !none.some((term) => text.includes(term));
}

interface Term {
  kind: 'all' | 'any' | 'none';
  text: string;
}

function parse(pattern: string): Term[] {
  const other = otherKind(pattern);
  if (other !== undefined) {
    throw new EcsError(
      'InvalidParameterException',
      `The filter pattern ${other}; only terms, "phrases", ?alternatives and -exclusions are understood.`,
      `Put it in double quotes to look for it as it is, or pass the lines on: longshore logs … | jq`,
    );
  }
  const terms: Term[] = [];
  for (const [, sign = '', quoted, plain, stray] of pattern.matchAll(term)) {
    if (stray !== undefined)
      throw new EcsError('InvalidParameterException', 'The filter pattern has a " without its end.');
    const text = quoted?.replace(/\\(["\\])/g, '$1') ?? plain ?? '';
    if (text !== '') terms.push({ kind: kinds[sign as keyof typeof kinds], text });
  }
  return terms;
}

const kinds = { '': 'all', '?': 'any', '-': 'none' } as const;
const term = /([?-]?)(?:"((?:[^"\\]|\\[^])*)"|([^\s"]+)|("))/g;

function otherKind(pattern: string): string | undefined {
  if (pattern.startsWith('{')) return 'looks into JSON ({ $.member = … })';
  if (pattern.startsWith('[')) return 'looks into columns ([a, b, …])';
  if (/(^|\s)[?-]?%.+%(\s|$)/.test(pattern)) return 'has a regular expression (%…%)';
  return undefined;
}

import { InvalidExpression } from './invalid-expression.js';

/** `text` of a quoted token is what stands between its quotes. `position` counts characters from 1. */
export interface Token {
  kind: 'symbol' | 'word' | 'quoted' | 'end';
  text: string;
  position: number;
}

const symbol = /==|!=|>=|<=|=~|!~|&&|\|\||[!<>()[\],]/y;
const word = /[^\s()[\],'"=!<>&|]+/y;
const hints: Record<string, string> = { '=': '==', '&': '&&', '|': '||' };

/** Tokens on demand: the parser says where a pattern may stand, since `(t2|t3).*` is one there and three elsewhere. */
export class Lexer {
  private offset = 0;
  private upcoming: Token | undefined;

  constructor(private readonly source: string) {}

  peek(): Token {
    return (this.upcoming ??= this.read());
  }

  next(): Token {
    const token = this.peek();
    this.upcoming = undefined;
    return token;
  }

  /** A quoted text, or all up to the next space, closing parenthesis, `&&` or `||` outside of the pattern's own brackets. */
  nextPattern(): Token {
    this.skipSpace();
    const start = this.offset;
    const first = this.source[start];
    if (first === undefined || first === "'" || first === '"') return this.next();
    this.offset = patternEnd(this.source, start);
    if (this.offset === start) return this.next();
    return { kind: 'word', text: this.source.slice(start, this.offset), position: start + 1 };
  }

  private read(): Token {
    this.skipSpace();
    const start = this.offset;
    const position = start + 1;
    const character = this.source[start];
    if (character === undefined) return { kind: 'end', text: '', position };
    if (character === "'" || character === '"')
      return { kind: 'quoted', text: this.quoted(character), position };
    for (const [kind, pattern] of [['symbol', symbol] as const, ['word', word] as const]) {
      pattern.lastIndex = start;
      const text = pattern.exec(this.source)?.[0];
      if (text === undefined) continue;
      this.offset += text.length;
      return { kind, text, position };
    }
    const hint = hints[character];
    throw new InvalidExpression(`unexpected ${character}${hint ? `, did you mean ${hint}` : ''}`, position);
  }

  /** A backslash stands for itself, as patterns need it, except before the quote. */
  private quoted(quote: string): string {
    const start = this.offset;
    let text = '';
    for (let at = start + 1; at < this.source.length; at++) {
      const character = this.source.charAt(at);
      if (character === quote) {
        this.offset = at + 1;
        return text;
      }
      if (character === '\\' && this.source[at + 1] === quote) at++;
      text += this.source.charAt(at);
    }
    throw new InvalidExpression(`the quote ${quote} is never closed`, start + 1);
  }

  private skipSpace(): void {
    while (/\s/.test(this.source.charAt(this.offset))) this.offset++;
  }
}

function patternEnd(source: string, start: number): number {
  let parentheses = 0;
  let inClass = false;
  let at = start;
  for (; at < source.length; at++) {
    const character = source.charAt(at);
    if (character === '\\') at++;
    else if (/\s/.test(character)) break;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') parentheses++;
    else if (character === ')' && --parentheses < 0) break;
    else if (parentheses === 0 && (source.startsWith('&&', at) || source.startsWith('||', at))) break;
  }
  return Math.min(at, source.length);
}

import { UsageError } from './usage-error.js';

/** What shorthand can say before a schema gives it types. */
export type ShorthandValue = string | ShorthandValue[] | { [key: string]: ShorthandValue };

/**
 * Reads the AWS CLI's shorthand: `k=v,k2=v2`, `k=a,b` (a list), `k=[a,b]`, `k={x=y}`, values quoted with ' or ",
 * `\,` for a comma, `k@=file://PATH` for what `load` makes of the value. Grammar: the AWS CLI user guide, "Using
 * shorthand syntax". Throws UsageError that shows the place, and what `load` throws.
 */
export function parseShorthand(
  text: string,
  load: (value: string) => string = (value) => value,
): Record<string, ShorthandValue> {
  const reader = new Reader(text, load);
  const result: Record<string, ShorthandValue> = {};
  do {
    reader.skipSpace();
    if (reader.atEnd() && Object.keys(result).length > 0) break; // a comma at the end
    const key = reader.key();
    if (Object.hasOwn(result, key)) reader.fail('a key that stands there twice');
    result[key] = valueOrList(reader);
    reader.skipSpace();
  } while (reader.accept(','));
  if (!reader.atEnd()) reader.fail('expected a comma');
  return result;
}

/** `a`, or `a,b,c` up to the comma before the next `key=`. */
function valueOrList(reader: Reader): ShorthandValue {
  const bracketed = listOrMap(reader);
  if (bracketed !== undefined) return bracketed;
  const values = [reader.word(',', '')];
  for (;;) {
    const before = reader.position;
    reader.skipSpace();
    if (!reader.accept(',')) break;
    reader.skipSpace();
    if (reader.peek() === ',') break; // nothing between two commas: the next is a key
    const next = reader.atEnd() ? undefined : reader.word(',=', '');
    if (next === undefined || reader.peek() === '=') {
      reader.position = before;
      break;
    }
    values.push(next);
  }
  return values.length === 1 ? (values[0] as string) : values;
}

function listOrMap(reader: Reader): ShorthandValue | undefined {
  const read = reader.accept('[') ? list : reader.accept('{') ? map : undefined;
  if (read === undefined) return undefined;
  reader.enter();
  const value = read(reader);
  reader.depth--;
  return value;
}

function list(reader: Reader): ShorthandValue[] {
  const values: ShorthandValue[] = [];
  reader.skipSpace();
  while (!reader.accept(']')) {
    values.push(listOrMap(reader) ?? reader.word(',]', ']'));
    reader.skipSpace();
    if (!reader.accept(',') && reader.peek() !== ']') reader.fail('expected , or ]');
    reader.skipSpace();
  }
  return values;
}

function map(reader: Reader): ShorthandValue {
  const result: Record<string, ShorthandValue> = {};
  reader.skipSpace();
  while (!reader.accept('}')) {
    const key = reader.key();
    result[key] = listOrMap(reader) ?? reader.word(',}', '}');
    reader.skipSpace();
    if (!reader.accept(',') && reader.peek() !== '}') reader.fail('expected , or }');
    reader.skipSpace();
  }
  return result;
}

/** Where the text ends that has this quote before it: a quote after a backslash is part of it, unless none follows. */
function quoteEnd(text: string, quote: string): number {
  let at = 0;
  while (at < text.length && text[at] !== quote) at += text[at] === '\\' ? 2 : 1;
  return at < text.length ? at : text.lastIndexOf(quote);
}

/** Brackets inside of each other: more than any input has. */
const DEEPEST = 100;

class Reader {
  position = 0;
  depth = 0;
  /** The key before has an `@`. */
  private loads = false;

  constructor(
    private readonly text: string,
    private readonly load: (value: string) => string,
  ) {}

  atEnd(): boolean {
    return this.position >= this.text.length;
  }

  peek(): string | undefined {
    return this.text[this.position];
  }

  accept(character: string): boolean {
    if (this.peek() !== character) return false;
    this.position++;
    return true;
  }

  enter(): void {
    if (++this.depth > DEEPEST) this.fail('too many brackets inside of each other');
  }

  skipSpace(): void {
    while (/\s/.test(this.peek() ?? '')) this.position++;
  }

  /** The key and the `=` or `@=` after it. */
  key(): string {
    const key = /^[A-Za-z0-9_./#:-]+/.exec(this.text.slice(this.position))?.[0];
    if (key === undefined) this.fail('expected a key');
    // By assignment it would change what the object inherits, and be lost.
    if (key === '__proto__') this.fail('a key that nothing has');
    this.position += key.length;
    this.skipSpace();
    this.loads = this.accept('@');
    if (!this.accept('=')) this.fail('expected =');
    this.skipSpace();
    return key;
  }

  /** A quoted text, or everything up to one of `ends`. `closing` says which bracket must come. */
  word(ends: string, closing: string): string {
    const word = this.plainWord(ends, closing);
    return this.loads ? this.load(word) : word;
  }

  private plainWord(ends: string, closing: string): string {
    const quote = this.peek();
    if (quote === '"' || quote === "'") return this.quoted(quote);
    let word = '';
    for (let next = this.peek(); next !== undefined && !ends.includes(next); next = this.peek()) {
      if (next === '\\' && this.text[this.position + 1] === ',') this.position++;
      word += this.text[this.position++];
    }
    if (closing !== '' && this.atEnd()) this.fail(`expected ${closing}`);
    return word.trimEnd();
  }

  /** A backslash before the quote or before another is none; where the text ends so, it is one all the same. */
  private quoted(quote: string): string {
    const rest = this.text.slice(this.position + 1);
    const end = quoteEnd(rest, quote);
    if (end < 0) this.fail(`the ${quote} has no end`);
    const inner = rest.slice(0, end);
    this.position += inner.length + 2;
    return inner.replaceAll(`\\${quote}`, quote).replaceAll('\\\\', '\\');
  }

  /** The argument itself may hold secrets, and is not repeated. */
  fail(what: string): never {
    throw new UsageError(`${what} at character ${this.position + 1}`);
  }
}

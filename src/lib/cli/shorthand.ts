import { UsageError } from './usage-error.js';

/** What shorthand can say before a schema gives it types. */
export type ShorthandValue = string | ShorthandValue[] | { [key: string]: ShorthandValue };

/**
 * Reads the AWS CLI's shorthand: `k=v,k2=v2`, `k=a,b` (a list), `k=[a,b]`, `k={x=y}`, values quoted with ' or ",
 * `\,` for a comma. Grammar: the AWS CLI user guide, "Using shorthand syntax".
 * Throws UsageError that shows the place.
 */
export function parseShorthand(text: string): Record<string, ShorthandValue> {
  const reader = new Reader(text);
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
  if (reader.accept('[')) return list(reader);
  if (reader.accept('{')) return map(reader);
  return undefined;
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

class Reader {
  position = 0;
  constructor(private readonly text: string) {}

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

  skipSpace(): void {
    while (/\s/.test(this.peek() ?? '')) this.position++;
  }

  /** The key and the `=` after it. */
  key(): string {
    const key = /^[A-Za-z0-9_./#-]+/.exec(this.text.slice(this.position))?.[0];
    if (key === undefined) this.fail('expected a key');
    // By assignment it would change what the object inherits, and be lost.
    if (key === '__proto__') this.fail('a key that nothing has');
    this.position += key.length;
    this.skipSpace();
    if (!this.accept('=')) this.fail('expected =');
    this.skipSpace();
    return key;
  }

  /** A quoted text, or everything up to one of `ends`. `closing` says which bracket must come. */
  word(ends: string, closing: string): string {
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

  private quoted(quote: string): string {
    let word = '';
    this.position++;
    for (let next = this.peek(); next !== quote; next = this.peek()) {
      if (next === undefined) this.fail(`the ${quote} has no end`);
      if (next === '\\' && [quote, '\\'].includes(this.text[this.position + 1] ?? '')) this.position++;
      word += this.text[this.position++];
    }
    this.position++;
    return word;
  }

  /** The argument itself may hold secrets, and is not repeated. */
  fail(what: string): never {
    throw new UsageError(`${what} at character ${this.position + 1}`);
  }
}

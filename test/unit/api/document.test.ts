import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DocumentError } from '../../../src/lib/api/document-error.js';
import { checkDocumentSize, parseDocument } from '../../../src/lib/api/document.js';

const parse = (content: string | Uint8Array, source = 'task.json') => parseDocument(content, source);
const problem = async (content: string | Uint8Array, source = 'task.json') => {
  const error: unknown = await parse(content, source).catch((thrown: unknown) => thrown);
  if (!(error instanceof DocumentError)) throw new Error('was read');
  return error.message;
};

const comment =
  '{ "networkMode": "bridge", // Change to "awsvpc" if using AWSVPC mode "cpu": 1, "tags": [ { "key": "a" } ] }';

describe('JSON', () => {
  it('may carry comments and trailing commas', async () => {
    expect(await parse('// a task\n{"a": 1, /* one */ "b": [1, 2,],}')).toEqual({ a: 1, b: [1, 2] });
    expect(await parse('\uFEFF{"a": "http://x//y"}')).toEqual({ a: 'http://x//y' });
  });

  it('reads a comment that ends with its line', async () => {
    expect(await parse(comment.replace('mode "cpu"', 'mode\n "cpu"'))).toEqual({
      networkMode: 'bridge',
      cpu: 1,
      tags: [{ key: 'a' }],
    });
  });

  it('says that a comment swallows the rest of a line', async () => {
    expect(await problem(comment)).toBe(
      'task.json, line 1, column 28: the comment that // begins runs to the end of the line and swallows the rest ' +
        'of the JSON; put a line break after the words of the comment, or write it as /* … */',
    );
  });

  it.each([
    ['{"a": 1,\n "b" 2}', 'line 2, column 6: a colon is missing here'],
    ['{"a": 1\n "b": 2}', 'line 2, column 2: a comma is missing here'],
    ['{"a": }', 'line 1, column 7: a value is missing here'],
    ["{'a': 1}", 'line 1, column 2: text must be in double quotes, not single ones'],
    ['{“a”: 1}', 'line 1, column 2: typographic quotes; use plain double quotes'],
    ['{"a": 1', 'line 1, column 8: a closing } is missing'],
    ['{"a": "b\n"}', 'line 1, column 7: the closing double quote is missing'],
    ['{"a": "\\q"}', 'line 1, column 7: this \\ escape does not exist in JSON; write \\\\ for a backslash'],
    ['{"a": 1, // see {b}\n "c": 1', 'line 2, column 8: a closing } is missing'],
    ['{"a": 1,\n "a": 2}', 'line 2, column 2: "a" is given twice; first in line 1'],
    ['{"x": {"a": 1, "a": 2}}', 'line 1, column 16: "a" is given twice; first in line 1'],
  ])('%j', async (text, message) => {
    expect(await problem(text)).toBe(`task.json, ${message}`);
  });

  it('takes __proto__ for a name like any other', async () => {
    expect(Object.keys((await parse('{"__proto__": {"a": 1}}')) as object)).toEqual(['__proto__']);
  });
});

describe('YAML', () => {
  it('is told by its beginning or by the name', async () => {
    expect(await parse('family: web\ncontainerDefinitions:\n  - name: app\n')).toEqual({
      family: 'web',
      containerDefinitions: [{ name: 'app' }],
    });
    expect(await parse('{a: 1}', 'task.yaml')).toEqual({ a: 1 });
  });

  it('may share parts', async () => {
    expect(await parse('x: &x {cpu: 1}\ny: {<<: *x, b: 2}', 'a.yml')).toEqual({
      x: { cpu: 1 },
      y: { cpu: 1, b: 2 },
    });
  });

  it.each([
    ['a: 1\na: 2', 'line 2, column 1: this name is given twice'],
    ['x:\n  - {a: 1, b: 2, a: 3}', 'line 2, column 18: this name is given twice'],
    ['{1: a, "1": b}', 'line 1, column 8: this name is given twice'],
    ['a:\n  <<: 7', 'has a merge key'],
    ['a:\n\t- b', 'line 2, column 1: tabs must not indent; use spaces'],
    ['a: *b', 'has YAML aliases that lead nowhere or too far'],
  ])('%j', async (text, message) => {
    expect(await problem(text, 'a.yaml')).toMatch(message);
  });

  it('has a bounded number of aliases, each of which is looked for', async () => {
    const aliases = (count: number) => `a: &a x\nb:\n${'- *a\n'.repeat(count)}`;
    expect(await problem(aliases(1001), 'a.yaml')).toBe('a.yaml: has more than 1000 YAML aliases');
    expect(await parse('a: &a x\nb: [*a, *a]', 'a.yaml')).toEqual({ a: 'x', b: ['x', 'x'] });
  });

  it('does not grow a bomb of aliases', async () => {
    const levels = Array.from(
      { length: 9 },
      (_, i) =>
        `l${i}: &l${i} [${Array(9)
          .fill(i ? `*l${i - 1}` : 'x')
          .join(',')}]`,
    );
    expect(await problem(levels.join('\n'), 'a.yaml')).toBe(
      'a.yaml: has YAML aliases that lead nowhere or too far',
    );
  });

  it('may have as many names as it has room for', async () => {
    const names = Array.from({ length: 30_000 }, (_, i) => `k${i}: 1\n`).join('');
    const began = performance.now();
    expect(Object.keys((await parse(names, 'a.yaml')) as object)).toHaveLength(30_000);
    // It took minutes.
    expect(performance.now() - began).toBeLessThan(8000);
  });

  it('is no single word', async () => {
    expect(await problem('hello')).toBe('task.json: holds no names and values, neither as JSON nor as YAML');
  });
});

describe('any document', () => {
  it.each([
    ['empty', '', 'is empty'],
    ['deep', '['.repeat(100_000), 'is nested too deeply'],
    ['UTF-16', Buffer.from('\uFEFF{"a": 1}', 'utf16le'), 'is UTF-16 text; save it as UTF-8'],
    ['UTF-16 without mark', Buffer.from('{"a": 1}', 'utf16le'), 'is UTF-16 text; save it as UTF-8'],
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'is not UTF-8 text'],
  ])('%s', async (_, content, message) => {
    expect(await problem(content)).toBe(`task.json: ${message}`);
  });

  it('is refused by its size before it is read', () => {
    expect(() => checkDocumentSize(100 * 1024 ** 2, 'big.json')).toThrow(
      'big.json: is 100 MiB; at most 1024 KiB are read',
    );
    expect(() => checkDocumentSize(1024 ** 2, 'fits.json')).not.toThrow();
  });

  it('gives a value or a DocumentError, whatever the text', async () => {
    const json = fc.json({ maxDepth: 4 });
    const broken = fc.tuple(json, fc.nat(), fc.string()).map(([text, at, junk]) => {
      const cut = at % (text.length + 1);
      return text.slice(0, cut) + junk + text.slice(cut + 1);
    });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          broken,
          fc.string(),
          fc.string().map((text) => `{${text}`),
        ),
        async (text) => {
          const result: unknown = await parse(text).catch((error: unknown) => error);
          expect(result instanceof Error && !(result instanceof DocumentError)).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads every JSON as JSON.parse does', async () => {
    const values = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        const text = JSON.stringify(value);
        expect(await parse(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 200 },
    );
  });
});

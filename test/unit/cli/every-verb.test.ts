import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { LongshoreCommand } from '../../../src/lib/cli/command.js';
import { run, type Ran, type RunOptions } from './kit.js';
import { Scenes, verbLines } from './verb-lines.js';

const folder = mkdtempSync(join(tmpdir(), 'longshore-verbs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const scenes = new Scenes(folder);
const commands = new URL('../../../src/commands/', import.meta.url);
const verbs = readdirSync(commands, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3).replace('/', ' '))
  .sort();

it('each verb has a line', () => expect(Object.keys(verbLines).sort()).toEqual(verbs));

describe.each(verbs)('%s', (verb) => {
  const { answers, code: expected = 0 } = verbLines[verb] ?? {};
  const isJson = answers !== 'text';

  it('answers in JSON and YAML alike', async () => {
    const json = await runVerb(verb, ['--output', 'json']);
    const yaml = await runVerb(verb, ['--output', 'yaml']);
    for (const ran of [json, yaml]) expectSound(ran, expected);
    if (isJson)
      expect(shapeOf(parse(yaml.out))).toEqual(shapeOf(json.out === '' ? null : JSON.parse(json.out)));
  });

  it.each(['text', 'table'])('answers in the form %s', async (format) => {
    const ran = await runVerb(verb, ['--output', format]);
    expectSound(ran, expected);
    expect(ran.out).not.toMatch(/undefined|\[object |\bNaN\b/);
  });

  it.runIf(isJson)('answers a query', async () => {
    const ran = await runVerb(verb, ['--query', 'keys(@)', '--output', 'json']);
    expectSound(ran, expected);
    expect(Array.isArray(JSON.parse(ran.out))).toBe(true);
  });

  it.each([80, 40])('shows people nothing wider than %d columns', async (width) => {
    const ran = await runVerb(verb, [], { people: true, width });
    expectSound(ran, expected);
    const tooWide = ran.out.split('\n').filter((line) => line.length > width && !isOneWord(line));
    if (isJson) expect(tooWide).toEqual([]);
  });

  it('says nothing beyond ASCII to a terminal without UTF-8', async () => {
    const ran = await runVerb(verb, [], { people: true, unicode: false });
    expectSound(ran, expected);
    // eslint-disable-next-line no-control-regex -- that is what ASCII is
    expect(ran.out + ran.err).toMatch(/^[\x00-\x7f]*$/);
  });
});

async function runVerb(verb: string, more: string[], options: RunOptions = {}): Promise<Ran> {
  const { default: command } = (await import(
    /* @vite-ignore */ new URL(`${verb.replace(' ', '/')}.ts`, commands).href
  )) as { default: new (argv: string[], config: never) => LongshoreCommand };
  const stage = await scenes.for(verb);
  const argv = [...(verbLines[verb]?.argv(stage) ?? []), ...more];
  return run(command, argv, {}, { ...options, openEngine: async () => stage.made.engine });
}

function expectSound({ code, err, closed: _ }: Ran, expected: number): void {
  expect({ code, err }).toEqual({ code: expected, err: expect.not.stringMatching(/unexpected|^\s+at /m) });
}

/** Perhaps after a label: it can't be broken. */
const isOneWord = (line: string): boolean => /^\s*(?:\S.*?\s{2,})?\S+$/.test(line);

/** Times differ from scene to scene. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shapeOf(member)]));
}

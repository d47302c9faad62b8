import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { verbLines } from './verb-lines.js';
import { useVerbs, verbs } from './verb-runs.js';

const runVerb = useVerbs();

it('each verb has a line', () => expect(Object.keys(verbLines).sort()).toEqual(verbs));

describe.each(verbs)('%s', (verb) => {
  const isJson = verbLines[verb]?.answers !== 'text';

  it('answers in JSON and YAML alike', async () => {
    const json = await runVerb(verb, ['--output', 'json']);
    const yaml = await runVerb(verb, ['--output', 'yaml']);
    if (isJson)
      expect(shapeOf(parse(yaml.out))).toEqual(shapeOf(json.out === '' ? null : JSON.parse(json.out)));
  });

  it.each(['text', 'table'])('answers in the form %s', async (format) => {
    const ran = await runVerb(verb, ['--output', format]);
    expect(ran.out).not.toMatch(/undefined|\[object |\bNaN\b/);
  });

  it.runIf(isJson)('answers a query', async () => {
    const ran = await runVerb(verb, ['--query', 'keys(@)', '--output', 'json']);
    expect(Array.isArray(JSON.parse(ran.out))).toBe(true);
  });
});

/** Times differ from scene to scene. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shapeOf(member)]));
}

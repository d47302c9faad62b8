import { describe, expect, it } from 'vitest';
import { verbLines } from './verb-lines.js';
import { useVerbs, verbs } from './verb-runs.js';

const runVerb = useVerbs();

describe.each(verbs)('%s', (verb) => {
  it.each([80, 40])('shows people nothing wider than %d columns', async (width) => {
    const ran = await runVerb(verb, [], { people: true, width });
    const tooWide = ran.out.split('\n').filter((line) => line.length > width && !isOneWord(line));
    if (verbLines[verb]?.answers !== 'text') expect(tooWide).toEqual([]);
  });

  it('says nothing beyond ASCII to a terminal without UTF-8', async () => {
    const ran = await runVerb(verb, [], { people: true, unicode: false });
    // eslint-disable-next-line no-control-regex -- that is what ASCII is
    expect(ran.out + ran.err).toMatch(/^[\x00-\x7f]*$/);
  });
});

/** Perhaps after a label: it can't be broken. */
const isOneWord = (line: string): boolean => /^\s*(?:\S.*?\s{2,})?\S+$/.test(line);

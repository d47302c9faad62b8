import { describe, expect, it } from 'vitest';
import { isDuringStart } from '../../../src/lib/agent/engine-start.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Epoch milliseconds; full seconds, as a file's time may be. */
const begun = 1_700_000_000_000;

describe('an end is the engine’s own stamp', () => {
  const ready = begun + 50 * SECOND;
  it.each([
    ['a moment before the process is known to have begun', -900, true],
    ['as it begins', 100, true],
    ['long before it is ready, where its machine is slow', 5 * SECOND, true],
    ['just before it is ready', 49 * SECOND, true],
    ['when it is ready', 50 * SECOND + 500, true],
    ['before it began', -2 * SECOND, false],
    ['after it was ready', 52 * SECOND, false],
  ])('%s', (_, after, expected) => {
    expect(isDuringStart(begun + after, { begun, ready })).toBe(expected);
  });
});

describe('where only one moment can be seen', () => {
  it.each([
    [begun - 500, true],
    [begun + 9 * SECOND, true],
    [begun + 12 * SECOND, false],
    [begun - 2 * SECOND, false],
  ])('ten seconds after its process began', (time, expected) => {
    expect(isDuringStart(time, { begun, ready: undefined })).toBe(expected);
  });

  it.each([
    [begun - 9 * SECOND, true],
    [begun - 12 * SECOND, false],
    [begun + 2 * SECOND, false],
  ])('ten seconds before it was ready', (time, expected) => {
    expect(isDuringStart(time, { begun: undefined, ready: begun })).toBe(expected);
  });

  it('nothing is known without either', () => {
    expect(isDuringStart(begun, { begun: undefined, ready: undefined })).toBe(false);
  });
});

describe('a file that is not this engine’s', () => {
  it('since it was written after this engine was ready, says nothing', () => {
    const start = { begun: begun + MINUTE, ready: begun };
    expect(isDuringStart(begun - 5 * SECOND, start)).toBe(true);
    expect(isDuringStart(begun + 30 * SECOND, start)).toBe(false);
  });

  it('since no start takes so long, says nothing', () => {
    const start = { begun: begun - 60 * MINUTE, ready: begun };
    expect(isDuringStart(begun - 5 * SECOND, start)).toBe(true);
    expect(isDuringStart(begun - 30 * MINUTE, start)).toBe(false);
  });
});

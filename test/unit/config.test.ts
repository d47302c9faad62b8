import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/lib/config.js';

describe('times in the environment', () => {
  it.each([
    ['12', 12_000],
    ['12s', 12_000],
    ['1.5m', 90_000],
    ['0', 0],
    ['', 60_000],
  ])('"%s" is seconds, or has its unit', (text, milliseconds) => {
    expect(readConfig({ LONGSHORE_HOST_GRACE: text }).hostGrace).toBe(milliseconds);
  });

  it.each([
    ['LONGSHORE_HOST_GRACE', 'soon', 'it takes seconds, 0 or more, or a time such as 90s or 2h'],
    ['LONGSHORE_HOST_GRACE', '-1', 'it takes seconds, 0 or more, or a time such as 90s or 2h'],
    ['LONGSHORE_CONNECT_TIMEOUT', '2d', 'it takes seconds, 0.1 to 86400, or a time such as 90s or 2h'],
    ['LONGSHORE_LOG_MAX_FILES', '1.5', 'it takes a whole number, 1 or more'],
    ['LONGSHORE_STOPPED_TASKS_KEPT', '9m', 'it takes a whole number, 0 or more'],
  ])('%s="%s" is refused', (name, text, remedy) => {
    expect(() => readConfig({ [name]: text })).toThrow(`${name} is "${text}"; ${remedy}`);
  });
});

import { expect, it } from 'vitest';
import { jsonParts } from '../../../src/lib/api/json-parts.js';

it.each([
  ['', 0],
  ['7', 0],
  ['{}', 1],
  ['[{},{"a":[]}]', 5],
  ['[1,2,3]', 3],
  ['["{},[,", "\\",[[", "\\\\", {}]', 5],
  ['["without an end,,,', 1],
  ['["\\', 1],
])('%s has %i', (text, parts) => expect(jsonParts(Buffer.from(text))).toBe(parts));

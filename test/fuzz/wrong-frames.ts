import { operationNames } from '../../src/lib/api/operations.js';
import { encodeFrame, type FrameKind } from '../../src/lib/protocol/frames.js';
import type { Random } from './random.js';
import { deep, textOf, valueBut } from './wrong-values.js';

/** What a session sends that begins, changes and ends nothing. */

function message(random: Random): object | string {
  const wrong = () => valueBut('', random);
  const operation = random.of<unknown>([
    ...operationNames,
    '__proto__',
    'constructor',
    { toString: 1 },
    null,
    7,
    textOf(random),
  ]);
  return random.of<() => object | string>([
    () => textOf(random),
    () => random.of(['null', '7', '[]', '{}', '"x"', deep(random)]),
    () => ({ type: wrong() }),
    () => ({ type: random.of(['abort', 'end', 'resize', 'answer', 'executing', 'toString']) }),
    () => ({ type: 'resize', size: wrong() }),
    () => ({ type: 'call', operation, input: random.of([wrong, () => [null], () => ({ no: wrong() })])() }),
    () => ({ type: 'call', operation, input: { $date: 1 } }),
    () => ({
      type: 'logs',
      request: random.of([wrong(), { cluster: [wrong()] }, { tail: 'x', follow: wrong() }]),
    }),
    () => ({ type: 'logs', request: { cluster: textOf(random), family: textOf(random) } }),
    () => ({
      type: 'execute',
      request: random.of([wrong(), { terminal: wrong() }, { task: wrong(), command: wrong() }]),
    }),
  ])();
}

export function frame(random: Random): Buffer {
  const kind = random.of<FrameKind>(['message', 'message', 'message', 'out', 'err']);
  const content = message(random);
  const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const whole = encodeFrame({ kind, id: random.of([0, 1, 1, 2, 2 ** 32 - 1]), content: bytes });
  const fate = random.next();
  if (fate < 0.05) whole.writeUInt32BE(random.of([2 ** 32 - 1, 2 ** 31, bytes.length + 5]), 0);
  else if (fate < 0.1) whole.writeUInt8(random.below(256), 4);
  return fate > 0.95 ? random.bytes(1 + random.below(100)) : whole;
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EcsError } from '../../../src/lib/api/errors.js';
import { renderError } from '../../../src/lib/cli/render-error.js';
import { HostError } from '../../../src/lib/hosts/host-error.js';
import { decodeError, encodeError, isKnown } from '../../../src/lib/protocol/errors.js';
import { decodeMessage, encodeMessage, type ServerMessage } from '../../../src/lib/protocol/messages.js';
import { StoreConflict, StoreError } from '../../../src/lib/store/store.js';

const sent = <M extends ServerMessage>(message: M) => decodeMessage<M>(encodeMessage(message));

describe('a message', () => {
  it('is the same on the other side, dates as dates', () => {
    const date = fc.date({ noInvalidDate: true });
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
        fc.boolean(),
        fc.constant(null),
        date,
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__'),
          tie('any'),
          { maxKeys: 4, noNullPrototype: true },
        ),
      ),
    })).any;
    fc.assert(
      fc.property(value, (inside) => {
        const message = { type: 'answer' as const, answer: { inside } };
        expect(sent(message)).toEqual(message);
      }),
    );
  });

  it('leaves a text alone that looks like a time', () => {
    const answer = {
      text: '2026-11-27T07:08:24.731Z',
      nested: [{ $date: 'yesterday' }, { $date: 1, more: 2 }],
    };
    expect(sent({ type: 'answer', answer })).toEqual({ type: 'answer', answer });
  });
});

describe('an error', () => {
  const errors: [string, Error][] = [
    ['EcsError', new EcsError('ClusterNotFoundException', 'Cluster not found.', 'make one')],
    ['EcsError without a remedy', new EcsError('ClientException', 'no')],
    ['HostError', new HostError('web1', 'unreachable', 'web1 unreachable', 'look at it')],
    ['HostError of an engine', new HostError('web1', 'engine', 'web1: no', 'look', { status: 409 })],
    ['StoreError', new StoreError('the disk is full', 'make room')],
    ['StoreConflict', new StoreConflict(['a/b'])],
  ];

  it.each(errors)('is told over a session as it is here: %s', (_name, error) => {
    const back = decodeError(JSON.parse(JSON.stringify(encodeError(error))) as never);
    const shown = { operation: 'RunTask', toPeople: false };
    expect(renderError(back, shown)).toEqual(renderError(error, shown));
    expect(isKnown(error)).toBe(true);
  });

  it('of a host keeps what the engine said', () => {
    const back = decodeError(encodeError(errors[3]?.[1]));
    expect(back).toBeInstanceOf(HostError);
    expect(back).toMatchObject({ host: 'web1', kind: 'engine', status: 409, isOutage: false });
  });

  it.each([new TypeError('secret of the inside'), new Error('secret'), 'secret', undefined])(
    'that is a fault of ours says no more than that: %s',
    (fault) => {
      expect(isKnown(fault)).toBe(false);
      const told = encodeError(fault);
      expect(told).toMatchObject({ name: 'EcsError', code: 'ServerException' });
      expect(JSON.stringify(told)).not.toContain('secret');
    },
  );
});

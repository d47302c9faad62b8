import { describe, expect, it } from 'vitest';
import { EcsError } from '../../../src/lib/api/errors.js';
import { operationNames } from '../../../src/lib/api/operations.js';
import { HostError } from '../../../src/lib/hosts/host-error.js';
import {
  answerBody,
  inputOf,
  operationOf,
  refusalBody,
  refusalOf,
  WireError,
} from '../../../src/lib/server/wire.js';

const PREFIX = 'AmazonEC2ContainerServiceV20141113.';

describe('a target', () => {
  it.each(operationNames)('names an operation: %s', (name) => expect(operationOf(PREFIX + name)).toBe(name));

  it.each([
    undefined,
    '',
    'ListClusters',
    PREFIX,
    `${PREFIX}listClusters`,
    `${PREFIX}ListClusters.`,
    `x${PREFIX}ListClusters`,
    `${PREFIX}toString`,
    `${PREFIX}__proto__`,
    `${PREFIX}constructor`,
    'AmazonEC2ContainerServiceV20141114.ListClusters',
  ])('that names none is refused: %s', (target) => {
    expect(() => operationOf(target)).toThrow(
      expect.objectContaining({ name: 'WireError', code: 'UnknownOperationException', status: 400 }),
    );
  });

  it('that only AWS has is refused by name', () => {
    expect(() => operationOf(`${PREFIX}CreateTaskSet`)).toThrow(
      expect.objectContaining({ name: 'EcsError', code: 'UnsupportedFeatureException' }),
    );
  });
});

describe('a body', () => {
  it.each([
    ['', {}],
    ['{}', {}],
    [' {"cluster": "a"}\n', { cluster: 'a' }],
    ['{"cluster":"ä€😀"}', { cluster: 'ä€😀' }],
  ])('is an input: %j', (text, input) => expect(inputOf(Buffer.from(text))).toEqual(input));

  it.each(['{', '{"a":}', 'cluster=a', '<xml/>', '\0', '{"a":1}{}'])(
    'that is no JSON is refused: %j',
    (text) => {
      expect(() => inputOf(Buffer.from(text))).toThrow(
        expect.objectContaining({ name: 'WireError', code: 'SerializationException', status: 400 }),
      );
    },
  );
});

it('times in an answer are epoch seconds, wherever they stand; nothing else changes', () => {
  const at = new Date('2026-11-27T07:08:24.731Z');
  const answer = { tasks: [{ createdAt: at, version: 1, tags: [], startedBy: null, group: undefined }], at };
  expect(JSON.parse(answerBody(answer))).toEqual({
    tasks: [{ createdAt: 1795763304.731, version: 1, tags: [], startedBy: null }],
    at: 1795763304.731,
  });
});

describe('a refusal', () => {
  it.each([
    [
      new EcsError('ClusterNotFoundException', 'Cluster not found.', 'make one'),
      400,
      'ClusterNotFoundException',
      'Cluster not found.',
    ],
    [new EcsError('ServerException', 'no'), 500, 'ServerException', 'no'],
    [new WireError('ThrottlingException', 'Rate exceeded'), 400, 'ThrottlingException', 'Rate exceeded'],
    [new WireError('X', 'too large', 413), 413, 'X', 'too large'],
    [
      new HostError('a', 'auth', 'a lets nobody in', 'see its log'),
      400,
      'ClientException',
      'a lets nobody in: see its log',
    ],
  ])('has its code, text and status: %s', (error, status, code, message) => {
    expect(refusalOf(error)).toMatchObject({ status, code, message });
    expect(JSON.parse(refusalBody(refusalOf(error)))).toEqual({ __type: code, message });
  });

  it.each([new TypeError('inside'), new Error('inside'), 'inside', undefined, null])(
    'of a fault of ours tells nothing of it: %s',
    (fault) => {
      const refusal = refusalOf(fault);
      expect(refusal).toMatchObject({ status: 500, code: 'ServerException' });
      expect(refusalBody(refusal)).not.toContain('inside');
    },
  );
});

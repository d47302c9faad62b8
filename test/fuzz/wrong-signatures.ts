import type { Random } from './random.js';
import { type Asked, request } from './requests.js';
import type { Target } from './target.js';

/** What no key has signed so, and what a key may not do. */
export function wronglySigned(random: Random, target: Target) {
  const { keys, signed: port } = target;
  const good = (more: Partial<Asked> = {}) =>
    request({ port, credentials: keys.admin, ...more }).toString('latin1');
  const text = random.of<() => string>([
    () => good().replace(/Signature=..../, 'Signature=0000'),
    () => good().replace('intruder', 'intrudes'),
    () => good().replace('POST / ', 'POST /?x=y '),
    () => good().replace('CreateCluster', 'DeleteCluster'),
    () => good().replace('/ecs/', '/iam/'),
    () => good().replace('/ecs/aws4_request', '/ecs/aws4_request/x'),
    () => good().replace(/authorization: [^\r]*\r\n/, ''),
    () => good().replace('authorization:', 'authorization: Basic eDp5\r\nauthorization:'),
    () =>
      good().replace(
        /SignedHeaders=[^,]*/,
        `SignedHeaders=${random.of(['host', 'constructor;host', '__proto__', '', ';;', 'host;x-amz-date;x-amz-target;__proto__;constructor'])}`,
      ),
    () =>
      good().replace(
        /Credential=[^/]*/,
        `Credential=${random.of(['', 'LSAKNOBODY', '__proto__', '../x', 'a'.repeat(200)])}`,
      ),
    () => good().replace(/x-amz-date: \d+/, 'x-amz-date: 20200101'),
    () =>
      good().replace(
        'AWS4-HMAC-SHA256',
        random.of(['AWS4-HMAC-SHA1', 'AWS4-ECDSA-P256-SHA256', 'aws4-hmac-sha256']),
      ),
    () => good({ at: Date.now() - random.of([301e3, 86_400e3]) }),
    // So far ahead that no delay of a busy machine makes it good.
    () => good({ at: Date.now() + random.of([900e3, 86_400e3]) }),
    () => good({ credentials: { accessKeyId: keys.admin.accessKeyId, secretAccessKey: 'wrong' } }),
    () => good({ credentials: keys.read }),
    () => good({ credentials: keys.run }),
    () =>
      good({
        credentials: keys.read,
        operation: random.of([
          'ExportState',
          'ListAccessKeys',
          'ImportState',
          'PutSecret',
          'ExecuteCommand',
          'RunTask',
        ]),
        body: '{}',
      }),
    () =>
      good({
        credentials: keys.run,
        operation: random.of(['ExportState', 'CreateAccessKey', 'Doctor', 'InstallController', 'PushImage']),
        body: '{}',
      }),
    () =>
      good({
        credentials: keys.run,
        operation: 'RegisterTaskDefinition',
        body: JSON.stringify({
          family: 'x',
          containerDefinitions: [
            {
              name: 'a',
              image: 'b',
              memory: 10,
              environmentFiles: [{ type: 's3', value: 'file:/etc/passwd' }],
            },
          ],
        }),
      }),
  ])();
  return { door: 'signed' as const, parts: [Buffer.from(text, 'latin1')] };
}

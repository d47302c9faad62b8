import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CHALLENGE_HEADER, PROTOCOL, SESSION_PATH } from '../../../src/lib/protocol/messages.js';
import { fuzz } from '../../fuzz/fuzz.js';
import { definition, hostOf, records } from '../../unit/engine/kit.js';
import { NONCE, ask, close, contents, line, open, opening, session, sockets, text } from './raw.js';

afterEach(close);

it('is not harmed by a thousand hostile requests', { timeout: 120_000 }, async () => {
  const { faults, answers } = await fuzz(1000, 6);
  expect(faults).toEqual([]);
  // They got as far as the operations and the sessions.
  expect(Object.keys(answers)).toEqual(
    expect.arrayContaining(['101', '400 InvalidParameterException', '400 SerializationException']),
  );
});

describe('who calls', () => {
  it('takes names of objects for no headers', async () => {
    const { signed, keys } = await open();
    const altered = text(signed, { credentials: keys.admin, headers: { connection: 'close' } }).replace(
      /SignedHeaders=[^,]*/,
      'SignedHeaders=host;x-amz-date;x-amz-target;constructor;__proto__',
    );
    const { socket, came } = line(signed);
    socket.write(altered);
    await expect.poll(came).toContain('InvalidSignatureException');
  });

  it('opens no session for the signature of an operation or of another path', async () => {
    const { signed, keys } = await open();
    const asPost = await ask(signed, {
      credentials: keys.read,
      headers: { connection: 'Upgrade', upgrade: PROTOCOL },
    });
    expect(asPost).toMatch(/^HTTP\/1\.1 426 /);
    const { socket, came } = line(signed);
    socket.write(opening(signed, keys.admin, NONCE, '/metrics'));
    await expect.poll(came).toMatch(/^HTTP\/1\.1 426 /);
  });

  it('opens a session once for a signature, and none without a nonce', async () => {
    const { signed, keys } = await open();
    const once = opening(signed, keys.admin, NONCE);
    const [first, second, third] = [line(signed), line(signed), line(signed)];
    first.socket.write(once);
    await expect.poll(first.came).toContain('101 Switching');
    second.socket.write(once);
    await expect.poll(second.came).toContain('InvalidSignatureException');
    third.socket.write(opening(signed, keys.admin, undefined));
    await expect.poll(third.came).toContain('IncompleteSignatureException');
  });

  it('opens no session for what was signed for another server', async () => {
    const { signed, unsigned, keys } = await open();
    const challengeOf = async (port: number) =>
      (await fetch(`http://127.0.0.1:${port}${SESSION_PATH}`)).headers.get(CHALLENGE_HEADER);
    const [own, others] = [await challengeOf(signed), await challengeOf(unsigned)];
    expect(own).not.toBe(others);
    const { socket, came } = line(signed);
    socket.write(opening(signed, keys.admin, `${others}.${NONCE}`));
    await expect.poll(came).toMatch(/^HTTP\/1\.1 401 .*InvalidSignatureException/s);
    expect(came()).toContain(`${CHALLENGE_HEADER}: ${own}`);
    await session(signed, keys.admin, `${own}.${NONCE}`);
  });

  it('logs where a request came from that it refuses', async () => {
    const { signed, log } = await open();
    const stranger = { accessKeyId: 'LSAKNOBODY', secretAccessKey: 'guessed' };
    expect(await ask(signed, { credentials: stranger })).toContain('UnrecognizedClientException');
    await expect.poll(() => log.join('')).toContain('UnrecognizedClientException');
    const line = log.find((text) => text.includes('UnrecognizedClientException')) ?? '';
    expect(JSON.parse(line)).toMatchObject({ remote: '127.0.0.1' });
  });

  it('logs, counts and names by an id what it refuses', async () => {
    const { signed, unsigned, keys, log } = await open();
    const once = opening(signed, keys.read, NONCE);
    line(signed).socket.write(once);
    await expect.poll(() => log.join('')).toContain('a session was opened');
    const { socket, came } = line(signed);
    socket.write(once);
    await expect.poll(came).toContain('InvalidSignatureException');
    const metrics = await fetch(`http://127.0.0.1:${signed}/metrics`);
    const ids = [/x-amzn-requestid: (\S+)/.exec(came())?.[1], metrics.headers.get('x-amzn-requestid')];
    const refusals = log
      .map((text) => JSON.parse(text) as Record<string, unknown>)
      .filter(({ msg }) => msg === 'refused');
    expect(refusals).toMatchObject([
      { operation: 'Session', code: 'InvalidSignatureException', request: ids[0], remote: '127.0.0.1' },
      { operation: 'Metrics', code: 'MissingAuthenticationTokenException', request: ids[1] },
    ]);
    // Each of the two servers counts its own.
    const own = await ask(signed, { credentials: keys.read });
    expect(own).toMatch(/^HTTP\/1\.1 200 /);
    expect(await (await fetch(`http://127.0.0.1:${unsigned}/metrics`)).text()).not.toContain('"Session"');
  });

  it('lets no page of a browser in without a key', async () => {
    const { unsigned } = await open();
    const asked = { operation: 'CreateCluster', input: { clusterName: 'pages' } };
    const pages: Record<string, string>[] = [{ origin: 'https://evil.example' }, { host: 'evil.example' }];
    for (const headers of pages)
      expect(await ask(unsigned, { ...asked, headers })).toMatch(/^HTTP\/1\.1 403 /);
    expect(await ask(unsigned, asked)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('ends a session whose key is deleted', async () => {
    const { signed, keys, made } = await open();
    const { socket, send, frames } = await session(signed, keys.admin);
    send(1, { type: 'call', operation: 'ListClusters', input: {} });
    await expect.poll(() => contents(frames()).join('')).toContain('clusterArns');
    await made.engine.call('DeleteAccessKey', { accessKeyId: keys.admin.accessKeyId });
    send(2, { type: 'call', operation: 'CreateCluster', input: { clusterName: 'late' } });
    await expect.poll(() => socket.closed).toBe(true);
    expect(await made.engine.call('DescribeClusters', { clusters: ['late'] })).toMatchObject({
      clusters: [],
    });
  });
});

describe('what callers cost', () => {
  it('lets half requests take nobody’s place', async () => {
    const { signed, keys } = await open({ limits: { requests: 2 } });
    for (let count = 0; count < 5; count++) {
      const { socket } = line(signed);
      socket.write(text(signed, { credentials: keys.read }).slice(0, -1));
    }
    expect(await ask(signed, { credentials: keys.read })).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('lets no key take the place of others', async () => {
    const { signed, keys, made } = await open({ limits: { requests: 8 } });
    await made.engine.call('RunTask', { taskDefinition: 'web' });
    const [task] = await records(made.store);
    const waiting = { operation: 'WaitTasks', input: { tasks: [task?.id ?? ''] } };
    for (let count = 0; count < 10; count++)
      line(signed).socket.write(text(signed, { ...waiting, credentials: keys.read }));
    await expect.poll(() => ask(signed, { credentials: keys.read })).toContain('ThrottlingException');
    expect(await ask(signed, { credentials: keys.run })).toMatch(/^HTTP\/1\.1 200 /);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => ask(signed, { credentials: keys.read })).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('waits no longer for what nobody waits for', async () => {
    const { signed, keys, made } = await open({ limits: { requests: 1 } });
    await made.engine.call('RunTask', { taskDefinition: 'web' });
    const [task] = await records(made.store);
    const { socket } = line(signed);
    socket.write(
      text(signed, { credentials: keys.read, operation: 'WaitTasks', input: { tasks: [task?.id ?? ''] } }),
    );
    await expect.poll(() => ask(signed, { credentials: keys.read })).toContain('ThrottlingException');
    socket.destroy();
    await expect.poll(() => ask(signed, { credentials: keys.read })).toMatch(/^HTTP\/1\.1 200 /);
    expect(hostOf(made, 'web1')).toBeDefined();
  });

  it('keeps no answers for whoever does not read', async () => {
    const { unsigned, made } = await open({ limits: { requestTime: 1, connections: 1 } });
    await made.engine.call('RegisterTaskDefinition', definition('large', { command: ['x'.repeat(50_000)] }));
    const { socket } = line(unsigned);
    socket.pause();
    await once(socket, 'connect');
    const one = text(unsigned, { operation: 'DescribeTaskDefinition', input: { taskDefinition: 'large' } });
    socket.write(one.repeat(400));
    const closed = vi.fn();
    socket.on('close', closed);
    // The only place is free again when the server has hung up.
    await expect.poll(() => ask(unsigned, {})).toMatch(/^HTTP\/1\.1 200 /);
    // Reading what the kernel still has comes to an end short of all answers.
    let size = 0;
    socket.on('data', (chunk: Buffer) => (size += chunk.length));
    socket.resume();
    await expect.poll(() => closed.mock.calls.length).toBe(1);
    expect(size).toBeLessThan(400 * 50_000);
  });

  it('keeps a place for who has a key, where strangers only connect', async () => {
    const { signed, keys } = await open({ limits: { connections: 4 } });
    const { socket, send, frames } = await session(signed, keys.admin);
    const strangers = Array.from({ length: 8 }, () => line(signed).socket);
    await Promise.all(strangers.map((each) => once(each, 'connect')));
    expect(await ask(signed, { credentials: keys.read })).toMatch(/^HTTP\/1\.1 200 /);
    await expect.poll(() => strangers.filter(({ closed }) => closed).length).toBeGreaterThanOrEqual(5);
    expect(socket.closed).toBe(false);
    send(1, { type: 'call', operation: 'ListClusters', input: {} });
    await expect.poll(() => contents(frames()).join('')).toContain('clusterArns');
  });

  it('hangs up on whoever was refused and stays', async () => {
    const { signed } = await open();
    const { socket, came } = line(signed);
    socket.allowHalfOpen = true;
    socket.write(
      `GET ${SESSION_PATH} HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: ${PROTOCOL}\r\n\r\n`,
    );
    await expect.poll(came).toContain('MissingAuthenticationTokenException');
    const isGone = () => {
      socket.write('x');
      return socket.destroyed;
    };
    await expect.poll(isGone).toBe(true);
  });
});

describe('what a session takes', () => {
  it('survives operations that are none, and names none of them in metrics', async () => {
    const { signed, unsigned, keys } = await open();
    const { send, frames } = await session(signed, keys.read);
    const names = [{ toString: 1 }, '__proto__', null, 7, 'Evil"}\n1', undefined];
    names.forEach((operation, at) => send(at + 1, { type: 'call', operation, input: {} }));
    send(50, { type: 'call', operation: 'ListClusters', input: {} });
    await expect.poll(() => frames().length).toBe(names.length + 1);
    expect(contents(frames()).filter((text) => text.includes('no such operation'))).toHaveLength(
      names.length,
    );
    const metrics = await (await fetch(`http://127.0.0.1:${unsigned}/metrics`)).text();
    expect(metrics).not.toMatch(/Evil|__proto__|object Object/);
  });

  it.each([
    ['logs', null],
    ['logs', { tasks: 'x' }],
    ['logs', { tail: '5' }],
    ['logs', { follow: true, signal: {} }],
    ['execute', []],
    ['execute', { command: 'sh', interactive: true, task: 'x', terminal: { rows: 'many' } }],
  ])('refuses %s of %j as input, not as a fault', async (type, request) => {
    const { signed, keys, log } = await open();
    const { send, frames } = await session(signed, keys.admin);
    send(1, { type, request });
    await expect.poll(() => contents(frames()).join('')).toContain('InvalidParameterException');
    expect(log.join('')).not.toContain('"level":"error"');
  });

  it.each([
    ['no object', 'null'],
    ['too deep', '['.repeat(200_000) + ']'.repeat(200_000)],
    ['no message that begins', '{"type":"end?"}'],
    ['a terminal without a size', '{"type":"resize","size":{"rows":-1}}'],
  ])('ends with a message that is %s, and logs no fault', async (_what, content) => {
    const { signed, keys, log } = await open();
    const { socket, put } = await session(signed, keys.admin);
    put(1, Buffer.from(content));
    await expect.poll(() => socket.closed).toBe(true);
    expect(log.join('')).not.toContain('"level":"error"');
  });
});

describe('what the server reads for others', () => {
  const referring = (more: object) => ({
    family: 'curious',
    containerDefinitions: [{ name: 'a', image: 'busybox', memory: 10, ...more }],
  });
  const files = { environmentFiles: [{ type: 's3', value: '/etc/passwd' }] };

  it.each([
    ['a file as a secret', referring({ secrets: [{ name: 'A', valueFrom: 'file:/etc/passwd' }] })],
    [
      'a variable as a secret',
      referring({ secrets: [{ name: 'A', valueFrom: 'env:AWS_SECRET_ACCESS_KEY' }] }),
    ],
    ['an environment file', referring(files)],
    ['a login in a file', referring({ repositoryCredentials: { credentialsParameter: 'file:/etc/passwd' } })],
    [
      'an option of logs',
      referring({
        logConfiguration: { logDriver: 'syslog', secretOptions: [{ name: 'a', valueFrom: 'file:/x' }] },
      }),
    ],
  ])('is not %s, where the key may not do everything', async (_what, input) => {
    const { signed, keys } = await open();
    const asked = { operation: 'RegisterTaskDefinition', input };
    expect(await ask(signed, { ...asked, credentials: keys.run })).toContain('AccessDeniedException');
    expect(await ask(signed, { ...asked, credentials: keys.admin })).not.toContain('AccessDeniedException');
  });

  it('is not in overrides either, nor in a session', async () => {
    const { signed, keys } = await open();
    const overrides = { containerOverrides: [{ name: 'app', ...files }] };
    const input = { taskDefinition: 'web', overrides };
    expect(await ask(signed, { operation: 'RunTask', input, credentials: keys.run })).toContain(
      'AccessDeniedException',
    );
    const { send, frames } = await session(signed, keys.run);
    send(1, { type: 'call', operation: 'RunTask', input });
    await expect.poll(() => contents(frames()).join('')).toContain('AccessDeniedException');
  });

  it('is a secret that is kept for tasks', async () => {
    const { signed, keys } = await open();
    const input = referring({ secrets: [{ name: 'A', valueFrom: 'prod/db' }] });
    const asked = { operation: 'RegisterTaskDefinition', input, credentials: keys.run };
    expect(await ask(signed, asked)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

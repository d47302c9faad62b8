import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { HostError } from '../../../src/lib/hosts/host-error.js';
import { createLog, EventLog } from '../../../src/lib/server/log.js';

it('logs of a fault where it was, and nothing of what libraries hang on to it', () => {
  const lines: string[] = [];
  const write = (chunk: Buffer, _encoding: string, done: () => void) => {
    lines.push(chunk.toString());
    done();
  };
  const error = Object.assign(new Error('broken\n{"level":"info"}'), {
    code: 'EX',
    config: { headers: { authorization: 'AWS4 hush' } },
    input: { value: 'hush' },
  });
  createLog('info', new Writable({ write })).error({ err: error }, 'fault');
  expect(lines).toHaveLength(1);
  const [line = ''] = lines;
  expect(line.trimEnd()).not.toContain('\n');
  expect(line).not.toContain('hush');
  expect(JSON.parse(line)).toMatchObject({
    err: { name: 'Error', code: 'EX', stack: expect.any(String) as string },
  });
});

it('has no characters that steer a terminal, and says the same', () => {
  const lines: string[] = [];
  const evil = 'a\u001b]0;x\u0007b\u009b31mc\u202ed\u2066e\rf\u007f';
  const log = createLog('info', { write: (line) => void lines.push(line) });
  new EventLog().write(log.child({ id: evil }), { type: 'warning', message: evil });
  const [line = ''] = lines;
  expect(line).toMatch(/^[ -~]+\n$/);
  expect(JSON.parse(line)).toMatchObject({ id: evil, msg: evil });
});

it('tells of a host when it comes or goes, and of each connection only to who debugs', () => {
  const told = (level: 'info' | 'debug') => {
    const lines: string[] = [];
    const log = createLog(level, { write: (line) => void lines.push(line) });
    const events = new EventLog();
    const connected = (host: string) => events.write(log, { type: 'host-connected', host, milliseconds: 1 });
    const failed = (host: string) =>
      events.write(log, {
        type: 'host-failed',
        host,
        error: new HostError(host, 'lost', `${host} is lost`, ''),
      });
    for (const host of ['web1', 'web1', 'web2']) connected(host);
    for (const host of ['web1', 'web1']) failed(host);
    for (const host of ['web1', 'web2', 'web1']) connected(host);
    return lines.map((line) => JSON.parse(line) as { level: string; event: string; host: string });
  };
  expect(told('info').map(({ level, event, host }) => `${level} ${event} ${host}`)).toEqual([
    'info host-connected web1',
    'info host-connected web2',
    'warn host-failed web1',
    'info host-connected web1',
  ]);
  expect(told('debug').filter(({ level }) => level === 'debug')).toHaveLength(4);
});

it('tells once that the state takes no changes, and that it does again', () => {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => void lines.push(line) });
  const events = new EventLog();
  for (const fault of ['the disk is full', 'the disk is full', undefined, undefined])
    events.write(log, { type: 'state-change', ...(fault !== undefined && { fault }) });
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { level: 'warn', event: 'state-change', msg: 'the state takes no changes: the disk is full' },
    { level: 'info', event: 'state-change', msg: 'the state takes changes again' },
  ]);
});

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Notifier } from '../../../src/lib/cli/notify.js';

const dir = mkdtempSync(join(tmpdir(), 'longshore-notify-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const event = (message: string) =>
  ({ type: 'service-event', cluster: 'c', service: 'web', id: '1', at: 0, message }) as const;

it('gets the events in their order, each as a line of JSON', async () => {
  const file = join(dir, 'events');
  const warnings: string[] = [];
  const notifier = new Notifier(`sleep 0.05; cat >> '${file}'`, (text) => warnings.push(text));
  for (const text of ['one', 'two', "$(touch '" + join(dir, 'no') + "')"]) notifier.take(event(text));
  await notifier.end();
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { message: string }).message.slice(0, 3))).toEqual([
    'one',
    'two',
    '$(t',
  ]);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    cluster: 'c',
    service: 'web',
    id: '1',
    createdAt: '1970-01-01T00:00:00.000Z',
    message: 'one',
  });
  expect(existsSync(join(dir, 'no'))).toBe(false);
  expect(warnings).toEqual([]);
});

it('is warned of where it fails, and the next event comes all the same', async () => {
  const warnings: string[] = [];
  const notifier = new Notifier('exit 3', (text) => warnings.push(text));
  notifier.take(event('one'));
  notifier.take(event('two'));
  await notifier.end();
  expect(warnings).toEqual(['--notify-command ended with 3', '--notify-command ended with 3']);
});

it('keeps nobody waiting for long where it hangs', async () => {
  const warnings: string[] = [];
  const notifier = new Notifier('sleep 60', (text) => warnings.push(text), 200);
  for (let n = 0; n < 5; n++) notifier.take(event(`${n}`));
  const begun = performance.now();
  await notifier.end();
  expect(performance.now() - begun).toBeLessThan(5000);
  expect(warnings[0]).toBe('--notify-command took longer than 0.2 s');
  expect(warnings.at(-1)).toMatch(/^--notify-command is slow: \d events? not passed on$/);
});

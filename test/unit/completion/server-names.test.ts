import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import ListTasks from '../../../src/commands/list-tasks.js';
import { completionGrammar } from '../../../src/lib/cli/completion-grammar.js';
import type { CliFlags } from '../../../src/lib/cli/flag.js';
import { answer } from '../../../src/lib/completion/main.js';
import { putCluster } from '../../../src/lib/engine/keys.js';
import { openSqliteStore } from '../../../src/lib/store/sqlite.js';

let root: string;
let state: string;
const before = { ...process.env };
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'longshore-completion-'));
  state = join(root, 'state.db');
  const store = await openSqliteStore(state);
  await store.commit({
    puts: [putCluster({ name: 'staging', status: 'ACTIVE', createdAt: 0, tags: [], settings: [] })],
  });
  await store.close();
  mkdirSync(join(root, 'dist'));
  const flags = ListTasks.flags as unknown as CliFlags;
  writeFileSync(
    join(root, 'dist', 'completion.json'),
    JSON.stringify(completionGrammar([{ id: 'list-tasks', flags }])),
  );
});
afterEach(() => void (process.env = { ...before }));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function completed(line: string, env: Record<string, string> = {}): string {
  Object.assign(process.env, { LONGSHORE_STATE: state, ...env });
  return answer(['bash', line, String(line.length), ' \t\n"\'@><=;|&(:'], root).trim();
}

const endpoint = { LONGSHORE_ENDPOINT: 'ssh://web1' };

it('names are those of the state', () =>
  expect(completed('longshore list-tasks --cluster st')).toBe('staging'));

it('none are offered where a server answers, whose names are others', () => {
  expect(completed('longshore list-tasks --cluster st', endpoint)).toBe('');
  expect(completed('longshore list-tasks --endpoint ssh://web1 --cluster st')).toBe('');
  expect(completed('longshore list-tasks --clu', endpoint)).toBe('--cluster');
});

it('a state that is named goes before the environment', () =>
  expect(completed(`longshore list-tasks --state ${state} --cluster st`, endpoint)).toBe('staging'));

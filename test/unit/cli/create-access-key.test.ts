import { describe, expect, it } from 'vitest';
import CreateAccessKey from '../../../src/commands/create-access-key.js';
import { kit } from '../engine/kit.js';
import { run, type RunOptions } from './kit.js';

const create = (argv: string[], options: RunOptions = {}) =>
  run(CreateAccessKey, argv, {}, { openEngine: async () => kit().engine, ...options });

describe('create-access-key', () => {
  it('without --scope makes a key that may only look, and says so', async () => {
    const { code, out, err } = await create([]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ accessKey: { scope: 'read' } });
    expect(err).toContain("note: The key's scope is read: it may look, and change nothing;");
    const shown = await create([], { people: true });
    expect(shown.out).toMatch(/^AWS_ACCESS_KEY_ID=LSAK\w+\nAWS_SECRET_ACCESS_KEY=\S{40}\n/);
    expect(shown.out.replace(/\s+/g, ' ')).toContain('scope is read: it may look, and change nothing;');
    expect(shown.err).toBe('');
  });

  it.each(['run', 'admin'])('makes one of the scope %s where that is asked for', async (scope) => {
    const { out, err } = await create(['--scope', scope]);
    expect(JSON.parse(out)).toMatchObject({ accessKey: { scope } });
    expect(err).toBe('');
    expect((await create(['--scope', scope], { people: true })).out).toContain(
      `The key's scope is ${scope}: it may`,
    );
  });
});

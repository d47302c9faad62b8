import { expect, it } from 'vitest';
import type { DefinitionRecord } from '../../../src/lib/engine/records.js';
import { definition, kit } from './kit.js';

it('is the same whatever values the environment has, and another in another revision', async () => {
  const hash = async (more: Parameters<typeof definition>[1], revisions = 1) => {
    const { engine, store } = kit();
    for (let i = 0; i < revisions; i++) await engine.call('RegisterTaskDefinition', definition('web', more));
    const entries = await store.list<DefinitionRecord>({ prefix: 'definition/' });
    expect(entries).toHaveLength(revisions);
    return entries.at(-1)?.value.hash;
  };
  const first = await hash({ environment: [{ name: 'A', value: '1' }] });
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(await hash({ environment: [{ name: 'A', value: '2' }] })).toBe(first);
  const logConfiguration = (token: string) => ({
    environment: [{ name: 'A', value: '1' }],
    logConfiguration: { logDriver: 'splunk' as const, options: { 'splunk-token': token } },
  });
  expect(await hash(logConfiguration('x'))).toBe(await hash(logConfiguration('y')));
  expect(await hash(logConfiguration('x'))).not.toBe(first);
  expect(await hash({ environment: [{ name: 'B', value: '1' }] })).not.toBe(first);
  expect(await hash({ environment: [{ name: 'A', value: '1' }] }, 2)).not.toBe(first);
});

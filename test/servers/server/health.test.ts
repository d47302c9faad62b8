import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AccessKeys } from '../../../src/lib/engine/access-keys.js';
import type { OnEvent } from '../../../src/lib/engine/events.js';
import { serveEngine } from '../../../src/lib/engine/serving/served-engine.js';
import { StoreError } from '../../../src/lib/store/store.js';
import { cluster } from '../../unit/engine/kit.js';
import { ask, served, type Served } from './kit.js';

let folder: string;
const open: Served[] = [];
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'longshore-health-'))));
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.end()));
  rmSync(folder, { recursive: true, force: true });
});

/** A server whose state fails as the test says. */
async function opened({ keep = true } = {}) {
  const made = await cluster(['web1']);
  const { store } = made;
  const well = { list: store.list.bind(store), commit: store.commit.bind(store) };
  const refuse = () => {
    throw new StoreError('/srv/secret-place/state.db is full', 'Make room');
  };
  const listen = {
    listen: [],
    metricsListen: [{ host: '127.0.0.1', port: 0 }],
    socket: join(folder, 's'),
    unsigned: false,
  };
  const begin = async () => {
    const engine = (emit: OnEvent) => serveEngine({ ...made.ctx, emit }, async () => undefined);
    const server = await served(engine, { ...listen, keep }, new AccessKeys(made.ctx));
    open.push(server);
    return server.places.find((place) => place.startsWith('http:')) ?? '';
  };
  return {
    begin,
    /** It can be read, and takes no change. */
    fill: () =>
      void (store.commit = (change) => ((change.puts ?? []).length > 0 ? refuse() : well.commit(change))),
    lose: () => void (store.list = store.commit = refuse),
    mend: () => void Object.assign(store, well),
  };
}

const healthOf = async (place: string) => {
  const { status, text } = await ask(place, { path: '/healthz' });
  return { code: status, ...(JSON.parse(text) as Record<string, unknown>) };
};

const sampleOf = async (place: string, name: string) => {
  const { text } = await ask(place, { path: '/metrics' });
  const value = new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
};

it('says that services are not kept while the state takes no changes, and to nobody why', async () => {
  const { begin, fill, mend } = await opened();
  fill();
  const place = await begin();
  await expect.poll(() => healthOf(place)).toMatchObject({ status: 'degraded' });
  expect(await healthOf(place)).toEqual({
    code: 200,
    status: 'degraded',
    reason: 'services are not kept: the state failed, and is tried again',
    version: '1.2.3',
  });
  expect(await sampleOf(place, 'longshore_services_kept')).toBe(0);
  expect(await sampleOf(place, 'longshore_state_readable')).toBe(1);
  mend();
  await expect.poll(() => healthOf(place)).toMatchObject({ code: 200, status: 'ok' });
  const { lastPass } = (await healthOf(place)) as { lastPass?: string };
  const time = await sampleOf(place, 'longshore_reconcile_last_pass_timestamp_seconds');
  expect(Math.abs((time ?? 0) - Date.parse(lastPass ?? '') / 1000)).toBeLessThan(60);
  expect(await sampleOf(place, 'longshore_services_kept')).toBe(1);
});

it('fails where the state can not be read; metrics say so', async () => {
  const { begin, lose, mend } = await opened({ keep: false });
  const place = await begin();
  expect(await healthOf(place)).toEqual({ code: 200, status: 'ok', version: '1.2.3' });
  expect(await sampleOf(place, 'longshore_services_kept')).toBeUndefined();
  lose();
  await expect.poll(() => healthOf(place)).toMatchObject({ code: 503, status: 'failing' });
  await expect.poll(() => sampleOf(place, 'longshore_state_readable')).toBe(0);
  expect(await sampleOf(place, 'longshore_host_connected')).toBeUndefined();
  mend();
  await expect.poll(() => healthOf(place)).toMatchObject({ code: 200, status: 'ok' });
});

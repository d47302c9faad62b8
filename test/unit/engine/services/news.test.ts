import { expect, it } from 'vitest';
import { News } from '../../../../src/lib/engine/services/news.js';

it('a clock that is set back ends a wait for a moment, which nobody knows any more', async () => {
  let now = 3600_000;
  const news = new News(() => now);
  const waiting = news.next(20, new AbortController().signal, () => Promise.resolve(1));
  now = 0;
  await waiting;
  expect(news.toldAt).toBeUndefined();
});

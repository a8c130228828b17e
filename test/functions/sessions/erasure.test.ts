import { afterEach, beforeEach, expect, test } from 'vitest';
import { eraseListener } from '../../../functions/serve/erasure-route.ts';
import { type DocumentStore, VersionConflict } from '../../../shared/ports/document-store.ts';
import { listenerHash } from '../../../shared/schema/rows.ts';
import { createForgetting } from '../../../shared/serving/forgetting.ts';
import { forgetSessions } from '../../../shared/serving/session-documents.ts';
import { fill, openSessions, type SessionsHarness } from './harness.ts';

/** Runs once, right before the app writes a session. */
let beforePut: (() => Promise<void>) | undefined;
const interrupted = (store: DocumentStore): DocumentStore => ({
  get: (...given) => store.get(...given),
  delete: (...given) => store.delete(...given),
  list: (...given) => store.list(...given),
  async put(...given) {
    const run = beforePut;
    beforePut = undefined;
    await run?.();
    return store.put(...given);
  },
});

let h: SessionsHarness;
beforeEach(async () => {
  beforePut = undefined;
  h = openSessions({ documents: interrupted });
  await fill(h);
});
afterEach(() => h.close());

const seed = { artists: ['jazz-artist-1'] };
const begin = (sessionId: string, token = 'l:ann') => h.begin({ sessionId, seed }, token);
const stored = async () => (await h.documents.list('sessions')).map(({ value }) => value);

/** The erasure that a listener asks for, over the stores of this host. */
async function erase(listenerId: string) {
  return eraseListener({ ...h.deps, forgetting: createForgetting(h.documents) }, listenerId, {
    receiptId: 'r',
    erasedAt: h.clock.now(),
  });
}

test('an erasure removes the listener’s sessions and nobody else’s, and says how many', async () => {
  for (let i = 0; i < 25; i++) await begin(`s${i}`);
  await begin('s0', 'l:bob');
  const { stores } = await erase('ann');
  expect(stores).toContainEqual({ store: 'sessions', removed: 25 });
  expect(await stored()).toEqual([expect.objectContaining({ listenerId: 'bob' })]);
  expect(await forgetSessions(h.documents, listenerHash('ann'))).toBe(0);
});

test('erased between two turns: the next one is 404 and nothing is written back', async () => {
  await begin('s1');
  h.clock.advance(1_000);
  await erase('ann');
  expect((await h.turn('s1', { turnId: 't1' })).status).toBe(404);
  expect((await h.request('GET', '/v1/sessions/s1')).status).toBe(404);
  expect(await stored()).toEqual([]);
});

test('erased while a turn is being taken: it ends in 404, nothing is written back or told', async () => {
  await begin('s1');
  const told = h.published.length;
  h.clock.advance(1_000);
  beforePut = async () => void (await erase('ann'));
  expect((await h.turn('s1', { turnId: 't1' })).status).toBe(404);
  expect(await stored()).toEqual([]);
  expect(h.published.length).toBe(told);
});

test('erased while a session begins: it is not there afterwards', async () => {
  beforePut = async () => void (await erase('ann'));
  expect((await begin('s1')).status).toBe(503);
  expect(await stored()).toEqual([]);
  h.clock.advance(1_000);
  expect((await begin('s1')).status).toBe(200);
});

test('while the erasure is under way nothing begins', async () => {
  await h.erase('ann', null);
  expect((await begin('s1')).status).toBe(503);
  expect(await stored()).toEqual([]);
});

test('a session that an erasure failed to remove is not read all the same', async () => {
  await begin('s1');
  h.clock.advance(1_000);
  await h.erase('ann', h.clock.now());
  expect((await h.turn('s1', { turnId: 't1' })).status).toBe(404);
  h.clock.advance(1_000);
  const anew = await begin('s1');
  expect(anew).toMatchObject({ status: 200, body: { turn: 0 } });
});

test('where others keep writing the turn gives up, and nothing of it is left', async () => {
  await begin('s1');
  const again = async (): Promise<void> => {
    beforePut = again;
    throw new VersionConflict('sessions', 's1');
  };
  beforePut = again;
  expect((await h.turn('s1', { turnId: 't1' })).status).toBe(503);
  beforePut = undefined;
  expect((await h.turn('s1', { turnId: 't1' })).body.turn).toBe(1);
});

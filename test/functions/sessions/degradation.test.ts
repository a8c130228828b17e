import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { BUDGETS } from '../../../functions/sessions/stages.ts';
import { createSnapshotReader, type SnapshotReader } from '../../../shared/rows/catalogue-snapshot.ts';
import { fill, itemsOf, openSessions, type SessionsHarness } from './harness.ts';

let h: SessionsHarness;
afterEach(() => h.close());

async function open(snapshots?: (actual: SnapshotReader) => SnapshotReader): Promise<void> {
  let actual: SnapshotReader | undefined;
  const late: SnapshotReader = {
    read: (build) => {
      actual ??= createSnapshotReader(h.rows);
      return (snapshots?.(actual) ?? actual).read(build);
    },
  };
  h = openSessions({ deps: { snapshots: late, budgets: { ...BUDGETS, snapshot: 200, related: 200 } } });
  await fill(h);
}

const seed = { brief: {} };
const begin = (sessionId = 's1') => h.begin({ sessionId, seed, count: 10 });

describe('without a part', () => {
  test.each<[string, SnapshotReader['read']]>([
    ['fails', async () => Promise.reject(new Error('no shard'))],
    ['is not there', async () => undefined],
    ['takes too long', async () => sleep(60_000, undefined, { ref: false })],
  ])('the catalogue %s: the listener’s own pool goes on, and the answer says so', async (_, read) => {
    await open(() => ({ read }));
    const { status, body } = await begin();
    expect(status).toBe(200);
    expect(body.degraded).toEqual(['snapshot']);
    expect(body.stages[0]).toMatchObject({ stage: 'retrieve', degraded: ['snapshot'] });
    expect(itemsOf(body).every((id) => id.startsWith('own'))).toBe(true);
    expect(body.items[0]).toMatchObject({ source: 'co_listening' });
    const next = await h.turn('s1', { turnId: 't1', count: 50 });
    expect(new Set([...itemsOf(body), ...itemsOf(next.body)]).size).toBe(40);
    expect(next.body.unmet).toEqual([expect.objectContaining({ constraint: 'length', satisfied: 30 })]);
  });

  test('a stranger without a catalogue gets what is popular', async () => {
    await open(() => ({ read: async () => undefined }));
    const { body } = await h.begin({ seed }, 'l:stranger');
    expect(body).toMatchObject({ basis: 'popularity', degraded: ['snapshot'] });
    expect(itemsOf(body).every((id) => id.startsWith('pop'))).toBe(true);
  });

  test('the catalogue comes back: the session goes on with it', async () => {
    let isBroken = true;
    await open((actual) => ({
      read: (build) => (isBroken ? Promise.reject(new Error('broken')) : actual.read(build)),
    }));
    await begin();
    isBroken = false;
    const { body } = await h.turn('s1', { turnId: 't1' });
    expect(body.degraded).toEqual([]);
    expect(itemsOf(body).some((id) => id.startsWith('track'))).toBe(true);
  });

  test('seeds that cannot be looked up are not called unknown', async () => {
    await open(() => ({ read: async () => undefined }));
    h.faults.set('catalogue.get', new Error('down'));
    const { status, body } = await h.begin({ seed: { tracks: ['who-knows'] } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ unknown: [], degraded: ['catalogue', 'snapshot'] });
  });

  test('what goes with the seeds cannot be read', async () => {
    await open();
    h.faults.set('rows.readMany:catalog', new Error('down'));
    const { status, body } = await h.begin({ seed: { tracks: ['track-1'] } });
    expect(status).toBe(200);
    expect(body.degraded).toContain('related');
    expect(body.items).toHaveLength(10);
  });

  test('impressions cannot be told of: the turn is taken and says so', async () => {
    await open();
    await begin();
    h.faults.set('topics.publish', new Error('down'));
    const { status, body } = await h.turn('s1', { turnId: 't1' });
    expect(status).toBe(200);
    expect(body.degraded).toEqual(['impressions']);
  });

  test('nothing was published yet: an empty answer, and music once there is', async () => {
    h = openSessions();
    const { status, body } = await begin();
    expect(status).toBe(200);
    expect(body).toMatchObject({ items: [], build: null });
    expect(body.degraded).toEqual(expect.arrayContaining(['build', 'snapshot']));
    await fill(h);
    expect((await h.turn('s1', { turnId: 't1' })).body.items).toHaveLength(10);
  });
});

describe('what a session cannot do without', () => {
  test('the listener’s row: who may have ruled out what is not known, so 503, and the turn can be taken again', async () => {
    await open();
    await begin();
    h.faults.set('rows.read:listeners', new Error('down'));
    expect((await h.turn('s1', { turnId: 't1' })).status).toBe(503);
    h.faults.clear();
    expect((await h.turn('s1', { turnId: 't1' })).body.turn).toBe(1);
  });

  test('the word of erasures', async () => {
    await open();
    await begin();
    const { TransientError } = await import('../../../shared/errors.ts');
    h.faults.set('erasures', new TransientError('down'));
    expect((await h.turn('s1', { turnId: 't1' })).status).toBe(503);
  });

  test('a dislike that cannot be written is a turn that was not taken', async () => {
    await open();
    const { body } = await begin();
    const { TransientError } = await import('../../../shared/errors.ts');
    h.faults.set('topics.publish', new TransientError('down'));
    const disliked = [body.items[0]?.itemId];
    expect((await h.turn('s1', { turnId: 't1', disliked })).status).toBe(503);
    h.faults.clear();
    expect((await h.turn('s1', { turnId: 't1', disliked })).body.turn).toBe(1);
  });
});

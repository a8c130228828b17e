/** Firestore behind a connection that breaks: an answer that is lost is found again, and nothing counts twice. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { InvalidInput, PermanentError, TransientError } from '../../shared/errors.ts';
import {
  createFirestoreDocuments,
  type FirestoreDocuments,
} from '../../shared/google/firestore-documents.ts';
import { VersionConflict } from '../../shared/ports/document-store.ts';
import { type Emulator, hasEmulator, startEmulator } from '../emulators/emulators.ts';
import { type BreakingProxy, startProxy } from '../shared/google/breaking-proxy.ts';

/** Longer than the emulator takes to write what it has been sent. */
const WRITTEN_MS = 300;

describe.skipIf(!hasEmulator('firestore'))('Firestore behind a connection that breaks', () => {
  let emulator: Emulator;
  let proxy: BreakingProxy;
  /** Asked through the proxy, and straight. */
  let shaky: FirestoreDocuments;
  let direct: FirestoreDocuments;
  let projects = 0;
  let whilePausing: () => Promise<void>;

  beforeAll(async () => {
    emulator = await startEmulator('firestore');
  });
  afterAll(() => emulator?.stop());

  const open = (emulatorHost: string, attemptMs = 3_000) =>
    createFirestoreDocuments({
      project: `faults-${projects}`,
      database: 'segue',
      emulatorHost,
      patience: { attemptMs, totalMs: 10_000 },
      tools: {
        sleep: async (ms) => {
          await sleep(ms);
          await whilePausing();
        },
      },
    });

  beforeEach(async () => {
    projects += 1;
    whilePausing = async () => undefined;
    proxy = await startProxy(emulator.address);
    shaky = open(proxy.address);
    direct = open(emulator.address);
    await Promise.all([shaky.get('builds', 'warm'), direct.get('builds', 'warm')]);
  });
  afterEach(async () => {
    await Promise.all([shaky.close(), direct.close()]);
    await proxy.close();
  });

  /** Does what it is given while nothing is heard of the server, which does its part, then cuts the connection. */
  async function losingTheAnswer<T>(work: () => Promise<T>): Promise<T> {
    proxy.mute(true);
    const working = work();
    await sleep(WRITTEN_MS);
    proxy.cut();
    proxy.mute(false);
    return working;
  }

  it.each(['created', 'changed'])('finds its own write again when the answer is lost: %s', async (what) => {
    const before = what === 'created' ? null : await shaky.put('builds', 'b', 0);
    const version = await losingTheAnswer(() => shaky.put('builds', 'b', 1, { ifVersion: before }));
    expect(await direct.get('builds', 'b')).toEqual({ id: 'b', value: 1, version });
    await shaky.put('builds', 'b', 2, { ifVersion: version });
  });

  it('knows of its write although another has been written upon it', async () => {
    const before = await shaky.put('builds', 'b', 0);
    whilePausing = async () => {
      whilePausing = async () => undefined;
      const found = await direct.get<number>('builds', 'b');
      expect(found?.value).toBe(1);
      await direct.put('builds', 'b', 2, { ifVersion: found?.version ?? '' });
    };
    const version = await losingTheAnswer(() => shaky.put('builds', 'b', 1, { ifVersion: before }));
    expect((await direct.get('builds', 'b'))?.value).toBe(2);
    await expect(shaky.put('builds', 'b', 3, { ifVersion: version })).rejects.toBeInstanceOf(VersionConflict);
  });

  it('knows that it was not written where another came first', async () => {
    const before = await shaky.put('builds', 'b', 0);
    whilePausing = async () => {
      whilePausing = async () => undefined;
      await direct.put('builds', 'b', 2, { ifVersion: before });
      proxy.refuse(false);
    };
    proxy.refuse(true);
    await expect(shaky.put('builds', 'b', 1, { ifVersion: before })).rejects.toBeInstanceOf(VersionConflict);
    expect((await direct.get('builds', 'b'))?.value).toBe(2);
  });

  it('says so where it cannot be known any more', async () => {
    const before = await shaky.put('builds', 'b', 0);
    whilePausing = async () => {
      whilePausing = async () => undefined;
      await direct.put('builds', 'b', 2);
    };
    const putting = losingTheAnswer(() => shaky.put('builds', 'b', 1, { ifVersion: before }));
    await expect(putting).rejects.toBeInstanceOf(TransientError);
    await expect(putting).rejects.toThrow('not known');
  });

  it('gives up in time on a server that says nothing, and goes on when it speaks again', async () => {
    const hasty = createFirestoreDocuments({
      project: `faults-${projects}`,
      database: 'segue',
      emulatorHost: proxy.address,
      patience: { attemptMs: 200, totalMs: 900 },
    });
    await hasty.put('builds', 'b', 1);
    proxy.mute(true);
    const started = performance.now();
    const attempts = [hasty.get('builds', 'b'), hasty.put('builds', 'c', 1), hasty.list('builds')];
    for (const attempt of await Promise.allSettled(attempts))
      expect(attempt).toMatchObject({ status: 'rejected', reason: expect.any(TransientError) });
    expect(performance.now() - started).toBeLessThan(3_000);
    proxy.mute(false);
    proxy.cut();
    await expect
      .poll(() => hasty.get('builds', 'b').catch(() => undefined), { timeout: 10_000 })
      .toMatchObject({
        value: 1,
      });
    await hasty.close();
  });

  async function increment(store: FirestoreDocuments): Promise<void> {
    for (;;) {
      const found = await store.get<number>('builds', 'n');
      try {
        await store.put('builds', 'n', (found?.value ?? 0) + 1, { ifVersion: found?.version ?? null });
        return;
      } catch (error) {
        if (!(error instanceof VersionConflict)) throw error;
      }
    }
  }

  it('counts each of many concurrent increments once', async () => {
    await Promise.all(Array.from({ length: 40 }, () => increment(direct)));
    expect((await direct.get('builds', 'n'))?.value).toBe(40);
  });

  it('counts each of them once through a connection that is cut again and again', async () => {
    await direct.put('builds', 'n', 0);
    let isDone = false;
    const cutting = (async () => {
      while (!isDone) {
        proxy.mute(true);
        await sleep(40);
        proxy.cut();
        proxy.mute(false);
        await sleep(150);
      }
    })();
    const worker = async (store: FirestoreDocuments) => {
      for (let i = 0; i < 5; i++) await increment(store);
    };
    try {
      await Promise.all([worker(shaky), worker(shaky), worker(direct)]);
    } finally {
      isDone = true;
      await cutting;
    }
    expect((await direct.get('builds', 'n'))?.value).toBe(15);
  });

  it('refuses what Firestore cannot hold, by its name', async () => {
    for (const collection of ['a/b', '.', '..', '__own__'])
      await expect(direct.put(collection, 'x', 1)).rejects.toBeInstanceOf(InvalidInput);
    for (const ifVersion of ['', 'yesterday', '1', '1.2  x'])
      await expect(direct.put('builds', 'x', 1, { ifVersion })).rejects.toBeInstanceOf(InvalidInput);
    const large = direct.put('builds', 'x', 'x'.repeat(1_000_001));
    await expect(large).rejects.toBeInstanceOf(InvalidInput);
    await direct.put('builds', 'x', 'x'.repeat(999_990));
    for (const id of ['.', '..', '__x__', 'a/b', '/', '\u{10ffff}']) await direct.put('ids', id, id);
    expect((await direct.list('ids')).map(({ id }) => id)).toEqual([
      '.',
      '..',
      '/',
      '__x__',
      'a/b',
      '\u{10ffff}',
    ]);
  });

  it('does not take a server that refuses for one that is away', async () => {
    const nobody = createFirestoreDocuments({
      project: 'bad project!',
      database: '//',
      emulatorHost: emulator.address,
    });
    await expect(nobody.get('builds', 'b')).rejects.toBeInstanceOf(PermanentError);
    await nobody.close();
  });
});

import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LmdbEnvironment, openLmdbEnvironment } from '../../../shared/embedded/lmdb-environment.ts';
import { LmdbRows } from '../../../shared/embedded/lmdb-rows.ts';
import { temporaryDirectory } from '../../contract/embedded-stores.ts';

const ROWS = 20_000;

describe('LmdbRows', () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let environment: LmdbEnvironment;
  let rows: LmdbRows;

  beforeEach(async () => {
    directory = temporaryDirectory();
    environment = openLmdbEnvironment(directory.path);
    rows = new LmdbRows(environment);
    await rows.write(
      'catalog',
      Array.from({ length: ROWS }, (_, i) => ({
        key: `item${i}`,
        family: 'build',
        qualifier: 'related',
        timestamp: i % 10,
        value: 'r'.repeat(100),
      })),
    );
  });
  afterEach(async () => {
    await environment.close();
    directory.remove();
  });

  /** How often others get the event loop while `work` runs. */
  async function turnsDuring(work: () => Promise<void>): Promise<number> {
    let isDone = false;
    let turns = 0;
    const counting = (async () => {
      while (!isDone) {
        await setImmediate();
        turns++;
      }
    })();
    await work();
    isDone = true;
    await counting;
    return turns;
  }

  it('lets others run during a long scan, a large read and a collection', async () => {
    let scanned = 0;
    const keys = Array.from({ length: ROWS }, (_, i) => `item${i}`);
    const scanTurns = await turnsDuring(async () => {
      for await (const _ of rows.scan('catalog')) scanned++;
    });
    expect(scanned).toBe(ROWS);
    expect(scanTurns).toBeGreaterThan(5);
    expect(await turnsDuring(async () => void (await rows.readMany('catalog', keys)))).toBeGreaterThan(3);
    expect(
      await turnsDuring(async () => {
        expect(await rows.collect('catalog', 'build', 5, [3])).toBe((ROWS * 4) / 10);
      }),
    ).toBeGreaterThan(5);
  });

  it('keeps both orders of the live family alike through replacing, deleting and collecting', async () => {
    const cell = (key: string, qualifier: string, timestamp: number, value = 'v') => ({
      key,
      family: 'live',
      qualifier,
      timestamp,
      value,
    });
    await rows.write('listeners', [
      cell('a', 'x', 1),
      cell('a', 'y', 2),
      cell('a', 'x', 3),
      cell('b', 'x', 2),
    ]);
    await rows.write('listeners', [cell('a', 'y', 2, 'changed')]);
    await rows.collect('listeners', 'live', 2, []);
    await rows.deleteRows('listeners', ['b']);
    for (const key of ['a', 'b']) {
      const byTime = await rows.read('listeners', key, [{ family: 'live', from: 0, versions: 'all' }]);
      const byName = await rows.read('listeners', key, [{ family: 'live', versions: 'all' }]);
      expect(byTime).toEqual(byName);
    }
    const row = await rows.read('listeners', 'a', [{ family: 'live', from: 2 }]);
    expect(row?.cells.map(({ qualifier, value }) => qualifier + value)).toEqual(['xv', 'ychanged']);
    expect(await rows.read('listeners', 'b')).toBeUndefined();
  });
});

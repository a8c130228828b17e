import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PermanentError, TransientError } from '../../../shared/errors.ts';
import { type BigtableOptions, createBigtableRows } from '../../../shared/google/bigtable-rows.ts';
import type { CellWrite, RowStore } from '../../../shared/ports/row-store.ts';
import { MAX_VALUE_BYTES } from '../../../shared/rows/cells.ts';
import { rowsOf } from '../../contract/row-store.names.ts';
import { createTables } from '../../emulators/bigtable-tables.ts';
import { type Emulator, hasEmulator, startEmulator } from '../../emulators/emulators.ts';
import { type BreakingProxy, startProxy } from './breaking-proxy.ts';

const PLACE = { project: 'faults', instance: 'segue', appProfile: 'writing' };
const SHORT = { attemptMs: 250, totalMs: 1_000 };

const cell = (key: string, qualifier: string, value: string, timestamp = 5): CellWrite => ({
  key,
  family: 'live',
  qualifier,
  timestamp,
  value,
});

describe.skipIf(!hasEmulator('bigtable'))('Bigtable behind connections that break', () => {
  let emulator: Emulator;
  let proxy: BreakingProxy;
  /** Not through the proxy. */
  let direct: RowStore;
  const stores: { close(): Promise<void> }[] = [];

  const open = (more: Partial<BigtableOptions> = {}) => {
    const store = createBigtableRows({ ...PLACE, emulatorHost: proxy.address, ...more });
    stores.push(store);
    return store;
  };

  beforeAll(async () => {
    emulator = await startEmulator('bigtable');
    await createTables(emulator.address, PLACE);
    const store = createBigtableRows({ ...PLACE, emulatorHost: emulator.address });
    stores.push(store);
    direct = store;
  });
  beforeEach(async () => {
    await proxy?.close();
    proxy = await startProxy(emulator.address);
  });
  afterAll(async () => {
    for (const store of stores) await store.close();
    await proxy?.close();
    await emulator?.stop();
  });

  test('a scan whose stream is cut again and again misses no row and repeats none', async () => {
    const keys = Array.from({ length: 3_000 }, (_, i) => `scan#${String(i).padStart(5, '0')}`);
    await direct.write(
      'listeners',
      keys.map((key) => cell(key, 'q', 'x'.repeat(200))),
    );
    const store = open();
    proxy.cutAfter(100_000, 4);
    const rows = await rowsOf(store.scan('listeners', { prefix: 'scan#' }));
    expect(rows.map(({ key }) => key)).toEqual(keys);
    expect(proxy.connections).toBe(5);
  });

  test('a scan whose connection falls silent goes on over another one, and misses and repeats nothing', async () => {
    const keys = Array.from({ length: 3_000 }, (_, i) => `silence#${String(i).padStart(5, '0')}`);
    await direct.write(
      'listeners',
      keys.map((key) => cell(key, 'q', 'x'.repeat(3_000))),
    );
    const store = open({ connections: 2, silenceMs: 300 });
    const found: string[] = [];
    for await (const { key } of store.scan('listeners', { prefix: 'silence#' })) {
      if (found.length === 0) proxy.freeze();
      found.push(key);
    }
    expect(found).toEqual(keys);
    expect(proxy.connections).toBe(2);
  });

  test('a bulk write through cuts is complete', async () => {
    const store = open();
    const cells = Array.from({ length: 25_000 }, (_, i) => cell(`bulk#${i % 5_000}`, `q${i}`, String(i)));
    const writing = store.write('listeners', cells);
    for (let i = 0; i < 3; i++) {
      await sleep(15);
      proxy.cut();
    }
    await writing;
    const rows = await rowsOf(direct.scan('listeners', { prefix: 'bulk#' }));
    expect(rows).toHaveLength(5_000);
    expect(rows.reduce((sum, row) => sum + row.cells.length, 0)).toBe(25_000);
  });

  test('a conditional write that took effect and was not answered is known for one’s own', async () => {
    const store = open({ writes: { attemptMs: 300, totalMs: 5_000 } });
    await store.read('listeners', 'warm-up');
    proxy.mute(true);
    const writing = store.writeIfAbsent('listeners', [cell('lost#1', 'e', 'mine')]);
    await until(async () => (await direct.read('listeners', 'lost#1')) !== undefined);
    proxy.cut();
    proxy.mute(false);
    expect(await writing).toEqual([undefined]);
    const after = await store.writeIfAbsent('listeners', [cell('lost#1', 'e', 'mine')]);
    expect(after[0]).toMatchObject({ value: 'mine' });
  });

  test('a compare-and-set that took effect and was not answered is told as a success, also when others went on', async () => {
    const store = open({ writes: { attemptMs: 300, totalMs: 5_000 } });
    const pointer = (value: string, timestamp: number): CellWrite => ({
      key: 'meta#lost',
      family: 'pointer',
      qualifier: 'active',
      timestamp,
      value,
    });
    await direct.write('pools', [pointer('one', 1)]);
    await store.read('pools', 'warm-up');
    proxy.mute(true);
    const setting = store.compareAndSet('pools', pointer('two', 2), 'one');
    await until(async () => (await direct.read('pools', 'meta#lost'))?.cells[0]?.value === 'two');
    expect(await direct.compareAndSet('pools', pointer('three', 3), 'two')).toBe(true);
    proxy.cut();
    proxy.mute(false);
    expect(await setting).toBe(true);
    expect((await direct.read('pools', 'meta#lost'))?.cells[0]?.value).toBe('three');
    expect(await store.compareAndSet('pools', pointer('four', 4), 'two')).toBe(false);
  });

  test('while Bigtable is away reads and writes fail in time as what may pass; the same store is well when it is back', async () => {
    const store = open({ reads: SHORT, writes: SHORT });
    await store.write('listeners', [cell('away#1', 'q', 'v')]);
    proxy.refuse(true);
    const began = performance.now();
    const calls = await Promise.allSettled([
      store.read('listeners', 'away#1'),
      store.readMany('listeners', ['away#1', 'away#2']),
      store.write('listeners', [cell('away#2', 'q', 'v')]),
      store.writeIfAbsent('listeners', [cell('away#3', 'q', 'v')]),
      store.deleteRows('listeners', ['away#1'], { unlessAfter: 9 }),
    ]);
    expect(performance.now() - began).toBeLessThan(4_000);
    for (const call of calls) {
      expect(call.status).toBe('rejected');
      expect((call as PromiseRejectedResult).reason).toBeInstanceOf(TransientError);
      expect(String((call as PromiseRejectedResult).reason)).toContain('listeners');
    }
    proxy.refuse(false);
    expect((await store.read('listeners', 'away#1'))?.cells[0]?.value).toBe('v');
  });

  test('many who read at once while Bigtable is away are all told in time', async () => {
    const store = open({ reads: SHORT });
    proxy.refuse(true);
    const began = performance.now();
    const calls = await Promise.allSettled(
      Array.from({ length: 640 }, (_, i) => store.read('listeners', `crowd#${i}`)),
    );
    expect(performance.now() - began).toBeLessThan(2 * SHORT.totalMs);
    expect(new Set(calls.map(({ status }) => status))).toEqual(new Set(['rejected']));
    proxy.refuse(false);
    expect(await store.read('listeners', 'crowd#1')).toBeUndefined();
  });

  test('the longest value that can be written can be read within its deadline', async () => {
    const value = 'v'.repeat(MAX_VALUE_BYTES);
    await direct.write('listeners', [cell('long#1', 'q', value)]);
    expect((await direct.read('listeners', 'long#1'))?.cells[0]?.value === value).toBe(true);
  });

  test('a peer that falls silent costs one attempt, not the connection’s life', async () => {
    const store = open({ reads: { attemptMs: 400, totalMs: 10_000 } });
    await direct.write('listeners', [cell('silent#1', 'q', 'v')]);
    await store.read('listeners', 'silent#1');
    proxy.mute(true);
    const reading = store.read('listeners', 'silent#1');
    await sleep(600);
    proxy.mute(false);
    proxy.cut();
    expect((await reading)?.cells[0]?.value).toBe('v');
  });

  test('one of fifty wins a hot row, over connections that are cut meanwhile', async () => {
    const racers = Array.from({ length: 5 }, () => open());
    const writing = Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        (racers[i % 5] as RowStore).writeIfAbsent('listeners', [cell('hot#1', 'e', `writer ${i}`, i)]),
      ),
    );
    await sleep(5);
    proxy.cut();
    const answers = (await writing).flat();
    const winners = answers.flatMap((there, i) => (there === undefined ? [`writer ${i}`] : []));
    expect(winners).toHaveLength(1);
    const row = await direct.read('listeners', 'hot#1', [{ family: 'live', versions: 'all' }]);
    expect(row?.cells.map(({ value }) => value)).toEqual(winners);
  });

  test('no increment of a hot cell is lost or counted twice among racers whose connections are cut', async () => {
    const racers = Array.from({ length: 6 }, () => open());
    const counter = (value: string, timestamp: number): CellWrite => ({
      key: 'meta#counter',
      family: 'pointer',
      qualifier: 'active',
      timestamp,
      value,
    });
    let isOver = false;
    const cutting = (async () => {
      while (!isOver) {
        await sleep(40);
        proxy.cut();
      }
    })();
    // As publishing does it: each value names its writer, so that a success is never another's.
    const increment = async (store: RowStore, writer: string) => {
      for (;;) {
        const old = (await store.read('pools', 'meta#counter'))?.cells[0];
        const count = Number(old?.value.split(' ')[0] ?? 0) + 1;
        const next = counter(`${count} ${writer}`, (old?.timestamp ?? 0) + 1);
        if (await store.compareAndSet('pools', next, old?.value)) return;
      }
    };
    const writers = Array.from({ length: 30 }, (_, i) => increment(racers[i % 6] as RowStore, `writer ${i}`));
    await Promise.all(writers);
    isOver = true;
    await cutting;
    const row = await direct.read('pools', 'meta#counter', [{ family: 'pointer', versions: 'all' }]);
    expect(row?.cells.map(({ value }) => Number(value.split(' ')[0]))).toEqual(
      Array.from({ length: 30 }, (_, i) => 30 - i),
    );
    expect(new Set(row?.cells.map(({ value }) => value.split(' ').slice(1).join(' '))).size).toBe(30);
  });

  test('a removal whose answer is lost is done, and spares what came later', async () => {
    const store = open({ writes: { attemptMs: 300, totalMs: 5_000 } });
    await direct.write('listeners', [cell('gone#1', 'q', 'old', 10)]);
    await store.read('listeners', 'warm-up');
    proxy.mute(true);
    const removing = store.deleteRows('listeners', ['gone#1'], { unlessAfter: 20 });
    await until(async () => (await direct.read('listeners', 'gone#1')) === undefined);
    await direct.write('listeners', [cell('gone#1', 'q', 'came back', 30)]);
    proxy.cut();
    proxy.mute(false);
    await removing;
    expect((await direct.read('listeners', 'gone#1'))?.cells.map(({ value }) => value)).toEqual([
      'came back',
    ]);
  });

  test('a table that is not there is said by its name, and not tried again', async () => {
    const store = createBigtableRows({ ...PLACE, instance: 'other', emulatorHost: emulator.address });
    stores.push(store);
    await expect(store.read('listeners', 'k')).rejects.toThrow(PermanentError);
    await expect(store.write('catalog', [{ ...cell('k', 'q', 'v'), family: 'meta' }])).rejects.toThrow(
      /catalog/,
    );
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('not within five seconds');
    await sleep(5);
  }
}

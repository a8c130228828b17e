/** The contract of RowStore, for every adapter. */
import { describe, expect, it } from 'vitest';
import type { FamilyFilter, RowStore } from '../../shared/ports/row-store.ts';
import { type Opened, withOpened } from './opened.ts';
import { describeRowLimits } from './row-store.limits.ts';
import { cell, FAMILIES, LONG, NAMES, rowsOf } from './row-store.names.ts';
import type { RowStoreCapabilities } from './row-store.random.ts';
import { describeRandomRows } from './row-store.random.ts';

export function describeRowStore(
  name: string,
  open: () => Promise<Opened<RowStore>>,
  capabilities: RowStoreCapabilities,
): void {
  const withStore = (use: (store: RowStore, opened: Opened<RowStore>) => Promise<void>) => () =>
    withOpened(open, use);

  describe(`RowStore: ${name}`, () => {
    it(
      'answers undefined for a row that is not there',
      withStore(async (store) => {
        expect(await store.read('listeners', 'nobody')).toBeUndefined();
        expect(await store.readMany('listeners', [])).toEqual([]);
      }),
    );

    it(
      'returns cells by family, qualifier, then newest first',
      withStore(async (store) => {
        await store.write('listeners', [
          cell({ family: 'live', qualifier: 'e#2', timestamp: 5, value: 'five' }),
          cell({ family: 'control', qualifier: 'z', timestamp: 1, value: 'z' }),
          cell({ family: 'live', qualifier: 'e#1', timestamp: 1, value: 'one' }),
          cell({ family: 'live', qualifier: 'e#2', timestamp: 40, value: 'forty' }),
          cell({ key: 'row2', family: 'live', qualifier: 'e#9', value: 'another row' }),
        ]);
        const row = await store.read('listeners', 'row');
        expect(row?.cells.map(({ value }) => value)).toEqual(['z', 'one', 'forty', 'five']);
      }),
    );

    it(
      'replaces a cell of the same coordinates, also within one write',
      withStore(async (store) => {
        await store.write('listeners', [cell({ value: 'first' }), cell({ value: 'second' })]);
        expect((await store.read('listeners', 'row'))?.cells.map(({ value }) => value)).toEqual(['second']);
        await store.write('listeners', [cell({ value: '' })]);
        expect((await store.read('listeners', 'row'))?.cells.map(({ value }) => value)).toEqual(['']);
      }),
    );

    it(
      'unites its filters without repeating a cell',
      withStore(async (store) => {
        await store.write('listeners', [
          ...[10, 20, 30].map((timestamp) => cell({ family: 'build', qualifier: 'pool', timestamp })),
          cell({ family: 'build', qualifier: 'heard', timestamp: 20 }),
          cell({ family: 'live', qualifier: 'e#1', timestamp: 9 }),
        ]);
        const read = async (...filters: FamilyFilter[]) =>
          (await store.read('listeners', 'row', filters))?.cells.map((c) => `${c.qualifier}@${c.timestamp}`);
        expect(await read({ family: 'build' })).toEqual(['heard@20', 'pool@30']);
        expect(await read({ family: 'build', timestamps: [20] })).toEqual(['heard@20', 'pool@20']);
        expect(await read({ family: 'build', qualifiers: ['pool'], timestamps: [20, 10, 7] })).toEqual([
          'pool@20',
        ]);
        expect(await read({ family: 'build', from: 20, versions: 'all' })).toEqual([
          'heard@20',
          'pool@30',
          'pool@20',
        ]);
        expect(
          await read({ family: 'build' }, { family: 'live' }, { family: 'build', timestamps: [10, 20] }),
        ).toEqual(['heard@20', 'pool@30', 'pool@20', 'e#1@9']);
        expect(await read({ family: 'live', from: 10 })).toBeUndefined();
        expect(await store.read('listeners', 'row', [])).toBeUndefined();
      }),
    );

    it(
      'answers readMany in the order of its keys, repeats included',
      withStore(async (store) => {
        await store.write('catalog', [
          cell({ key: 'x', family: 'meta', value: 'X' }),
          cell({ key: 'y', family: 'meta', value: 'Y' }),
        ]);
        const rows = await store.readMany('catalog', ['y', 'none', 'x', 'y']);
        expect(rows.map((row) => row?.cells[0]?.value)).toEqual(['Y', undefined, 'X', 'Y']);
      }),
    );

    it(
      'keeps tables apart',
      withStore(async (store) => {
        await store.write('catalog', [cell({ family: 'build', value: 'catalog' })]);
        await store.write('pools', [cell({ family: 'build', value: 'pools' })]);
        await store.deleteRows('catalog', ['row']);
        expect((await store.read('pools', 'row'))?.cells[0]?.value).toBe('pools');
        expect(await store.read('catalog', 'row')).toBeUndefined();
      }),
    );

    it(
      'writes if absent: a cell of any timestamp is there already',
      withStore(async (store) => {
        const first = cell({ timestamp: 10, value: 'first' });
        expect(await store.writeIfAbsent('listeners', [first])).toEqual([undefined]);
        const again = await store.writeIfAbsent('listeners', [
          cell({ timestamp: 99, value: 'second' }),
          cell({ qualifier: 'e#2', timestamp: 5, value: 'new' }),
          cell({ qualifier: 'e#2', timestamp: 6, value: 'repeated in one call' }),
        ]);
        expect(again.map((there) => there?.value)).toEqual(['first', undefined, 'new']);
        expect((await store.read('listeners', 'row'))?.cells.map(({ value }) => value)).toEqual([
          'first',
          'new',
        ]);
      }),
    );

    it(
      'lets exactly one of many concurrent writers of a qualifier win',
      withStore(async (store) => {
        const answers = await Promise.all(
          Array.from({ length: 40 }, (_, i) =>
            store.writeIfAbsent('listeners', [cell({ timestamp: i, value: String(i) })]),
          ),
        );
        const winners = answers.flatMap(([there], i) => (there === undefined ? [String(i)] : []));
        expect(winners).toHaveLength(1);
        expect(new Set(answers.flatMap(([there]) => there?.value ?? []))).toEqual(new Set(winners));
        expect((await store.read('listeners', 'row'))?.cells).toHaveLength(1);
      }),
    );

    it(
      'compares with the newest value and sets nothing otherwise',
      withStore(async (store) => {
        const pointer = (value: string, timestamp: number) =>
          cell({ key: 'meta#active', family: 'pointer', qualifier: 'active', value, timestamp });
        expect(await store.compareAndSet('pools', pointer('b', 1), 'a')).toBe(false);
        expect(await store.read('pools', 'meta#active')).toBeUndefined();
        expect(await store.compareAndSet('pools', pointer('a', 2), undefined)).toBe(true);
        expect(await store.compareAndSet('pools', pointer('b', 3), undefined)).toBe(false);
        expect(await store.compareAndSet('pools', pointer('b', 3), 'a')).toBe(true);
        expect(await store.compareAndSet('pools', pointer('c', 4), 'a')).toBe(false);
        const row = await store.read('pools', 'meta#active', [{ family: 'pointer' }]);
        expect(row?.cells[0]?.value).toBe('b');
      }),
    );

    it(
      'loses no increment among racing compareAndSets',
      withStore(async (store) => {
        const increment = async () => {
          for (;;) {
            const row = await store.read('pools', 'row', [{ family: 'pointer', qualifiers: ['n'] }]);
            const old = row?.cells[0];
            const next = cell({
              family: 'pointer',
              qualifier: 'n',
              timestamp: (old?.timestamp ?? 0) + 1,
              value: String(Number(old?.value ?? 0) + 1),
            });
            if (await store.compareAndSet('pools', next, old?.value)) return;
          }
        };
        await Promise.all(Array.from({ length: 12 }, increment));
        const row = await store.read('pools', 'row', [{ family: 'pointer' }]);
        expect(row?.cells[0]?.value).toBe('12');
      }),
    );

    it(
      'deletes whole rows and nothing beside them',
      withStore(async (store) => {
        await store.write('listeners', [
          ...FAMILIES.map((family) => cell({ key: 'a', family })),
          ...['a#', 'ab', 'A'].map((key) => cell({ key })),
        ]);
        await store.deleteRows('listeners', ['a', 'not there']);
        expect((await rowsOf(store.scan('listeners'))).map(({ key }) => key)).toEqual(['A', 'a#', 'ab']);
      }),
    );

    it(
      'removes only rows that have nothing later than an instant, where asked to',
      withStore(async (store) => {
        await store.write('listeners', [
          cell({ key: 'old', timestamp: 10 }),
          cell({ key: 'old', family: 'control', timestamp: 20 }),
          cell({ key: 'new', timestamp: 10 }),
          cell({ key: 'new', family: 'control', timestamp: 21 }),
        ]);
        await store.deleteRows('listeners', ['old', 'new', 'not there'], { unlessAfter: 20 });
        const left = await rowsOf(store.scan('listeners'));
        expect(left.map(({ key, cells }) => [key, cells.length])).toEqual([['new', 2]]);
        await store.deleteRows('listeners', ['new'], { unlessAfter: 9 });
        expect(await store.read('listeners', 'new')).toBeDefined();
      }),
    );

    it(
      'scans in byte order of the keys, by prefix and filter',
      withStore(async (store) => {
        await store.write(
          'listeners',
          NAMES.map((key, i) => cell({ key, family: FAMILIES[i % 3] ?? '', timestamp: i })),
        );
        const keys = async (options?: { prefix?: string; filters?: readonly FamilyFilter[] }) =>
          (await rowsOf(store.scan('listeners', options))).map(({ key }) => key);
        expect(await keys()).toEqual(NAMES);
        expect(await keys({ prefix: 'a' })).toEqual(['a', 'a#', LONG, 'ab']);
        expect(await keys({ prefix: 'a#' })).toEqual(['a#']);
        expect(await keys({ prefix: 'c' })).toEqual([]);
        expect(await keys({ filters: [{ family: 'live' }] })).toEqual(['a', 'ab', '\u{fffd}']);
        expect(await keys({ prefix: 'a', filters: [{ family: 'control', from: 2 }] })).toEqual([]);
      }),
    );

    it(
      'scans every row that is there throughout, whatever is written meanwhile',
      withStore(async (store) => {
        const keys = Array.from({ length: 60 }, (_, i) => `k${String(i).padStart(3, '0')}`);
        await store.write(
          'listeners',
          keys.map((key) => cell({ key })),
        );
        const seen: string[] = [];
        for await (const { key } of store.scan('listeners')) {
          seen.push(key);
          if (seen.length % 20 === 0) {
            await store.write('listeners', [cell({ key: `${key}!` }), cell({ key, value: 'changed' })]);
            await store.deleteRows('listeners', [key]);
          }
        }
        expect(seen.filter((key) => !key.endsWith('!'))).toEqual(keys);
      }),
    );

    it(
      'collects cells before a time except those to keep',
      withStore(async (store) => {
        const builds = [1, 2, 3, 4, 5];
        await store.write(
          'listeners',
          builds.flatMap((timestamp) =>
            ['a', 'b'].flatMap((key) => [
              cell({ key, family: 'build', qualifier: 'pool', timestamp }),
              cell({ key, family: 'control', qualifier: 'pool', timestamp }),
            ]),
          ),
        );
        const removed = await store.collect('listeners', 'build', 4, [2, 5]);
        expect(removed).toBe(capabilities.collects ? 4 : 0);
        const row = await store.read('listeners', 'a', [{ family: 'build', versions: 'all' }]);
        expect(row?.cells.map(({ timestamp }) => timestamp)).toEqual(
          capabilities.collects ? [5, 4, 2] : [5, 4, 3, 2, 1],
        );
        const control = await store.read('listeners', 'a', [{ family: 'control', versions: 'all' }]);
        expect(control?.cells).toHaveLength(5);
      }),
    );

    if (capabilities.reopens)
      it(
        'keeps everything when it is closed and opened again',
        withStore(async (store, opened) => {
          const cells = NAMES.flatMap((key) => FAMILIES.map((family) => cell({ key, family, value: key })));
          await store.write('listeners', cells);
          const before = await rowsOf(store.scan('listeners'));
          const again = await opened.reopen?.();
          expect(again && (await rowsOf(again.scan('listeners')))).toEqual(before);
        }),
      );

    describeRowLimits(open);
    describeRandomRows(open, capabilities);
  });
}

/** What a RowStore must be able to hold, and what it must refuse. */
import { expect, it } from 'vitest';
import { InvalidInput } from '../../shared/errors.ts';
import type { CellWrite, RowStore } from '../../shared/ports/row-store.ts';
import { type Opened, withOpened } from './opened.ts';
import { cell, rowsOf } from './row-store.names.ts';

/** Registers the tests. */
export function describeRowLimits(open: () => Promise<Opened<RowStore>>): void {
  const withStore = (use: (store: RowStore) => Promise<void>) => () => withOpened(open, use);

  it(
    'keeps text of a megabyte and any script as it is',
    withStore(async (store) => {
      const value = `${'Großmutter 🎧 Ирина\t\n'.repeat(50_000)}"\\`;
      await store.write('listeners', [cell({ value }), cell({ qualifier: 'small', value: '\u0000' })]);
      const row = await store.read('listeners', 'row');
      expect(row?.cells.map((found) => found.value === value)).toEqual([true, false]);
      expect(row?.cells[1]?.value).toBe('\u0000');
    }),
  );

  it(
    'refuses names and times that cannot be stored, naming them, and writes nothing of the call',
    withStore(async (store) => {
      const bad: [string, Partial<CellWrite>][] = [
        ['/1/key', { key: '' }],
        ['/1/key', { key: 'x'.repeat(513) }],
        ['/1/key', { key: '\u{1f3b5}'.repeat(129) }],
        ['/1/key', { key: 'a\u0001b' }],
        ['/1/qualifier', { qualifier: 'line\nbreak' }],
        ['/1/qualifier', { qualifier: '\ud800' }],
        ['/1/family', { family: 'unknown' }],
        ['/1/timestamp', { timestamp: 1.5 }],
        ['/1/timestamp', { timestamp: -1 }],
        ['/1/timestamp', { timestamp: Number.NaN }],
      ];
      for (const [pointer, change] of bad) {
        const cells = [cell({}), cell(change)];
        await expect(store.write('listeners', cells), JSON.stringify(change)).rejects.toSatisfy(
          (error) => error instanceof InvalidInput && error.problems[0]?.pointer === pointer,
        );
        await expect(store.writeIfAbsent('listeners', cells)).rejects.toBeInstanceOf(InvalidInput);
      }
      await expect(store.read('listeners', '')).rejects.toBeInstanceOf(InvalidInput);
      await expect(store.read('listeners', 'a', [{ family: 'unknown' }])).rejects.toBeInstanceOf(
        InvalidInput,
      );
      expect(await rowsOf(store.scan('listeners'))).toEqual([]);
      const longest = cell({ key: 'k'.repeat(512), qualifier: 'é'.repeat(256) });
      await store.write('listeners', [longest]);
      expect((await store.read('listeners', longest.key))?.cells[0]?.qualifier).toBe(longest.qualifier);
    }),
  );
}

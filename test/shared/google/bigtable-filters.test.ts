import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InvalidInput } from '../../../shared/errors.ts';
import { ofFilters } from '../../../shared/google/bigtable-filters.ts';
import { type BigtableRows, createBigtableRows } from '../../../shared/google/bigtable-rows.ts';
import type { FamilyFilter } from '../../../shared/ports/row-store.ts';
import { createTables } from '../../emulators/bigtable-tables.ts';
import { type Emulator, hasEmulator, startEmulator } from '../../emulators/emulators.ts';
import { decoded } from './bigtable-protocol.ts';

/** The filter on the wire, by the public definition. */
function wire(...filters: readonly FamilyFilter[]): unknown {
  const filter = ofFilters(filters);
  return filter instanceof Uint8Array ? decoded('filter', filter) : filter;
}

const family = { familyNameRegexFilter: 'build' };
const newest = { cellsPerColumnLimitFilter: 1 };
const since = (ms: number) => ({ timestampRangeFilter: { startTimestampMicros: ms * 1_000 } });
const at = (ms: number) => ({
  timestampRangeFilter: { startTimestampMicros: ms * 1_000, endTimestampMicros: ms * 1_000 + 1_000 },
});
const chain = (...filters: readonly object[]) => ({ chain: { filters } });

describe('filters as Bigtable takes them', () => {
  test('keep the newest of what the other conditions left, and never combine one alone', () => {
    expect(wire({ family: 'build' })).toEqual(chain(family, newest));
    expect(wire({ family: 'build', versions: 'all' })).toEqual(family);
    expect(wire({ family: 'build', qualifiers: ['pool', 'heard'], from: 7 })).toEqual(
      chain(family, { columnQualifierRegexFilter: 'pool|heard' }, since(7), newest),
    );
    expect(wire({ family: 'build', timestamps: [5] })).toEqual(chain(family, at(5), newest));
    expect(wire({ family: 'build', timestamps: [5, 9, 5, 2], from: 3 })).toEqual(
      chain(family, { interleave: { filters: [at(5), at(9)] } }, newest),
    );
    expect(wire({ family: 'build', versions: 'all' }, { family: 'live' })).toEqual({
      interleave: { filters: [family, chain({ familyNameRegexFilter: 'live' }, newest)] },
    });
  });

  test('ask for nothing where nothing can pass, and leave that out of a union', () => {
    const never: readonly FamilyFilter[] = [
      { family: 'build', qualifiers: [] },
      { family: 'build', qualifiers: ['', 'line\nbreak', '\ud800'] },
      { family: 'build', timestamps: [] },
      { family: 'build', timestamps: [1.5, Number.NaN, -1] },
      { family: 'build', timestamps: [1, 2], from: 3 },
      { family: 'build', from: Number.POSITIVE_INFINITY },
      { family: 'build', from: Number.NaN },
    ];
    for (const filter of never) expect(wire(filter), JSON.stringify(filter)).toBe('nothing');
    expect(wire()).toBe('nothing');
    expect(wire(...never, { family: 'build' })).toEqual(chain(family, newest));
    expect(ofFilters(undefined)).toBeUndefined();
  });

  test('times between milliseconds and before all of them mean what they say', () => {
    expect(wire({ family: 'build', from: 2.1, versions: 'all' })).toEqual(chain(family, since(3)));
    expect(wire({ family: 'build', from: -9, versions: 'all' })).toEqual(family);
  });

  test('more than Bigtable takes at a time is refused, as the emulator does not', () => {
    const qualifiers = Array.from({ length: 600 }, (_, i) => `e#${String(i).padStart(40, '0')}`);
    expect(() => ofFilters([{ family: 'live', qualifiers }])).toThrow(InvalidInput);
    expect(ofFilters([{ family: 'live', qualifiers: qualifiers.slice(0, 400) }])).toBeInstanceOf(Uint8Array);
  });
});

describe.skipIf(!hasEmulator('bigtable'))('names on Google’s emulator', () => {
  const PLACE = { project: 'filters', instance: 'segue' };
  let emulator: Emulator;
  let store: BigtableRows;

  beforeAll(async () => {
    emulator = await startEmulator('bigtable');
    await createTables(emulator.address, PLACE);
    store = createBigtableRows({ ...PLACE, appProfile: 'writing', emulatorHost: emulator.address });
  });
  afterAll(async () => {
    await store?.close();
    await emulator?.stop();
  });

  /** Every printable sign of ASCII, which is every one with a meaning in a regex, and some of several bytes. */
  const SIGNS = [
    ...Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)),
    'é',
    'ß',
    '–',
    '🎧',
    '\u{fffd}',
  ];

  test('each sign is itself and no other, as a qualifier and as what stands around it', async () => {
    const names = [
      ...SIGNS,
      ...SIGNS.map((sign) => `a${sign}b`),
      'ab',
      'aab',
      'axb',
      '\\Qa\\E',
      '(?i)A',
      'a|b',
      '[a-z]',
    ];
    await store.write(
      'listeners',
      names.map((qualifier) => ({ key: 'signs', family: 'live', qualifier, timestamp: 1, value: qualifier })),
    );
    const found = await Promise.all(
      names.map(async (name) => {
        const row = await store.read('listeners', 'signs', [{ family: 'live', qualifiers: [name] }]);
        return row?.cells.map(({ value }) => value);
      }),
    );
    expect(found).toEqual(names.map((name) => [name]));
  });

  test('any set of any names selects itself, and a condition sees its own qualifier and value only', async () => {
    const text = fc.string({ unit: fc.constantFrom(...SIGNS), minLength: 1, maxLength: 6 });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(text, { minLength: 2, maxLength: 8 }), async (names) => {
        const key = `run ${run++}`;
        const cellOf = (qualifier: string) => ({
          key,
          family: 'live',
          qualifier,
          timestamp: 1,
          value: qualifier,
        });
        const [absent = '', ...there] = names;
        await store.write('listeners', there.map(cellOf));
        const wanted = names.filter((_, i) => i % 2 === 0);
        const row = await store.read('listeners', key, [{ family: 'live', qualifiers: wanted }]);
        expect(new Set(row?.cells.map(({ value }) => value))).toEqual(
          new Set(wanted.filter((name) => name !== absent)),
        );
        const answers = await store.writeIfAbsent('listeners', names.map(cellOf));
        expect(answers.map((found) => found?.value)).toEqual([undefined, ...there]);
        for (const [i, name] of names.entries()) {
          const other = names[(i + 1) % names.length] ?? '';
          const next = { ...cellOf(name), timestamp: 2, value: `${name}!` };
          expect(await store.compareAndSet('listeners', next, other)).toBe(false);
          expect(await store.compareAndSet('listeners', next, name)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });
});

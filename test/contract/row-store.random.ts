/** Random writes and reads of rows, compared with the model. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CellWrite, FamilyFilter, RowStore } from '../../shared/ports/row-store.ts';
import { type Opened, withOpened } from './opened.ts';
import { RowStoreModel } from './row-store.model.ts';
import { FAMILIES, NAMES, rowsOf } from './row-store.names.ts';

export interface RowStoreCapabilities {
  /** False where the store collects by its own rules, so that collect() answers 0. */
  readonly collects: boolean;
  /** False where there is nothing to close and open again. */
  readonly reopens: boolean;
}

/** Registers the property test. */
export function describeRandomRows(
  open: () => Promise<Opened<RowStore>>,
  capabilities: RowStoreCapabilities,
): void {
  it('agrees with a plain list of cells under random writes and filters', () =>
    withOpened(open, async (store) => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(command(capabilities), { maxLength: 12 }),
          fc.array(filters, { minLength: 1, maxLength: 6 }),
          async (commands, reads) => {
            const prefix = `${run++}:`;
            const model = new RowStoreModel();
            for (const run of commands)
              expect(await run(store, prefix)).toEqual(await run(asStore(model), prefix));
            for (const filter of reads) {
              expect(
                await rowsOf(store.scan('listeners', { prefix, ...(filter && { filters: filter }) })),
              ).toEqual(model.scan(prefix, filter));
              const keys = NAMES.map((key) => prefix + key);
              expect(await store.readMany('listeners', keys, filter)).toEqual(
                keys.map((key) => model.read(key, filter)),
              );
            }
            await store.deleteRows(
              'listeners',
              NAMES.map((key) => prefix + key),
            );
          },
        ),
        { numRuns: 60 },
      );
    }));
}

type Command = (store: ModelledStore, prefix: string) => Promise<unknown>;
type ModelledStore = Pick<RowStore, 'write' | 'writeIfAbsent' | 'compareAndSet' | 'deleteRows' | 'collect'>;

function asStore(model: RowStoreModel): ModelledStore {
  return {
    write: async (_, cells) => model.write(cells),
    writeIfAbsent: async (_, cells) => model.writeIfAbsent(cells),
    compareAndSet: async (_, cell, expected) => model.compareAndSet(cell, expected),
    deleteRows: async (_, keys) => model.deleteRows(keys),
    collect: async (_, family, before, keep) => model.collect(family, before, keep),
  };
}

const timestamp = fc.integer({ min: 0, max: 4 });
const family = fc.constantFrom(...FAMILIES);
const qualifier = fc.constantFrom(...NAMES.slice(0, 5));
const anyCell = fc.record<CellWrite>({
  key: fc.constantFrom(...NAMES),
  family,
  qualifier,
  timestamp,
  value: fc.constantFrom('', 'v', 'w'),
});

const filters = fc.option(
  fc.array(
    fc.record<FamilyFilter>(
      {
        family,
        qualifiers: fc.array(qualifier, { maxLength: 3 }),
        from: timestamp,
        timestamps: fc.array(timestamp, { maxLength: 3 }),
        versions: fc.constantFrom('newest', 'all'),
      },
      { requiredKeys: ['family'] },
    ),
    { maxLength: 3 },
  ),
  { nil: undefined },
);

function command({ collects }: RowStoreCapabilities): fc.Arbitrary<Command> {
  const placed = (prefix: string) => (cell: CellWrite) => ({ ...cell, key: prefix + cell.key });
  const cells = fc.array(anyCell, { minLength: 1, maxLength: 8 });
  const writes = cells.map<Command>((list) => (store, p) => store.write('listeners', list.map(placed(p))));
  const absents = cells.map<Command>(
    (list) => (store, p) => store.writeIfAbsent('listeners', list.map(placed(p))),
  );
  const sets = fc.tuple(anyCell, fc.constantFrom(undefined, '', 'v')).map<Command>(
    ([one, expected]) =>
      (store, p) =>
        store.compareAndSet('listeners', placed(p)(one), expected),
  );
  const deletes = fc.array(fc.constantFrom(...NAMES), { maxLength: 2 }).map<Command>(
    (keys) => (store, p) =>
      store.deleteRows(
        'listeners',
        keys.map((key) => p + key),
      ),
  );
  const collecting = fc.tuple(family, timestamp, fc.array(timestamp, { maxLength: 2 })).map<Command>(
    ([name, before, keep]) =>
      (store) =>
        store.collect('listeners', name, before, keep),
  );
  return collects
    ? fc.oneof(writes, absents, sets, deletes, collecting)
    : fc.oneof(writes, absents, sets, deletes);
}

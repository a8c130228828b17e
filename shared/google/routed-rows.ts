/** Rows as serving uses them where Bigtable has more than one cluster: most by the near one, conditions by one alone. */
import type { RowStore } from '../ports/row-store.ts';

/**
 * A RowStore that reads and writes through `near` (its app profile keeps a row's requests in one cluster while that is
 * well), and through `one` (single-cluster routing) what Bigtable decides in one place only: conditional writes,
 * removals, and tombstones, which the functions that write events look for there.
 */
export function routeRows(near: RowStore, one: RowStore): RowStore {
  return {
    read: (table, key, filters) => near.read(table, key, filters),
    readMany: (table, keys, filters) => near.readMany(table, keys, filters),
    scan: (table, options) => near.scan(table, options),
    write: (table, cells) => (table === 'erasures' ? one : near).write(table, cells),
    writeIfAbsent: (table, cells) => one.writeIfAbsent(table, cells),
    compareAndSet: (table, cell, expected) => one.compareAndSet(table, cell, expected),
    deleteRows: (table, keys, options) => one.deleteRows(table, keys, options),
    collect: (table, family, before, keep) => one.collect(table, family, before, keep),
  };
}

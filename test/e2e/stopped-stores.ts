/** The stores of a host that does not run, opened through the adapters and closed again. */
import { join } from 'node:path';
import { openDuckdbWarehouse } from '../../shared/embedded/duckdb-warehouse.ts';
import { LmdbDocuments } from '../../shared/embedded/lmdb-documents.ts';
import { openLmdbEnvironment } from '../../shared/embedded/lmdb-environment.ts';
import { LmdbRows } from '../../shared/embedded/lmdb-rows.ts';
import type { Warehouse } from '../../shared/ports/warehouse.ts';
import type { Pointer } from '../../shared/rows/pointer.ts';
import { POINTER_KEY, ROW_TABLES } from '../../shared/schema/rows.ts';

export interface RowStores {
  readonly rows: LmdbRows;
  readonly documents: LmdbDocuments;
}

/** Rows and documents may be read while a host runs, too: LMDB has as many readers as like. */
export async function withRows<T>(directory: string, use: (stores: RowStores) => Promise<T>): Promise<T> {
  const environment = openLmdbEnvironment(join(directory, 'rows'));
  try {
    return await use({ rows: new LmdbRows(environment), documents: new LmdbDocuments(environment) });
  } finally {
    await environment.close();
  }
}

export async function withWarehouse<T>(
  directory: string,
  use: (warehouse: Warehouse) => Promise<T>,
): Promise<T> {
  const warehouse = await openDuckdbWarehouse({ directory, threads: 2, memory: '1GB' });
  try {
    return await use(warehouse);
  } finally {
    await warehouse.close();
  }
}

/** Every pointer there ever was, oldest first, each with the instant it was written. */
export async function readPointers(
  rows: LmdbRows,
): Promise<{ readonly at: number; readonly pointer: Pointer }[]> {
  const row = await rows.read('pools', POINTER_KEY, [{ family: ROW_TABLES.pools.pointer, versions: 'all' }]);
  return (row?.cells ?? [])
    .map(({ timestamp, value }) => ({ at: timestamp, pointer: JSON.parse(value) as Pointer }))
    .sort((a, b) => a.at - b.at);
}

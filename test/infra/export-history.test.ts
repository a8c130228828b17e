import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exportHistory } from '../../infra/local/export-history.ts';
import { openDuckdbWarehouse } from '../../shared/embedded/duckdb-warehouse.ts';
import { createAvroFile } from '../../shared/export/avro-file.ts';
import type { Warehouse } from '../../shared/ports/warehouse.ts';
import { TABLES } from '../../shared/schema/tables.ts';
import { temporaryDirectory } from '../contract/embedded-stores.ts';

let directory: ReturnType<typeof temporaryDirectory>;
let warehouse: Warehouse;
beforeEach(async () => {
  directory = temporaryDirectory();
  warehouse = await openDuckdbWarehouse({ directory: ':memory:', threads: 1, memory: '512MB' });
});
afterEach(async () => {
  await warehouse.close();
  directory.remove();
});

const listens = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    event_id: `e${i}`,
    version: 1,
    type: 'listen',
    listener_id: i % 2 === 0 ? 'ann' : 'bob',
    item_id: 'item',
    recording_id: 'recording',
    occurred_at: 1_790_000_000_000 + i,
    received_at: 1_790_000_000_001,
    skipped: i % 3 === 0,
    private: false,
  }));

test('every row that was appended and not erased is in the file, once, in the order it came', async () => {
  // More than a page, and with gaps where rows were.
  await warehouse.append('listens', listens(45_000));
  await warehouse.eraseListener('bob');
  expect(await exportHistory(warehouse, directory.path)).toEqual({
    listens: 22_500,
    catalogue: 0,
    artist_features: 0,
  });
  const file = createAvroFile('listens', TABLES.listens);
  const left = listens(45_000).filter(({ listener_id: listener }) => listener === 'ann');
  const expected = Buffer.concat([file.append(left), file.end()]);
  const path = join(directory.path, 'listens', 'part-0.avro');
  expect(readFileSync(path).equals(expected)).toBe(true);
});

test('a file that is there is left as it is', async () => {
  await warehouse.append('listens', listens(3));
  await exportHistory(warehouse, directory.path);
  const path = join(directory.path, 'listens', 'part-0.avro');
  const before = readFileSync(path);
  await warehouse.append('listens', listens(1));
  await expect(exportHistory(warehouse, directory.path)).rejects.toThrow('is there already');
  expect(readFileSync(path).equals(before)).toBe(true);
});

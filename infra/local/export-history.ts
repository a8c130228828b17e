/** Writes what the warehouse holds as Avro files, for BigQuery to load: one's own history moves to the cloud. */
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { PermanentError } from '../../shared/errors.ts';
import { createAvroFile } from '../../shared/export/avro-file.ts';
import type { Warehouse } from '../../shared/ports/warehouse.ts';
import { TABLES, type TableRow } from '../../shared/schema/tables.ts';

/** What a build cannot be made without. Erasures and controls belong to the deployment that took them. */
export const EXPORTED = ['listens', 'catalogue', 'artist_features'] as const;
export type ExportedTable = (typeof EXPORTED)[number];

const PAGE = 20_000;

/**
 * Writes `<folder>/<table>/part-0.avro` of each table that has rows and returns how many. Throws PermanentError where a
 * file is there already: another history may be in it.
 */
export async function exportHistory(
  warehouse: Pick<Warehouse, 'query'>,
  folder: string,
): Promise<Readonly<Record<ExportedTable, number>>> {
  const counts = { listens: 0, catalogue: 0, artist_features: 0 };
  for (const table of EXPORTED) counts[table] = await exportTable(warehouse, table, folder);
  return counts;
}

async function exportTable(
  warehouse: Pick<Warehouse, 'query'>,
  table: ExportedTable,
  folder: string,
): Promise<number> {
  const [bounds] = await warehouse.query(`SELECT COUNT(*) AS total, MAX(rowid) AS last FROM ${table}`);
  const total = Number(bounds?.total ?? 0);
  if (total === 0) return 0;
  mkdirSync(join(folder, table), { recursive: true });
  const path = join(folder, table, 'part-0.avro');
  const stream = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  const done = finished(stream);
  // Met where it is awaited below.
  done.catch(() => undefined);
  const file = createAvroFile(table, TABLES[table]);
  const columns = Object.keys(TABLES[table].columns)
    .map((name) => `\`${name}\``)
    .join(', ');
  try {
    for (let from = 0; from <= Number(bounds?.last ?? -1); from += PAGE) {
      const rows = await warehouse.query(
        `SELECT ${columns} FROM ${table} WHERE rowid >= @low AND rowid < @high ORDER BY rowid`,
        { low: from, high: from + PAGE },
      );
      if (!stream.write(file.append(rows as TableRow[])))
        await Promise.race([
          new Promise<void>((resolve) => void stream.once('drain', () => resolve())),
          done,
        ]);
    }
    stream.end(file.end());
    await done;
  } catch (cause) {
    stream.destroy();
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST')
      throw new PermanentError(`${path} is there already; choose another folder.`, { cause });
    throw cause;
  }
  return total;
}

/** Rows in LMDB: one database per table and family, so that reading one family never walks over another. */
import { setImmediate } from 'node:timers/promises';
import { InvalidInput } from '../errors.ts';
import type { Cell, CellWrite, FamilyFilter, Row, RowStore } from '../ports/row-store.ts';
import { compareBytes, requireCells, requireName } from '../rows/cells.ts';
import { ROW_TABLES, type RowTable } from '../schema/rows.ts';
import { afterRow, timestampOfCellKey } from './cell-keys.ts';
import { type FamilyTables, newestCell, readCells } from './cell-reads.ts';
import { CellTable } from './cell-table.ts';
import type { LmdbEnvironment } from './lmdb-environment.ts';

/** A job's writes stay below this; one row's are never split, because writes to one row are atomic. */
const JOB_BYTES = 1 << 20;

/** What a key and its tree node cost beyond the texts, roughly. */
const CELL_OVERHEAD_BYTES = 64;

/** Cells looked at between two turns of the event loop while collecting. */
const COLLECT_PAGE = 2_000;

/** Rows deleted in one job. */
const DELETE_PAGE = 100;

/** Longest stretch in ms that a scan or a large read keeps the event loop from others. */
const SLICE_MS = 5;

/** Families read `from` a time on, of which most cells are older: kept in order of time as well. */
const READ_BY_TIME: readonly string[] = [`listeners/${ROW_TABLES.listeners.live}`];

/** Needs only the environment: several threads may each have their own on the same folder. */
export class LmdbRows implements RowStore {
  readonly #environment: LmdbEnvironment;
  readonly #tables: ReadonlyMap<string, FamilyTables>;

  constructor(environment: LmdbEnvironment) {
    this.#environment = environment;
    const tableOf = (name: string) =>
      new CellTable(
        environment.database(`rows/${name}`),
        READ_BY_TIME.includes(name) ? environment.database(`rows/${name}/by-time`) : undefined,
      );
    this.#tables = new Map(
      Object.entries(ROW_TABLES).map(([table, families]) => [
        table,
        new Map(Object.values(families).map((family) => [family, tableOf(`${table}/${family}`)])),
      ]),
    );
  }

  async read(table: RowTable, key: string, filters?: readonly FamilyFilter[]): Promise<Row | undefined> {
    requireName(key, '/key');
    const families = this.#families(table, filters);
    return rowOf(key, readCells(families, key, filters));
  }

  async readMany(
    table: RowTable,
    keys: readonly string[],
    filters?: readonly FamilyFilter[],
  ): Promise<(Row | undefined)[]> {
    const families = this.#families(table, filters);
    keys.forEach((key, i) => {
      requireName(key, `/keys/${i}`);
    });
    const rows: (Row | undefined)[] = [];
    const slice = new TimeSlice();
    for (const key of keys) {
      rows.push(rowOf(key, readCells(families, key, filters)));
      if (slice.isOver()) await slice.next();
    }
    return rows;
  }

  async write(table: RowTable, cells: readonly CellWrite[]): Promise<void> {
    const families = this.#families(table);
    requireCells(cells, (family) => families.has(family));
    await Promise.all(
      jobsOf(cells).map(({ indexes, bytes }) =>
        this.#environment.write(() => {
          for (const i of indexes) putCell(families, cells[i]);
        }, bytes),
      ),
    );
  }

  async writeIfAbsent(table: RowTable, cells: readonly CellWrite[]): Promise<(Cell | undefined)[]> {
    const families = this.#families(table);
    requireCells(cells, (family) => families.has(family));
    const there: (Cell | undefined)[] = new Array(cells.length).fill(undefined);
    await Promise.all(
      jobsOf(cells).map(({ indexes, bytes }) =>
        this.#environment.write(() => {
          for (const i of indexes) {
            const cell = cells[i];
            there[i] = cell && newestOf(families, cell);
            if (there[i] === undefined) putCell(families, cell);
          }
        }, bytes),
      ),
    );
    return there;
  }

  async compareAndSet(table: RowTable, cell: CellWrite, expected: string | undefined): Promise<boolean> {
    const families = this.#families(table);
    requireCells([cell], (family) => families.has(family));
    return this.#environment.write(() => {
      if (newestOf(families, cell)?.value !== expected) return false;
      putCell(families, cell);
      return true;
    }, sizeOf(cell));
  }

  async deleteRows(
    table: RowTable,
    keys: readonly string[],
    { unlessAfter = Number.POSITIVE_INFINITY }: { readonly unlessAfter?: number } = {},
  ): Promise<void> {
    const families = this.#families(table);
    keys.forEach((key, i) => {
      requireName(key, `/keys/${i}`);
    });
    for (let i = 0; i < keys.length; i += DELETE_PAGE) {
      const page = keys.slice(i, i + DELETE_PAGE);
      await this.#environment.write(() => {
        for (const key of page) {
          if (unlessAfter < Number.POSITIVE_INFINITY && hasCellAfter(families, key, unlessAfter)) continue;
          for (const family of families.values()) for (const cell of family.rowKeys(key)) family.remove(cell);
        }
      });
    }
  }

  /** Each row is read at its own moment: what is written meanwhile behind the scan is not seen. */
  async *scan(
    table: RowTable,
    { prefix = '', filters }: { prefix?: string; filters?: readonly FamilyFilter[] } = {},
  ): AsyncGenerator<Row> {
    if (prefix !== '') requireName(prefix, '/prefix');
    const families = this.#families(table, filters);
    const named = new Set(filters?.map(({ family }) => family) ?? families.keys());
    const scanned = Array.from(families).flatMap(([family, cells]) => (named.has(family) ? [cells] : []));
    const slice = new TimeSlice();
    for (let key = nextRow(scanned, prefix); key?.startsWith(prefix); key = nextRow(scanned, afterRow(key))) {
      const row = rowOf(key, readCells(families, key, filters));
      if (row !== undefined) yield row;
      if (slice.isOver()) await slice.next();
    }
  }

  async collect(table: RowTable, family: string, before: number, keep: readonly number[]): Promise<number> {
    const cells = this.#families(table, [{ family }]).get(family);
    const kept = new Set(keep);
    let removed = 0;
    for (let after: string | undefined; ; ) {
      const page = cells?.keys(after, COLLECT_PAGE) ?? [];
      after = page.at(-1);
      if (after === undefined) return removed;
      const old = page.filter((key) => {
        const timestamp = timestampOfCellKey(key);
        return timestamp < before && !kept.has(timestamp);
      });
      if (old.length === 0) await setImmediate();
      else removed += await this.#environment.write(() => old.filter((key) => cells?.remove(key)).length);
    }
  }

  #families(table: RowTable, filters: readonly FamilyFilter[] = []): FamilyTables {
    const families = this.#tables.get(table);
    if (families === undefined)
      throw new InvalidInput([{ pointer: '/table', detail: `'${table}' is not a table` }]);
    filters.forEach(({ family }, i) => {
      if (!families.has(family))
        throw new InvalidInput([
          { pointer: `/filters/${i}/family`, detail: `'${family}' is not a family of ${table}` },
        ]);
    });
    return families;
  }
}

/** Lets others run when this caller has had the event loop for SLICE_MS. */
class TimeSlice {
  #started = performance.now();

  isOver(): boolean {
    return performance.now() - this.#started > SLICE_MS;
  }

  async next(): Promise<void> {
    await setImmediate();
    this.#started = performance.now();
  }
}

function rowOf(key: string, cells: Cell[]): Row | undefined {
  return cells.length === 0 ? undefined : { key, cells };
}

function nextRow(families: readonly CellTable[], start: string): string | undefined {
  let next: string | undefined;
  for (const family of families) {
    const row = family.nextRow(start);
    if (row !== undefined && (next === undefined || compareBytes(row, next) < 0)) next = row;
  }
  return next;
}

function putCell(families: FamilyTables, cell: CellWrite | undefined): void {
  if (cell !== undefined) families.get(cell.family)?.put(cell.key, cell);
}

function newestOf(families: FamilyTables, { family, key, qualifier }: CellWrite): Cell | undefined {
  const table = families.get(family);
  return table && newestCell(table, family, key, qualifier);
}

function hasCellAfter(families: FamilyTables, key: string, instant: number): boolean {
  return readCells(families, key, undefined).some(({ timestamp }) => timestamp > instant);
}

function sizeOf(cell: CellWrite): number {
  return cell.key.length + cell.qualifier.length + cell.value.length + CELL_OVERHEAD_BYTES;
}

/** Splits cells, given by index and in their order, into jobs of whole rows. */
function jobsOf(cells: readonly CellWrite[]): { indexes: number[]; bytes: number }[] {
  const rows = new Map<string, { indexes: number[]; bytes: number }>();
  cells.forEach((cell, i) => {
    const row = rows.get(cell.key) ?? { indexes: [], bytes: 0 };
    row.indexes.push(i);
    row.bytes += sizeOf(cell);
    rows.set(cell.key, row);
  });
  const jobs: { indexes: number[]; bytes: number }[] = [];
  for (const row of rows.values()) {
    const last = jobs.at(-1);
    if (last !== undefined && last.bytes + row.bytes <= JOB_BYTES) {
      for (const index of row.indexes) last.indexes.push(index);
      last.bytes += row.bytes;
    } else jobs.push(row);
  }
  return jobs;
}

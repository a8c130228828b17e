/** Reads of one row by family filters: named cells by direct gets, the rest by a range within the family. */
import type { Cell, FamilyFilter } from '../ports/row-store.ts';
import { cellKey, cellRange, compareBytes, parseCellKey } from './cell-keys.ts';
import type { TextDatabase } from './lmdb-environment.ts';

export type FamilyDatabases = ReadonlyMap<string, TextDatabase>;

/** The row's cells that pass any of the filters, sorted by family, qualifier, then newest first. */
export function readCells(
  families: FamilyDatabases,
  row: string,
  filters: readonly FamilyFilter[] | undefined,
): Cell[] {
  const selected = filters ?? Array.from(families.keys(), (family) => ({ family, versions: 'all' as const }));
  const cells: Cell[] = [];
  for (const filter of selected) {
    const database = families.get(filter.family);
    if (database !== undefined) readFamily(database, row, filter, cells);
  }
  return selected.length === 1 && filters?.[0]?.qualifiers === undefined ? cells : sortedUnion(cells);
}

function readFamily(database: TextDatabase, row: string, filter: FamilyFilter, into: Cell[]): void {
  const { qualifiers, timestamps } = filter;
  if (qualifiers === undefined) {
    readRange(database, row, cellRange(row), filter, into);
  } else if (timestamps === undefined) {
    for (const qualifier of qualifiers) readRange(database, row, cellRange(row, qualifier), filter, into);
  } else {
    const newestFirst = [...timestamps].sort((a, b) => b - a);
    for (const qualifier of qualifiers) readNamed(database, row, qualifier, newestFirst, filter, into);
  }
}

function readNamed(
  database: TextDatabase,
  row: string,
  qualifier: string,
  newestFirst: readonly number[],
  { family, from, versions }: FamilyFilter,
  into: Cell[],
): void {
  for (const timestamp of newestFirst) {
    if (!Number.isSafeInteger(timestamp) || timestamp < (from ?? 0)) continue;
    const value = database.get(cellKey(row, qualifier, timestamp));
    if (value === undefined) continue;
    into.push({ family, qualifier, timestamp, value });
    if (versions !== 'all') return;
  }
}

/** Values are fetched only for cells that pass: a row's older cells cost their keys and nothing more. */
function readRange(
  database: TextDatabase,
  row: string,
  range: { start: string; end: string },
  { family, from, timestamps, versions }: FamilyFilter,
  into: Cell[],
): void {
  let taken: string | undefined;
  for (const key of database.getKeys(range)) {
    const { qualifier, timestamp } = parseCellKey(key, row.length);
    if (versions !== 'all' && qualifier === taken) continue;
    if (from !== undefined && timestamp < from) continue;
    if (timestamps !== undefined && !timestamps.includes(timestamp)) continue;
    const value = database.get(key);
    if (value === undefined) continue;
    taken = qualifier;
    into.push({ family, qualifier, timestamp, value });
  }
}

/** Newest cell of a qualifier; inside a write job it sees what the job wrote. */
export function newestCell(
  database: TextDatabase,
  family: string,
  row: string,
  qualifier: string,
): Cell | undefined {
  const cells: Cell[] = [];
  readRange(database, row, cellRange(row, qualifier), { family }, cells);
  return cells[0];
}

function sortedUnion(cells: Cell[]): Cell[] {
  cells.sort(compareCells);
  return cells.filter((cell, i) => {
    const before = cells[i - 1];
    return before === undefined || compareCells(before, cell) !== 0;
  });
}

function compareCells(a: Cell, b: Cell): number {
  return (
    compareBytes(a.family, b.family) || compareBytes(a.qualifier, b.qualifier) || b.timestamp - a.timestamp
  );
}

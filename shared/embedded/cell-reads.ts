/** Reads of one row by family filters: named cells by direct gets, the rest by a range within the family. */
import type { Cell, FamilyFilter } from '../ports/row-store.ts';
import { sortedUnion } from '../rows/cells.ts';
import type { CellTable, StoredCell } from './cell-table.ts';

export type FamilyTables = ReadonlyMap<string, CellTable>;

/** The row's cells that pass any of the filters, sorted by family, qualifier, then newest first. */
export function readCells(
  families: FamilyTables,
  row: string,
  filters: readonly FamilyFilter[] | undefined,
): Cell[] {
  const selected = filters ?? Array.from(families.keys(), (family) => ({ family, versions: 'all' as const }));
  const cells: Cell[] = [];
  for (const filter of selected) {
    const table = families.get(filter.family);
    if (table !== undefined) readFamily(table, row, filter, cells);
  }
  return sortedUnion(cells);
}

/** Newest cell of a qualifier; inside a write job it sees what the job wrote. */
export function newestCell(
  table: CellTable,
  family: string,
  row: string,
  qualifier: string,
): Cell | undefined {
  for (const cell of table.cells(row, qualifier)) return { family, ...cell };
  return undefined;
}

function readFamily(table: CellTable, row: string, filter: FamilyFilter, into: Cell[]): void {
  const { qualifiers, timestamps, from } = filter;
  if (qualifiers === undefined)
    keepPassing(from === undefined ? table.cells(row) : table.cellsSince(row, from), filter, into);
  else if (timestamps === undefined)
    for (const qualifier of qualifiers) keepPassing(table.cells(row, qualifier), filter, into);
  else {
    const newestFirst = [...timestamps].sort((a, b) => b - a);
    for (const qualifier of qualifiers) readNamed(table, row, qualifier, newestFirst, filter, into);
  }
}

function readNamed(
  table: CellTable,
  row: string,
  qualifier: string,
  newestFirst: readonly number[],
  { family, from, versions }: FamilyFilter,
  into: Cell[],
): void {
  for (const timestamp of newestFirst) {
    if (!Number.isSafeInteger(timestamp) || timestamp < (from ?? 0)) continue;
    const value = table.value(row, qualifier, timestamp);
    if (value === undefined) continue;
    into.push({ family, qualifier, timestamp, value });
    if (versions !== 'all') return;
  }
}

/** Takes cells that come newest first within each qualifier. */
function keepPassing(
  cells: Iterable<StoredCell>,
  { family, qualifiers, from, timestamps, versions }: FamilyFilter,
  into: Cell[],
): void {
  const taken = new Set<string>();
  for (const { qualifier, timestamp, value } of cells) {
    if (from !== undefined && timestamp < from) continue;
    if (timestamps !== undefined && !timestamps.includes(timestamp)) continue;
    if (versions !== 'all') {
      if (taken.has(qualifier)) continue;
      taken.add(qualifier);
    }
    into.push({ family, qualifier, timestamp, value });
    if (versions !== 'all' && qualifiers !== undefined) return;
  }
}

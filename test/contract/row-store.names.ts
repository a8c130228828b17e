/** Names that the suite of RowStore uses, and what it reads. */
import type { CellWrite, Row } from '../../shared/ports/row-store.ts';

export const LONG = 'a'.repeat(70);

/** In byte order. */
export const NAMES: readonly string[] = ['a', 'a#', LONG, 'ab', 'b', 'é', '\u{fffd}', '\u{1f3b5}'];
export const FAMILIES: readonly string[] = ['live', 'control', 'build'];

/** Everything a scan yields. */
export async function rowsOf(rows: AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** A cell like any other but for what is given. */
export function cell(change: Partial<CellWrite>): CellWrite {
  return { key: 'row', family: 'live', qualifier: 'e#1', timestamp: 1, value: 'v', ...change };
}

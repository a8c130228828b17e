/** The row store as a flat list of cells: slow, obvious, and the answer the adapters are compared with. */
import type { Cell, CellWrite, FamilyFilter, Row } from '../../shared/ports/row-store.ts';

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

export class RowStoreModel {
  #cells: CellWrite[] = [];

  write(cells: readonly CellWrite[]): void {
    for (const cell of cells) {
      this.#cells = this.#cells.filter(
        (other) =>
          other.key !== cell.key ||
          other.family !== cell.family ||
          other.qualifier !== cell.qualifier ||
          other.timestamp !== cell.timestamp,
      );
      this.#cells.push(cell);
    }
  }

  writeIfAbsent(cells: readonly CellWrite[]): (Cell | undefined)[] {
    return cells.map((cell) => {
      const there = this.#newest(cell);
      if (there === undefined) this.write([cell]);
      return there;
    });
  }

  compareAndSet(cell: CellWrite, expected: string | undefined): boolean {
    const isExpected = this.#newest(cell)?.value === expected;
    if (isExpected) this.write([cell]);
    return isExpected;
  }

  deleteRows(keys: readonly string[]): void {
    this.#cells = this.#cells.filter(({ key }) => !keys.includes(key));
  }

  collect(family: string, before: number, keep: readonly number[]): number {
    const count = this.#cells.length;
    this.#cells = this.#cells.filter(
      (cell) => cell.family !== family || cell.timestamp >= before || keep.includes(cell.timestamp),
    );
    return count - this.#cells.length;
  }

  read(key: string, filters?: readonly FamilyFilter[]): Row | undefined {
    const own = this.#cells.filter((cell) => cell.key === key);
    const passing =
      filters === undefined ? own : own.filter((cell) => filters.some((f) => passes(cell, f, own)));
    const cells = passing
      .map(({ family, qualifier, timestamp, value }) => ({ family, qualifier, timestamp, value }))
      .sort(
        (a, b) =>
          byBytes(a.family, b.family) || byBytes(a.qualifier, b.qualifier) || b.timestamp - a.timestamp,
      );
    return cells.length === 0 ? undefined : { key, cells };
  }

  scan(prefix: string, filters?: readonly FamilyFilter[]): Row[] {
    const keys = [...new Set(this.#cells.map(({ key }) => key))].filter((key) => key.startsWith(prefix));
    return keys.sort(byBytes).flatMap((key) => this.read(key, filters) ?? []);
  }

  #newest({ key, family, qualifier }: CellWrite): Cell | undefined {
    return this.read(key, [{ family, qualifiers: [qualifier] }])?.cells[0];
  }
}

function meets(cell: CellWrite, { family, qualifiers, from, timestamps }: FamilyFilter): boolean {
  return (
    cell.family === family &&
    (qualifiers?.includes(cell.qualifier) ?? true) &&
    cell.timestamp >= (from ?? 0) &&
    (timestamps?.includes(cell.timestamp) ?? true)
  );
}

function passes(cell: CellWrite, filter: FamilyFilter, row: readonly CellWrite[]): boolean {
  if (!meets(cell, filter)) return false;
  if (filter.versions === 'all') return true;
  return !row.some(
    (other) => other.qualifier === cell.qualifier && other.timestamp > cell.timestamp && meets(other, filter),
  );
}

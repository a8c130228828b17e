/** The cells of one family on disk, with an order by time beside the one by qualifier where reads want it. */
import {
  afterStamp,
  cellKey,
  cellRange,
  parseCellKey,
  parseTimedKey,
  rowOfCellKey,
  timedKey,
  timestampOfCellKey,
} from './cell-keys.ts';
import type { TextDatabase } from './lmdb-environment.ts';

export interface StoredCell {
  readonly qualifier: string;
  readonly timestamp: number;
  readonly value: string;
}

export class CellTable {
  /** Row, qualifier, inverted timestamp → the value, or nothing when `#byTime` holds it. */
  readonly #cells: TextDatabase;
  /** Row, inverted timestamp, qualifier → the value. */
  readonly #byTime: TextDatabase | undefined;

  constructor(cells: TextDatabase, byTime?: TextDatabase) {
    this.#cells = cells;
    this.#byTime = byTime;
  }

  /** Inside a write job only. */
  put(row: string, { qualifier, timestamp, value }: StoredCell): void {
    this.#cells.putSync(cellKey(row, qualifier, timestamp), this.#byTime === undefined ? value : '');
    this.#byTime?.putSync(timedKey(row, qualifier, timestamp), value);
  }

  /** Inside a write job only: removes the cell of a key from keys() or rowKeys(); false when it is gone. */
  remove(key: string): boolean {
    if (this.#byTime !== undefined) {
      const row = rowOfCellKey(key);
      const { qualifier, timestamp } = parseCellKey(key, row.length);
      this.#byTime.removeSync(timedKey(row, qualifier, timestamp));
    }
    return this.#cells.removeSync(key);
  }

  /** One direct get. */
  value(row: string, qualifier: string, timestamp: number): string | undefined {
    return this.#byTime === undefined
      ? this.#cells.get(cellKey(row, qualifier, timestamp))
      : this.#byTime.get(timedKey(row, qualifier, timestamp));
  }

  /** Cells of a row, or of one of its qualifiers: by qualifier, then newest first. */
  *cells(row: string, qualifier?: string): Generator<StoredCell> {
    for (const { key, value } of this.#cells.getRange(cellRange(row, qualifier))) {
      const cell = parseCellKey(key, row.length);
      const timed =
        this.#byTime === undefined ? value : this.#byTime.get(timedKey(row, cell.qualifier, cell.timestamp));
      if (timed !== undefined) yield { ...cell, value: timed };
    }
  }

  /**
   * Cells of a row with timestamp ≥ from, newest first of each qualifier and else in no order. Older cells cost
   * nothing where there is an order by time, and their keys where there is none.
   */
  *cellsSince(row: string, from: number): Generator<StoredCell> {
    if (this.#byTime !== undefined) {
      const range = { start: cellRange(row).start, end: afterStamp(row, from) };
      for (const { key, value } of this.#byTime.getRange(range))
        yield { ...parseTimedKey(key, row.length), value };
    } else
      for (const key of this.#cells.getKeys(cellRange(row))) {
        if (timestampOfCellKey(key) < from) continue;
        const value = this.#cells.get(key);
        if (value !== undefined) yield { ...parseCellKey(key, row.length), value };
      }
  }

  /** Keys of one row's cells. */
  rowKeys(row: string): string[] {
    return Array.from(this.#cells.getKeys(cellRange(row)));
  }

  /** Up to `limit` keys after the given one, from all rows. */
  keys(after: string | undefined, limit: number): string[] {
    const range = after === undefined ? {} : { start: after, exclusiveStart: true };
    return Array.from(this.#cells.getKeys({ ...range, limit }));
  }

  /** The first row at or after `start`. */
  nextRow(start: string): string | undefined {
    for (const key of this.#cells.getKeys(start === '' ? { limit: 1 } : { start, limit: 1 }))
      return rowOfCellKey(key);
    return undefined;
  }
}

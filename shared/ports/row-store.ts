/**
 * Wide rows: table → key → family → qualifier → cells by timestamp. Bigtable's data model and nothing more.
 * Keys, families and qualifiers are printable strings up to 512 bytes; values are text (blobs travel as base64).
 */
import type { RowTable } from '../schema/rows.ts';

export interface Cell {
  readonly family: string;
  readonly qualifier: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly value: string;
}

export interface Row {
  readonly key: string;
  /** Sorted by family, qualifier, then newest first. */
  readonly cells: readonly Cell[];
}

/** Selects the cells of one family; a read returns the union of its filters. */
export interface FamilyFilter {
  readonly family: string;
  /** Only these qualifiers; all of them when absent. */
  readonly qualifiers?: readonly string[];
  /** Only cells with timestamp ≥ from. */
  readonly from?: number;
  /** Only cells whose timestamp is one of these. */
  readonly timestamps?: readonly number[];
  /** `newest` (default) keeps one cell per qualifier after the other conditions, `all` keeps every one. */
  readonly versions?: 'newest' | 'all';
}

export interface CellWrite {
  readonly key: string;
  readonly family: string;
  readonly qualifier: string;
  readonly timestamp: number;
  readonly value: string;
}

export interface RowStore {
  /** Cells that pass the filters (every cell when absent); undefined when none does. */
  read(table: RowTable, key: string, filters?: readonly FamilyFilter[]): Promise<Row | undefined>;

  /** As read, for many keys at once; result[i] belongs to keys[i]. */
  readMany(
    table: RowTable,
    keys: readonly string[],
    filters?: readonly FamilyFilter[],
  ): Promise<(Row | undefined)[]>;

  /**
   * Sets cells; writing the same cell again is harmless, and a cell of the same coordinates is replaced.
   * Durable when resolved. Writes to one row are atomic, writes to several are not promised to be.
   */
  write(table: RowTable, cells: readonly CellWrite[]): Promise<void>;

  /**
   * Sets each cell unless its qualifier already has a cell with any timestamp. Durable when resolved.
   * result[i] is the cell that was already there, undefined where cells[i] was written. Concurrent writers of
   * one qualifier: exactly one wins.
   */
  writeIfAbsent(table: RowTable, cells: readonly CellWrite[]): Promise<(Cell | undefined)[]>;

  /**
   * Sets the cell only while the newest value of its qualifier is `expected` (undefined: has no cell).
   * True when it was set. Durable when resolved.
   */
  compareAndSet(table: RowTable, cell: CellWrite, expected: string | undefined): Promise<boolean>;

  /**
   * Removes whole rows. Durable when resolved; a row that is not there is no error. With `unlessAfter` a row stays
   * that has a cell of a later timestamp (epoch ms), which is looked at and decided in one step with the removal.
   */
  deleteRows(
    table: RowTable,
    keys: readonly string[],
    options?: { readonly unlessAfter?: number },
  ): Promise<void>;

  /** Rows in key order whose key starts with prefix and that have a cell passing the filters. */
  scan(table: RowTable, options?: { prefix?: string; filters?: readonly FamilyFilter[] }): AsyncIterable<Row>;

  /**
   * Removes the cells of a family for which `timestamp < before` and timestamp is not in `keep`; returns how
   * many. Where the store collects by its own rules (Bigtable's GC policies) this does nothing and returns 0.
   */
  collect(table: RowTable, family: string, before: number, keep: readonly number[]): Promise<number>;
}

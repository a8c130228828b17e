/** Loading a build's cells from the warehouse into rows by a service made for it, not through this process. */
import type { BuildTable } from '../schema/rows.ts';

/** A warehouse table that holds one row per row to write: `row_key`, a column per qualifier, `build_ts`. */
export interface PreparedLoad {
  readonly table: BuildTable;
  /** `project.dataset.table`. */
  readonly source: string;
  readonly rows: number;
}

export interface LoadSample {
  readonly key: string;
  readonly qualifier: string;
  readonly value: string;
}

export interface BulkLoad {
  /**
   * Writes the tables that a template loads; repeating it attaches to what runs. Listeners erased since the cutoff
   * are not in them.
   */
  prepare(buildId: string, cutoff: number): Promise<readonly PreparedLoad[]>;
  /** Moves what was prepared into rows, where the warehouse itself can; resolves when it has. */
  export(buildId: string, cutoff: number): Promise<void>;
  /** About `count` cells spread over a prepared load, to see whether they arrived. */
  sample(buildId: string, table: BuildTable, count: number): Promise<readonly LoadSample[]>;
}

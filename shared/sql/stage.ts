/** What a nightly stage declares: its inputs, its output contract, its parameters and its audits. */
import type { ColumnType } from '../schema/tables.ts';

/** Values of `@name` in a stage; a TIMESTAMP is written in SQL as TIMESTAMP_MILLIS(@name). */
export type StageParams = Readonly<Record<string, string | number>>;

export interface Stage {
  /** Names the output table and the file stages/<name>.sql. */
  readonly name: string;
  /** Tables it reads: earlier stages or the warehouse's own. */
  readonly inputs: readonly string[];
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** Unique in the output; rows are ordered by it wherever they are read or hashed. */
  readonly key: readonly string[];
  /** Names of the parameters used, all of them numbers except those of StringParam. */
  readonly params: readonly string[];
  /** True where the rows are served: the table is then filled in key order, so that a scan gives that order. */
  readonly ordered?: boolean;
  /** True where an embedded warehouse may answer by an equal kernel instead of the SQL. */
  readonly kernel?: boolean;
}

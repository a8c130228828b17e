/** Where history lives and builds run. SQL given here is GoogleSQL; see shared/sql. */
import type { TableName, TableRow } from '../schema/tables.ts';
import type { Stage, StageParams } from '../sql/stage.ts';

export type SqlValue = string | number | boolean | null;

export interface StageResult {
  readonly rows: number;
  readonly ms: number;
}

/** The private workspace of one build: its stages' tables, seen by nobody else. */
export interface BuildSpace {
  /** Stages that finished, in this process or in one that was killed since. */
  finished(): Promise<ReadonlyMap<string, StageResult>>;
  /** Runs a stage and records it as finished, in one transaction: afterwards its table is whole or absent. */
  run(stage: Stage, params: StageParams): Promise<StageResult>;
  /** Rows of a finished stage's table in order of its key, in batches. INT64 and FLOAT64 come as numbers. */
  read(stage: Stage): AsyncIterable<readonly Record<string, SqlValue>[]>;
  /** A query over the build's tables and the warehouse's. */
  query(sql: string, params?: StageParams): Promise<Record<string, SqlValue>[]>;
  /** Lets go of it; it stays on disk. */
  close(): Promise<void>;
}

export interface Warehouse {
  /** Appends rows; durable when resolved, all or none. */
  append(table: TableName, rows: readonly TableRow[]): Promise<void>;
  query(sql: string, params?: StageParams): Promise<Record<string, SqlValue>[]>;
  /**
   * Removes a listener's rows from every table that has a listener_id; returns rows removed by table. With `upTo`
   * (epoch ms) only those that came in no later, by the column their table is partitioned by.
   */
  eraseListener(listenerId: string, upTo?: number): Promise<Record<string, number>>;
  /**
   * Removes every item that only this source described, and every listener with an event of this source together
   * with all their rows; returns who and what was removed.
   */
  removeSource(source: string): Promise<{ readonly listeners: string[]; readonly items: string[] }>;
  /** Opens the workspace of a build, creating it when it is not there. */
  openBuild(buildId: string): Promise<BuildSpace>;
  /** Build ids that have a workspace. */
  listBuilds(): Promise<string[]>;
  dropBuild(buildId: string): Promise<void>;
  close(): Promise<void>;
}

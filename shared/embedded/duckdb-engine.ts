/** Opening DuckDB the one way Segue uses it, and running GoogleSQL on it. */
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBType,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api';
import { TransientError } from '../errors.ts';
import type { SqlValue } from '../ports/warehouse.ts';
import type { Columns, ColumnType } from '../schema/tables.ts';
import { DUCKDB_MACROS, DUCKDB_SETTINGS } from '../sql/dialect/macros.ts';
import { toDuckdb } from '../sql/dialect/rewrite.ts';
import type { StageParams } from '../sql/stage.ts';

export interface EngineOptions {
  /** Threads DuckDB may use. */
  readonly threads: number;
  /** As DuckDB writes it: `4GB`. Beyond it, it spills to the temporary directory. */
  readonly memory: string;
  readonly temporaryDirectory: string;
}

export const DUCKDB_TYPES: Record<ColumnType, DuckDBType> = {
  STRING: VARCHAR,
  INT64: BIGINT,
  FLOAT64: DOUBLE,
  BOOL: BOOLEAN,
  TIMESTAMP: TIMESTAMP,
};

/**
 * Opens a database file, or one in memory for `:memory:`. A file has one instance per process: the warehouse
 * owns it. Throws TransientError when another process has it open.
 */
export async function openEngine(path: string, options: EngineOptions): Promise<DuckDBInstance> {
  try {
    return await DuckDBInstance.create(path, {
      threads: String(options.threads),
      memory_limit: options.memory,
      temp_directory: options.temporaryDirectory,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
  } catch (cause) {
    throw new TransientError(`The warehouse at ${path} could not be opened: ${String(cause)}`, { cause });
  }
}

/** A connection with the settings and macros that make DuckDB answer as GoogleSQL does. */
export async function connect(instance: DuckDBInstance): Promise<DuckDBConnection> {
  const connection = await instance.connect();
  for (const statement of [...DUCKDB_SETTINGS, ...DUCKDB_MACROS]) await connection.run(statement);
  return connection;
}

/** Types for binding: a whole number is INT64, another FLOAT64. */
export function bind(
  names: readonly string[],
  params: StageParams,
): { values: Record<string, string | number | bigint>; types: Record<string, DuckDBType> } {
  const values: Record<string, string | number | bigint> = {};
  const types: Record<string, DuckDBType> = {};
  for (const name of names) {
    const value = params[name];
    if (value === undefined) throw new Error(`The query needs the parameter @${name}.`);
    const whole = typeof value === 'number' && Number.isInteger(value);
    values[name] = whole ? BigInt(value) : value;
    types[name] = typeof value === 'string' ? VARCHAR : whole ? BIGINT : DOUBLE;
  }
  return { values, types };
}

/** Runs one GoogleSQL query and returns its rows, with INT64 as number and TIMESTAMP as epoch milliseconds. */
export async function queryRows(
  connection: DuckDBConnection,
  sql: string,
  params: StageParams = {},
  file?: string,
): Promise<Record<string, SqlValue>[]> {
  const rewritten = toDuckdb(sql, file);
  const { values, types } = bind(rewritten.params, params);
  const reader = await connection.runAndReadAll(rewritten.sql, values, types);
  return reader.getRowObjectsJS().map((row) => {
    const plain: Record<string, SqlValue> = {};
    for (const [name, value] of Object.entries(row)) plain[name] = plainValue(name, value);
    return plain;
  });
}

function plainValue(name: string, value: unknown): SqlValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.getTime();
  throw new Error(`The column ${name} has a type that this port does not carry.`);
}

/** CREATE TABLE for declared columns. */
export function createTableSql(name: string, columns: Columns): string {
  const list = Object.entries(columns).map(
    ([column, type]) => `"${column}" ${DUCKDB_TYPES[type].toString()}`,
  );
  return `CREATE TABLE IF NOT EXISTS "${name}" (${list.join(', ')})`;
}

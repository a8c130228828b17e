/** The embedded warehouse: one DuckDB file for what was appended, and one file per build beside it. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBInstance,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { InvalidInput, messageOf, TransientError } from '../errors.ts';
import type { BuildSpace, SqlValue, Warehouse } from '../ports/warehouse.ts';
import { type Columns, type ColumnType, TABLES, type TableName, type TableRow } from '../schema/tables.ts';
import type { StageParams } from '../sql/stage.ts';
import { attachBuild, BUILD_FILE_SUFFIX } from './duckdb-build.ts';
import { connect, createTableSql, DUCKDB_TYPES, openEngine, queryRows } from './duckdb-engine.ts';

export interface WarehouseOptions {
  /** Folder that holds warehouse.duckdb and builds/; `:memory:` keeps everything in memory (evaluation, tests). */
  readonly directory: string;
  readonly threads: number;
  /** DuckDB's own limit, as it writes it (`4GB`). */
  readonly memory: string;
  /** `sql` answers every stage by its SQL, `kernels` (default) the heavy ones by equal kernels. */
  readonly heavyStages?: 'kernels' | 'sql';
}

const CHUNK_ROWS = 2048;

/** Opens or creates it. One per process and directory. Rejects with TransientError when another process has it. */
export async function openDuckdbWarehouse(options: WarehouseOptions): Promise<Warehouse> {
  const inMemory = options.directory === ':memory:';
  const path = inMemory ? ':memory:' : join(options.directory, 'warehouse.duckdb');
  const temporaryDirectory = inMemory ? '' : join(options.directory, 'tmp');
  const instance = await openEngine(path, { ...options, temporaryDirectory });
  const connection = await connect(instance);
  for (const [name, table] of Object.entries(TABLES)) {
    await connection.run(createTableSql(name, table.columns));
    await addColumns(connection, name, table.columns);
  }
  return new DuckdbWarehouse(instance, connection, options);
}

/** The columns that a table of an older directory lacks; at its end, which is where TABLES declares what came later. */
async function addColumns(connection: DuckDBConnection, table: string, columns: Columns): Promise<void> {
  const described = await connection.runAndReadAll(`DESCRIBE "${table}"`);
  const present = new Set(described.getRows().map(([name]) => name));
  for (const [name, type] of Object.entries(columns))
    if (!present.has(name))
      await connection.run(`ALTER TABLE "${table}" ADD COLUMN "${name}" ${DUCKDB_TYPES[type].toString()}`);
}

class DuckdbWarehouse implements Warehouse {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #options: WarehouseOptions;
  /** Appends and erasures share one connection, so they take turns. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(instance: DuckDBInstance, connection: DuckDBConnection, options: WarehouseOptions) {
    this.#instance = instance;
    this.#connection = connection;
    this.#options = options;
  }

  async append(table: TableName, rows: readonly TableRow[]): Promise<void> {
    if (rows.length === 0) return;
    const { columns, required } = TABLES[table];
    requireColumns(table, required, rows);
    await this.#inTurn(() => this.#transaction(() => this.#appendRows(table, columns, rows)));
  }

  query(sql: string, params: StageParams = {}): Promise<Record<string, SqlValue>[]> {
    return this.#withConnection((connection) => queryRows(connection, sql, params));
  }

  async eraseListener(listenerId: string, upTo?: number): Promise<Record<string, number>> {
    return this.#inTurn(async () => {
      const removed: Record<string, number> = {};
      await this.#transaction(async () => {
        for (const [name, { columns, partitionBy }] of Object.entries(TABLES)) {
          if (!('listener_id' in columns)) continue;
          const early = upTo === undefined ? '' : ` AND epoch_ms("${partitionBy}") <= $up_to::BIGINT`;
          const result = await this.#connection.run(`DELETE FROM "${name}" WHERE listener_id = $id${early}`, {
            id: listenerId,
            ...(upTo !== undefined && { up_to: upTo }),
          });
          removed[name] = Number(result.rowsChanged);
        }
      });
      // Deleted rows stay in the file until a checkpoint rewrites them.
      await this.#connection.run('CHECKPOINT');
      return removed;
    });
  }

  async removeSource(source: string): Promise<{ listeners: string[]; items: string[] }> {
    return this.#inTurn(async () => {
      const column = async (sql: string) =>
        (await this.#connection.runAndReadAll(sql, { source })).getRows().map(([value]) => String(value));
      const items = await column(
        `SELECT item_id FROM catalogue GROUP BY item_id HAVING bool_and(source = $source) ORDER BY item_id`,
      );
      const listeners = await column(
        `SELECT listener_id FROM listens GROUP BY listener_id HAVING bool_or(source = $source) ORDER BY listener_id`,
      );
      await this.#transaction(async () => {
        const theirs = 'SELECT DISTINCT listener_id FROM listens WHERE source = $source';
        await this.#connection.run(`DELETE FROM controls WHERE listener_id IN (${theirs})`, { source });
        await this.#connection.run(`DELETE FROM impressions WHERE listener_id IN (${theirs})`, { source });
        await this.#connection.run(`DELETE FROM listens WHERE listener_id IN (${theirs})`, { source });
        await this.#connection.run('DELETE FROM catalogue WHERE source = $source', { source });
      });
      return { listeners, items };
    });
  }

  async openBuild(buildId: string): Promise<BuildSpace> {
    const connection = await connect(this.#instance);
    return attachBuild(connection, buildId, {
      path: this.#buildPath(buildId),
      threads: this.#options.threads,
      kernels: this.#options.heavyStages !== 'sql',
    });
  }

  async listBuilds(): Promise<string[]> {
    if (this.#options.directory === ':memory:') return [];
    const files = await readdir(this.#buildFolder());
    return files
      .filter((file) => file.endsWith(BUILD_FILE_SUFFIX))
      .map((file) => file.slice(0, -BUILD_FILE_SUFFIX.length))
      .sort();
  }

  async dropBuild(buildId: string): Promise<void> {
    const path = this.#buildPath(buildId);
    if (path === ':memory:') return;
    await rm(path, { force: true });
    await rm(`${path}.wal`, { force: true });
  }

  async close(): Promise<void> {
    await this.#turn;
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  async #appendRows(table: string, columns: Columns, rows: readonly TableRow[]): Promise<void> {
    const appender = await this.#connection.createAppender(table);
    const entries = Object.entries(columns);
    const types = entries.map(([, type]) => DUCKDB_TYPES[type]);
    for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
      const part = rows.slice(start, start + CHUNK_ROWS);
      const chunk = DuckDBDataChunk.create(types, part.length);
      for (const [index, [column, type]] of entries.entries())
        chunk.setColumnValues(
          index,
          part.map((row) => toDuckdbValue(row[column] ?? null, type)),
        );
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
  }

  async #transaction(work: () => Promise<void>): Promise<void> {
    await this.#connection.run('BEGIN');
    try {
      await work();
      await this.#connection.run('COMMIT');
    } catch (cause) {
      await this.#connection.run('ROLLBACK').catch(() => undefined);
      throw new TransientError(`The warehouse did not take the rows: ${messageOf(cause)}`, { cause });
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #withConnection<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await connect(this.#instance);
    try {
      return await work(connection);
    } finally {
      connection.closeSync();
    }
  }

  #buildFolder(): string {
    return join(this.#options.directory, 'builds');
  }

  #buildPath(buildId: string): string {
    if (!/^[\w-]{1,64}$/.test(buildId))
      throw new InvalidInput([{ pointer: '/build', detail: 'is no build id' }]);
    return this.#options.directory === ':memory:'
      ? ':memory:'
      : join(this.#buildFolder(), `${buildId}${BUILD_FILE_SUFFIX}`);
  }
}

function requireColumns(table: TableName, required: readonly string[], rows: readonly TableRow[]): void {
  for (const [index, row] of rows.entries())
    for (const column of required)
      if (row[column] === null || row[column] === undefined)
        throw new InvalidInput([{ pointer: `/${index}/${column}`, detail: `is required in ${table}` }]);
}

function toDuckdbValue(value: string | number | boolean | null, type: ColumnType): DuckDBValue {
  if (value === null) return null;
  if (type === 'INT64') return BigInt(value);
  if (type === 'TIMESTAMP') return new DuckDBTimestampValue(BigInt(value) * 1000n);
  return value;
}

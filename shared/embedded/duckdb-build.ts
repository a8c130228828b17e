/** A build's workspace: its own database file, attached beside the warehouse, in which each stage is a table. */
import { readFile } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { messageOf, TransientError } from '../errors.ts';
import type { BuildSpace, SqlValue, StageResult } from '../ports/warehouse.ts';
import { toDuckdb } from '../sql/dialect/rewrite.ts';
import type { Stage, StageParams } from '../sql/stage.ts';
import { bind, createTableSql, queryRows } from './duckdb-engine.ts';
import { STAGE_KERNELS } from './kernels/stage-kernels.ts';

export const BUILD_FILE_SUFFIX = '.duckdb';
const FINISHED = 'finished_stages';
const STAGE_FOLDER = new URL('../sql/stages/', import.meta.url);

export interface BuildOptions {
  readonly path: string;
  readonly threads: number;
  readonly kernels: boolean;
}

/** The text of a stage, as it stands in shared/sql/stages. */
export function readStageSql(stage: Stage): Promise<string> {
  return readFile(new URL(`${stage.name}.sql`, STAGE_FOLDER), 'utf8');
}

/** Attaches the build's file to this connection, creating it when there is none; bare names then find its tables. */
export async function attachBuild(
  connection: DuckDBConnection,
  buildId: string,
  options: BuildOptions,
): Promise<BuildSpace> {
  const catalog = `build_${buildId}`;
  const warehouse = String((await connection.runAndReadAll('SELECT current_catalog()')).getRows()[0]?.[0]);
  await connection.run(`ATTACH '${options.path.replaceAll("'", "''")}' AS "${catalog}"`);
  await connection.run(`SET search_path = '${catalog}.main,${warehouse}.main'`);
  await connection.run(
    `CREATE TABLE IF NOT EXISTS "${catalog}".main.${FINISHED} (name VARCHAR PRIMARY KEY, rows DOUBLE, ms DOUBLE)`,
  );
  return new DuckdbBuild(connection, catalog, options);
}

class DuckdbBuild implements BuildSpace {
  readonly #connection: DuckDBConnection;
  readonly #catalog: string;
  readonly #options: BuildOptions;

  constructor(connection: DuckDBConnection, catalog: string, options: BuildOptions) {
    this.#connection = connection;
    this.#catalog = catalog;
    this.#options = options;
  }

  async finished(): Promise<ReadonlyMap<string, StageResult>> {
    const rows = await this.query(`SELECT name, rows, ms FROM ${FINISHED}`);
    return new Map(rows.map((row) => [String(row.name), { rows: Number(row.rows), ms: Number(row.ms) }]));
  }

  async run(stage: Stage, params: StageParams): Promise<StageResult> {
    const started = performance.now();
    await this.#connection.run('BEGIN');
    try {
      await this.#connection.run(
        createTableSql(stage.name, stage.columns).replace(
          `"${stage.name}"`,
          `${this.#qualified(stage.name)}`,
        ),
      );
      await this.#fill(stage, params);
      const rows = await this.#count(stage.name);
      const result = { rows, ms: performance.now() - started };
      await this.#connection.run(`INSERT INTO ${this.#qualified(FINISHED)} VALUES ($name, $rows, $ms)`, {
        name: stage.name,
        ...result,
      });
      await this.#connection.run('COMMIT');
      return result;
    } catch (cause) {
      await this.#connection.run('ROLLBACK').catch(() => undefined);
      throw new TransientError(`Stage ${stage.name} failed: ${messageOf(cause)}`, { cause });
    }
  }

  async *read(stage: Stage): AsyncIterable<readonly Record<string, SqlValue>[]> {
    const columns = Object.entries(stage.columns);
    const list = columns.map(([name, type]) =>
      type === 'INT64'
        ? `CAST("${name}" AS DOUBLE)`
        : type === 'TIMESTAMP'
          ? `CAST(epoch_ms("${name}") AS DOUBLE)`
          : `"${name}"`,
    );
    // The table of an ordered stage was filled in key order, which a scan keeps.
    const key = stage.key.map((name) => `"${name}"`).join(', ');
    const order = stage.ordered === true ? '' : ` ORDER BY ${key}`;
    const result = await this.#connection.stream(`SELECT ${list.join(', ')} FROM "${stage.name}"${order}`);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      const values = columns.map((_, index) => chunk.getColumnValues(index));
      yield Array.from({ length: chunk.rowCount }, (_, row) =>
        Object.fromEntries(columns.map(([name], index) => [name, values[index]?.[row] as SqlValue])),
      );
    }
  }

  query(sql: string, params: StageParams = {}): Promise<Record<string, SqlValue>[]> {
    return queryRows(this.#connection, sql, params);
  }

  async close(): Promise<void> {
    await this.#connection.run("SET search_path = ''");
    await this.#connection.run(`DETACH "${this.#catalog}"`);
    this.#connection.closeSync();
  }

  async #fill(stage: Stage, params: StageParams): Promise<void> {
    const kernel = this.#options.kernels && stage.kernel === true ? STAGE_KERNELS[stage.name] : undefined;
    if (kernel !== undefined) {
      await kernel({
        connection: this.#connection,
        params,
        threads: this.#options.threads,
        table: { name: stage.name, schema: 'main', catalog: this.#catalog },
      });
      return;
    }
    const { sql, params: used } = toDuckdb(await readStageSql(stage), `${stage.name}.sql`);
    const columns = Object.keys(stage.columns).map((name) => `"${name}"`);
    const order = stage.key.map((name) => `"${name}"`).join(', ');
    const { values, types } = bind(used, params);
    const ordered = stage.ordered === true ? ` ORDER BY ${order}` : '';
    await this.#connection.run(
      `INSERT INTO ${this.#qualified(stage.name)} SELECT ${columns.join(', ')} FROM (\n${sql}\n)${ordered}`,
      values,
      types,
    );
  }

  async #count(table: string): Promise<number> {
    const reader = await this.#connection.runAndReadAll(`SELECT COUNT(*) FROM "${table}"`);
    return Number(reader.getRows()[0]?.[0]);
  }

  #qualified(name: string): string {
    return `"${this.#catalog}".main."${name}"`;
  }
}

/** The tables behind the fake BigQuery: DuckDB, with a whole table name (`project.dataset.table`) as one name. */
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import {
  bind,
  connect,
  createTableSql,
  openEngine,
  queryRows,
} from '../../../shared/embedded/duckdb-engine.ts';
import type { QueryParameter } from '../../../shared/google/bigquery-values.ts';
import type { Columns, ColumnType } from '../../../shared/schema/tables.ts';
import { toDuckdb } from '../../../shared/sql/dialect/rewrite.ts';
import { tokenize } from '../../../shared/sql/dialect/tokens.ts';

export interface FakeResult {
  readonly fields: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly { readonly f: readonly { readonly v: string | null }[] }[];
}

/** BigQuery's older names, which its REST API answers with, by DuckDB's type. */
const FIELD_TYPES: Readonly<Record<string, string>> = {
  BIGINT: 'INTEGER',
  INTEGER: 'INTEGER',
  HUGEINT: 'INTEGER',
  DOUBLE: 'FLOAT',
  VARCHAR: 'STRING',
  BOOLEAN: 'BOOLEAN',
  TIMESTAMP: 'TIMESTAMP',
};

export class FakeEngine {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  /** One statement at a time: a rollback must not take another job's work along. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  static async open(): Promise<FakeEngine> {
    const instance = await openEngine(':memory:', { threads: 1, memory: '1GB', temporaryDirectory: '' });
    const connection = await connect(instance);
    // The dialect rewrites SELECTs; of functions, DELETEs use this one.
    await connection.run('CREATE MACRO timestamp_millis(ms) AS make_timestamp(CAST(ms * 1000 AS BIGINT))');
    return new FakeEngine(instance, connection);
  }

  createTable(name: string, columns: Columns): Promise<unknown> {
    return this.#inTurn(() => this.#connection.run(createTableSql(key(name), columns)));
  }

  /** Rows of a SELECT as the REST API gives them. */
  select(sql: string, parameters: readonly QueryParameter[]): Promise<FakeResult> {
    return this.#inTurn(async () => {
      const { text, values, types } = prepare(sql, parameters);
      const reader = await this.#connection.runAndReadAll(text, values, types);
      const fieldTypes = reader.columnTypes().map((type) => FIELD_TYPES[String(type)] ?? String(type));
      return {
        fields: reader.columnNames().map((name, index) => ({ name, type: fieldTypes[index] ?? '' })),
        rows: reader.getRowsJS().map((row) => ({ f: row.map((value) => ({ v: cellOf(value) })) })),
      };
    });
  }

  /** Fills a table with a SELECT, replacing it whole. */
  fill(name: string, sql: string, parameters: readonly QueryParameter[]): Promise<void> {
    return this.#inTurn(async () => {
      const { text, values, types } = prepare(sql, parameters);
      const empty = await this.#connection.runAndReadAll(
        `SELECT * FROM (\n${text}\n) LIMIT 0`,
        values,
        types,
      );
      // DuckDB sums into a wider integer than BigQuery has.
      const columns = empty.columnNames().map((column, index) => {
        const wide = ['HUGEINT', 'INTEGER'].includes(String(empty.columnTypes()[index]));
        return wide ? `CAST("${column}" AS BIGINT) AS "${column}"` : `"${column}"`;
      });
      await this.#connection.run(
        `CREATE OR REPLACE TABLE "${key(name)}" AS SELECT ${columns.join(', ')} FROM (\n${text}\n)`,
        values,
        types,
      );
    });
  }

  /** Runs DELETE statements, all or none, and returns the rows removed. */
  change(script: string, parameters: readonly QueryParameter[]): Promise<number> {
    return this.#inTurn(async () => {
      const { source, params } = wholeNames(script);
      const statements = source
        .split(';')
        .map((statement) => statement.trim())
        .filter((statement) => statement !== '');
      let changed = 0;
      const one = statements.length === 1;
      if (one) await this.#connection.run('BEGIN');
      for (const statement of statements) {
        const used = params.filter((name) => statement.includes(`$${name}`));
        const { values, types } = bind(used, valuesOf(parameters));
        changed += Number((await this.#connection.run(statement, values, types)).rowsChanged);
      }
      if (one) await this.#connection.run('COMMIT');
      return changed;
    });
  }

  /** Appends newline-delimited JSON; columns are cast to the table's. */
  append(name: string, lines: string): Promise<void> {
    return this.#inTurn(async () => {
      for (const line of lines.split('\n').filter((text) => text !== '')) {
        const row = JSON.parse(line) as Record<string, string | number | boolean>;
        const columns = Object.keys(row);
        const list = columns.map((column) => `"${column}"`).join(', ');
        const values = columns.map((column) => literal(row[column] ?? '')).join(', ');
        await this.#connection.run(`INSERT INTO "${key(name)}" (${list}) VALUES (${values})`);
      }
    });
  }

  count(name: string): Promise<number> {
    return this.#inTurn(async () => {
      const [row] = await queryRows(this.#connection, `SELECT COUNT(*) AS n FROM \`${key(name)}\``);
      return Number(row?.n);
    });
  }

  drop(name: string): Promise<unknown> {
    return this.#inTurn(() => this.#connection.run(`DROP TABLE "${key(name)}"`));
  }

  tables(): Promise<string[]> {
    return this.#inTurn(async () => {
      const reader = await this.#connection.runAndReadAll('SELECT table_name FROM duckdb_tables()');
      return reader.getRows().map(([name]) => String(name).replaceAll(':', '.'));
    });
  }

  async close(): Promise<void> {
    await this.#turn;
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}

const key = (name: string) => name.replaceAll('.', ':');

const literal = (value: string | number | boolean) =>
  typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);

/** Whole names as single ones, parameters as DuckDB writes them (in what is not a SELECT). */
function wholeNames(sql: string): { source: string; params: string[] } {
  const { tokens, rest } = tokenize(sql);
  const params = tokens.filter(({ kind }) => kind === 'param').map(({ text }) => text.slice(1));
  const source = tokens.map(({ kind, text, before }) => {
    if (kind === 'quoted') return `${before}"${key(text.replaceAll('`', ''))}"`;
    return before + (kind === 'param' ? `$${text.slice(1)}` : text);
  });
  return { source: source.join('') + rest, params: [...new Set(params)] };
}

function prepare(sql: string, parameters: readonly QueryParameter[]) {
  const { tokens, rest } = tokenize(sql);
  const source = tokens.map(({ kind, text, before }) => before + (kind === 'quoted' ? key(text) : text));
  const { sql: text, params } = toDuckdb(source.join('') + rest);
  return { text, ...bind(params, valuesOf(parameters)) };
}

/** BigQuery takes exactly the parameters that were sent, of exactly the types they were sent as. */
function valuesOf(parameters: readonly QueryParameter[]): Record<string, string | number> {
  return Object.fromEntries(
    parameters.map(({ name, parameterType, parameterValue: { value } }) => {
      if (parameterType.type === 'INT64' && !/^-?\d+$/.test(value)) throw new Error(`@${name} is no INT64`);
      return [name, parameterType.type === 'STRING' ? value : Number(value)];
    }),
  );
}

/** A cell as text; timestamps as microseconds, as formatOptions.useInt64Timestamp asks for them. */
function cellOf(value: unknown): string | null {
  if (value === null) return null;
  return value instanceof Date ? String(value.getTime() * 1000) : String(value);
}

/** The type of a column as tables.get gives it. */
export const fieldTypeOf = (type: ColumnType): string =>
  ({ INT64: 'INTEGER', FLOAT64: 'FLOAT', BOOL: 'BOOLEAN', STRING: 'STRING', TIMESTAMP: 'TIMESTAMP' })[type];

/** A DuckDB in memory, set up as the stages' runner sets it up. */
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import { DUCKDB_MACROS, DUCKDB_SETTINGS } from '../../../../shared/sql/dialect/macros.ts';

/** Runs SQL and answers its rows. */
export interface Duckdb {
  readonly connection: DuckDBConnection;
  run(sql: string, values?: Record<string, DuckDBValue>): Promise<DuckDBValue[][]>;
  close(): void;
}

/** Opens a database with the dialect's settings and macros. */
export async function openDuckdb(): Promise<Duckdb> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const statement of [...DUCKDB_SETTINGS, ...DUCKDB_MACROS]) await connection.run(statement);
  return {
    connection,
    run: async (sql, values) => (await connection.runAndReadAll(sql, values)).getRows(),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

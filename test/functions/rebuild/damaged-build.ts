/** A build on a connection of one's own, so that a test can damage its tables and take that back. */
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type AuditReport, audit } from '../../../functions/rebuild/audit.ts';
import type { Build } from '../../../functions/rebuild/builds.ts';
import { attachBuild } from '../../../shared/embedded/duckdb-build.ts';
import { connect, createTableSql, openEngine } from '../../../shared/embedded/duckdb-engine.ts';
import type { BuildSpace, StageResult } from '../../../shared/ports/warehouse.ts';
import { TABLES, type TableRow } from '../../../shared/schema/tables.ts';
import { STAGES } from '../../../shared/sql/stages.ts';
import { CUTOFF } from '../../shared/sql/any-history.ts';
import { type History, paramsOf, tablesOf } from '../../shared/sql/stage-fixture.ts';

export class DamagedBuild {
  readonly #instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
  readonly space: BuildSpace;
  readonly stages: Record<string, StageResult>;

  private constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    space: BuildSpace,
    stages: Record<string, StageResult>,
  ) {
    this.#instance = instance;
    this.connection = connection;
    this.space = space;
    this.stages = stages;
  }

  static async of(history: History): Promise<DamagedBuild> {
    const instance = await openEngine(':memory:', { threads: 1, memory: '512MB', temporaryDirectory: '' });
    const connection = await connect(instance);
    const tables = tablesOf(history);
    for (const [name, { columns }] of Object.entries(TABLES)) {
      await connection.run(createTableSql(name, columns));
      for (const row of tables[name] ?? []) await insert(connection, name, columns, row);
    }
    const space = await attachBuild(connection, 'audited', { path: ':memory:', threads: 1, kernels: false });
    const stages: Record<string, StageResult> = {};
    for (const stage of STAGES) stages[stage.name] = await space.run(stage, paramsOf(stage, history.cutoff));
    return new DamagedBuild(instance, connection, space, stages);
  }

  /** The report on the tables after these statements, which are undone. */
  async auditAfter(
    damage: readonly string[],
    { history = [], accept = [] }: { history?: readonly Build[]; accept?: readonly string[] } = {},
  ): Promise<AuditReport> {
    await this.connection.run('BEGIN');
    try {
      for (const statement of damage) await this.connection.run(statement);
      return await audit(this.space, { stages: this.stages, cutoff: CUTOFF }, history, new Set(accept));
    } finally {
      await this.connection.run('ROLLBACK');
    }
  }

  async close(): Promise<void> {
    await this.space.close();
    this.#instance.closeSync();
  }
}

async function insert(
  connection: DuckDBConnection,
  table: string,
  columns: Readonly<Record<string, string>>,
  row: TableRow,
): Promise<void> {
  const literal = (value: TableRow[string] | undefined, type: string): string => {
    if (value === null || value === undefined) return 'NULL';
    if (type === 'TIMESTAMP') return `make_timestamp(${Number(value)} * 1000)`;
    return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
  };
  const values = Object.entries(columns).map(([name, type]) => literal(row[name], type));
  await connection.run(`INSERT INTO "${table}" VALUES (${values.join(', ')})`);
}

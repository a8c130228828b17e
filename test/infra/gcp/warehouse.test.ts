/** What is provisioned in BigQuery is what SQL reads and what Pub/Sub writes. */
import { readFileSync } from 'node:fs';
import type { DuckDBConnection } from '@duckdb/node-api';
import protobuf from 'protobufjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { LATE_SQL } from '../../../functions/rebuild/sweep.ts';
import { type Declared, textAt } from '../../../infra/gcp/rules/declared.ts';
import { attachBuild } from '../../../shared/embedded/duckdb-build.ts';
import { bind, connect, createTableSql, openEngine } from '../../../shared/embedded/duckdb-engine.ts';
import type { Columns } from '../../../shared/schema/tables.ts';
import { toDuckdb } from '../../../shared/sql/dialect/rewrite.ts';
import { LOAD_QUERIES } from '../../../shared/sql/loads.ts';
import { STAGES } from '../../../shared/sql/stages.ts';
import { paramsOf } from '../../shared/sql/stage-fixture.ts';
import { resourcesOf } from './examples.ts';

interface Column {
  readonly name: string;
  readonly type: Columns[string];
  readonly mode: 'REQUIRED' | 'NULLABLE';
}

const columnsOf = (table: Declared): readonly Column[] => JSON.parse(textAt(table, 'schema'));
const CUTOFF = Date.UTC(2026, 10, 1);

let tables: readonly Declared[];
beforeAll(async () => {
  const resources = await resourcesOf('team');
  tables = resources.filter(({ type }) => type === 'gcp:bigquery/table:Table');
});

describe('over the provisioned tables, and no others,', () => {
  let connection: DuckDBConnection;
  beforeAll(async () => {
    const instance = await openEngine(':memory:', { threads: 1, memory: '512MB', temporaryDirectory: '' });
    connection = await connect(instance);
    for (const table of tables) {
      const columns = Object.fromEntries(columnsOf(table).map(({ name, type }) => [name, type]));
      await connection.run(createTableSql(textAt(table, 'tableId'), columns));
    }
    return () => instance.closeSync();
  });

  test('every stage runs, and every query that loads and sweeps', async () => {
    const space = await attachBuild(connection, 'provisioned', {
      path: ':memory:',
      threads: 1,
      kernels: false,
    });
    for (const stage of STAGES) await space.run(stage, paramsOf(stage, CUTOFF));
    for (const [query, given] of [
      ...LOAD_QUERIES.map(({ sql }) => [sql, { cutoff: CUTOFF }] as const),
      [LATE_SQL, { since: CUTOFF }] as const,
    ]) {
      const { sql, params } = toDuckdb(query);
      const { values, types } = bind(params, given);
      await connection.run(sql, values, types);
    }
    await space.close();
  });
});

describe('messages of `listens`', () => {
  /** Types of the schema that BigQuery takes for a column (Pub/Sub: BigQuery subscriptions, schema compatibility). */
  const TAKES: Readonly<Record<string, readonly string[]>> = {
    STRING: ['string'],
    INT64: ['int64'],
    FLOAT64: ['double'],
    BOOL: ['bool'],
    TIMESTAMP: ['int64'],
  };
  const text = readFileSync(new URL('../../../shared/schema/listens.proto', import.meta.url), 'utf8');
  const { root } = protobuf.parse(text, { keepCase: true });
  const { fields } = root.resolveAll().lookupType('segue.v1.Listen');

  test('have the columns of their table, each of a type and a presence that BigQuery takes', () => {
    const table = tables.find((one) => textAt(one, 'tableId') === 'listens');
    if (table === undefined) throw new Error('There is no table listens.');
    const columns = columnsOf(table);
    // A field without a column would be refused, a column without a field stay empty.
    expect(Object.keys(fields).sort()).toEqual(columns.map(({ name }) => name).sort());
    for (const { name, type, mode } of columns) {
      expect(TAKES[type], name).toContain(fields[name]?.type);
      expect(fields[name]?.required, name).toBe(mode === 'REQUIRED');
    }
  });
});

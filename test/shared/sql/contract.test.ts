/** What stages.ts declares is what the files do: inputs, parameters, columns, types and keys. */
import { readdir } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { attachBuild, readStageSql } from '../../../shared/embedded/duckdb-build.ts';
import {
  bind,
  connect,
  createTableSql,
  DUCKDB_TYPES,
  openEngine,
} from '../../../shared/embedded/duckdb-engine.ts';
import { type ColumnType, TABLES } from '../../../shared/schema/tables.ts';
import { toDuckdb } from '../../../shared/sql/dialect/rewrite.ts';
import { tokenize } from '../../../shared/sql/dialect/tokens.ts';
import { DEFAULT_PARAMETERS } from '../../../shared/sql/parameters.ts';
import { STAGES, stageNamed } from '../../../shared/sql/stages.ts';
import { anyHistory, CUTOFF, runs } from './any-history.ts';
import { paramsOf, runStages } from './stage-fixture.ts';

/** Names after FROM and JOIN that no WITH of the query defines; what a part is extracted from is no table. */
function tablesRead(sql: string): Set<string> {
  const words = tokenize(sql).tokens;
  const defined = new Set<string>();
  const read = new Set<string>();
  for (const [index, { kind, text }] of words.entries()) {
    if (kind !== 'word') continue;
    const next = words[index + 1];
    const isDefinition = next?.text.toUpperCase() === 'AS' && words[index + 2]?.text === '(';
    if (isDefinition && [',', 'WITH'].includes(words[index - 1]?.text.toUpperCase() ?? '')) defined.add(text);
    const isPart = words[index - 3]?.text.toUpperCase() === 'EXTRACT';
    if (
      ['FROM', 'JOIN'].includes(text.toUpperCase()) &&
      !isPart &&
      next?.kind === 'word' &&
      next.text.toUpperCase() !== 'UNNEST'
    )
      read.add(next.text);
  }
  return read.difference(defined);
}

const paramsUsed = (sql: string): Set<string> =>
  new Set(tokenize(sql).tokens.flatMap(({ kind, text }) => (kind === 'param' ? text.slice(1) : [])));

describe.each(STAGES.map((stage) => [stage.name, stage] as const))('%s', (name, stage) => {
  let sql = '';
  beforeAll(async () => {
    sql = await readStageSql(stage);
  });

  test('declares the tables that it reads', () => {
    expect([...stage.inputs].sort()).toEqual([...tablesRead(sql)].sort());
  });

  test('reads what was there before it', () => {
    const earlier = STAGES.slice(0, STAGES.indexOf(stage)).map((other) => other.name);
    expect([...Object.keys(TABLES), ...earlier]).toEqual(expect.arrayContaining([...stage.inputs]));
  });

  test('declares the parameters that it uses', () => {
    expect([...stage.params].sort()).toEqual([...paramsUsed(sql)].sort());
  });

  test('has a key of its own columns', () => {
    expect(Object.keys(stage.columns)).toEqual(expect.arrayContaining([...stage.key]));
    expect(stageNamed(name)).toBe(stage);
  });
});

describe('the stages', () => {
  test('are the files', async () => {
    const files = await readdir(new URL('../../../shared/sql/stages/', import.meta.url));
    expect(files.sort()).toEqual(STAGES.map(({ name }) => `${name}.sql`).sort());
    expect(new Set(STAGES.map(({ name }) => name)).size).toBe(STAGES.length);
  });

  test('use every default parameter, and no other but the cutoff', () => {
    const declared = new Set(STAGES.flatMap(({ params }) => params));
    expect([...declared].sort()).toEqual([...Object.keys(DEFAULT_PARAMETERS), 'cutoff'].sort());
  });

  test('have unique keys and present key columns over any history', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, async (history) => {
        const rows = await runStages(history);
        for (const { name, key } of STAGES) {
          const keys = rows(name).map((row) => key.map((column) => row[column]));
          expect(
            keys.flat().every((value) => value !== null),
            name,
          ).toBe(true);
          expect(new Set(keys.map((values) => values.join('\u0000'))).size, name).toBe(keys.length);
        }
      }),
      runs(5),
    );
  });
});

/** DuckDB's names of what a stage's SQL gives, before it is cast into the table; a SUM of INT64 is wider there. */
const GIVEN: Readonly<Record<ColumnType, readonly string[]>> = {
  INT64: ['BIGINT', 'HUGEINT', 'INTEGER'],
  STRING: ['VARCHAR'],
  FLOAT64: ['DOUBLE'],
  BOOL: ['BOOLEAN'],
  TIMESTAMP: ['TIMESTAMP'],
};

describe('columns', () => {
  let connection: DuckDBConnection;
  beforeAll(async () => {
    const instance = await openEngine(':memory:', { threads: 1, memory: '512MB', temporaryDirectory: '' });
    connection = await connect(instance);
    for (const [name, { columns }] of Object.entries(TABLES))
      await connection.run(createTableSql(name, columns));
    const space = await attachBuild(connection, 'contract', { path: ':memory:', threads: 1, kernels: false });
    for (const stage of STAGES) await space.run(stage, paramsOf(stage, CUTOFF));
    return async () => {
      await space.close();
      instance.closeSync();
    };
  });

  test.each(STAGES.map((stage) => [stage.name, stage] as const))(
    'of %s are as declared',
    async (name, stage) => {
      const declared = Object.entries(stage.columns);
      const table = await connection.runAndReadAll(`SELECT * FROM "${name}"`);
      expect(table.columnNames()).toEqual(declared.map(([column]) => column));
      expect(table.columnTypes().map(String)).toEqual(declared.map(([, type]) => String(DUCKDB_TYPES[type])));

      const { sql, params } = toDuckdb(await readStageSql(stage), name);
      const { values, types } = bind(params, paramsOf(stage, CUTOFF));
      const given = await connection.runAndReadAll(sql, values, types);
      expect(given.columnNames()).toEqual(declared.map(([column]) => column));
      for (const [index, [column, type]] of declared.entries())
        expect(GIVEN[type], column).toContain(String(given.columnTypes()[index]));
    },
  );
});

/** Bare table names made whole: in every stage, audit and load, and in the queries that could fool it. */
import { describe, expect, test } from 'vitest';
import { readStageFile } from '../../../shared/google/bigquery-build.ts';
import { qualifyTables } from '../../../shared/google/bigquery-names.ts';
import { TABLES } from '../../../shared/schema/tables.ts';
import {
  AUDITS,
  CANARY_SAMPLE_SQL,
  CANARY_SQL,
  COVERAGE_SQL,
  SCORE_HISTOGRAM_SQL,
} from '../../../shared/sql/audits.ts';
import { toDuckdb } from '../../../shared/sql/dialect/rewrite.ts';
import { tokenize } from '../../../shared/sql/dialect/tokens.ts';
import { ERASED_SINCE_SQL, LOAD_QUERIES } from '../../../shared/sql/loads.ts';
import { STAGES } from '../../../shared/sql/stages.ts';

const KNOWN = new Set([...Object.keys(TABLES), ...STAGES.map(({ name }) => name)]);
const whole = (table: string) => (KNOWN.has(table) ? `p.d.${table}` : undefined);
const qualified = (sql: string) => qualifyTables(sql, whole).sql;

/** Without what was put in, the text must be what it was. */
const undone = (sql: string) => sql.replace(/`p\.d\.(\w+)`( AS \1)?/g, '$1');

/** Whole names as DuckDB takes them, to see that aliases still hold. */
const readable = (sql: string) => sql.replaceAll('p.d.', '');

describe.each(STAGES.map((stage) => [stage.name, stage] as const))('the stage %s', (name, stage) => {
  test('reads its declared tables by whole names, and is otherwise unchanged', async () => {
    const sql = await readStageFile(stage);
    const result = qualifyTables(sql, whole, `${name}.sql`);
    expect([...result.tables].sort()).toEqual([...stage.inputs].sort());
    expect([...result.params].sort()).toEqual([...stage.params].sort());
    expect(undone(result.sql)).toBe(sql);
    expect(result.sql.split('\n')).toHaveLength(sql.split('\n').length);
    toDuckdb(readable(result.sql), name);
    // What follows FROM or JOIN is a whole name, a WITH of the query, a subquery or UNNEST; never a bare table.
    const { tokens } = tokenize(result.sql);
    for (const [index, { text }] of tokens.entries()) {
      if (!['FROM', 'JOIN'].includes(text.toUpperCase())) continue;
      // What a part is extracted from is a value.
      if (tokens[index - 3]?.text.toUpperCase() === 'EXTRACT') continue;
      const next = tokens[index + 1]?.text ?? '';
      const defined = new RegExp(`\\b${next.replace(/\W/g, '\\$&')} AS \\(`).test(result.sql);
      expect(/^`p\.d\.\w+`$|^\($|^UNNEST$/.test(next) || defined, next).toBe(true);
    }
  });
});

test.each<readonly [string, string]>([
  ...AUDITS.map(({ name, sql }) => [name, sql] as const),
  ['coverage', COVERAGE_SQL],
  ['scores', SCORE_HISTOGRAM_SQL],
  ['canary sample', CANARY_SAMPLE_SQL],
  ['canary', CANARY_SQL],
  ['erased since', ERASED_SINCE_SQL],
  ...LOAD_QUERIES.map(({ table, sql }) => [`load ${table}`, sql] as const),
])('the query %s keeps its text but for whole names', (_name, sql) => {
  const result = qualifyTables(sql, whole);
  expect(result.tables.size).toBeGreaterThan(0);
  expect(undone(result.sql)).toBe(sql);
});

describe('a name', () => {
  test.each([
    ['SELECT 1 FROM seeds', 'SELECT 1 FROM `p.d.seeds` AS seeds'],
    ['SELECT seeds.lid FROM seeds WHERE lid = 1', 'SELECT seeds.lid FROM `p.d.seeds` AS seeds WHERE lid = 1'],
    ['SELECT 1 FROM seeds AS s', 'SELECT 1 FROM `p.d.seeds` AS s'],
    ['SELECT 1 FROM seeds s, listens', 'SELECT 1 FROM `p.d.seeds` s, `p.d.listens` AS listens'],
    ['SELECT 1 FROM `seeds` WHERE TRUE', 'SELECT 1 FROM `p.d.seeds` AS `seeds` WHERE TRUE'],
    [
      'SELECT 1 FROM\n -- seeds\n seeds -- FROM listens',
      'SELECT 1 FROM\n -- seeds\n `p.d.seeds` AS seeds -- FROM listens',
    ],
    [
      'SELECT 1 FROM (seeds JOIN listens USING (lid))',
      'SELECT 1 FROM (`p.d.seeds` AS seeds JOIN `p.d.listens` AS listens USING (lid))',
    ],
    [
      '(SELECT 1 FROM seeds) UNION ALL SELECT 1 FROM listens',
      '(SELECT 1 FROM `p.d.seeds` AS seeds) UNION ALL SELECT 1 FROM `p.d.listens` AS listens',
    ],
    [
      'SELECT 1 FROM seeds AS s JOIN listens AS l ON l.x = s.x, listeners AS u WHERE 1 IN (SELECT lid FROM seeds)',
      'SELECT 1 FROM `p.d.seeds` AS s JOIN `p.d.listens` AS l ON l.x = s.x, `p.d.listeners` AS u WHERE 1 IN (SELECT lid FROM `p.d.seeds` AS seeds)',
    ],
    [
      'SELECT ARRAY(SELECT lid FROM seeds), EXISTS(SELECT 1 FROM listens)',
      'SELECT ARRAY(SELECT lid FROM `p.d.seeds` AS seeds), EXISTS(SELECT 1 FROM `p.d.listens` AS listens)',
    ],
  ])('%s', (sql, expected) => {
    expect(qualified(sql)).toBe(expected);
  });

  test.each([
    'SELECT seeds, listens FROM `other.data.set`',
    'SELECT 1 FROM data.seeds AS s, s.seeds',
    'SELECT EXTRACT(YEAR FROM seeds), a IS DISTINCT FROM seeds, a IS NOT DISTINCT FROM listens',
    'SELECT \'FROM seeds\', "JOIN listens"',
    'SELECT 1 FROM UNNEST(GENERATE_ARRAY(0, 9)) AS seeds, UNNEST([1]) AS listens',
    'WITH seeds AS (SELECT 1 AS lid), more AS (SELECT * FROM Seeds) SELECT 1 FROM seeds, more AS m JOIN seeds AS n ON TRUE',
    'WITH seeds AS (SELECT 1) SELECT 1 FROM (SELECT 1 FROM (SELECT 1 FROM seeds))',
  ])('stays where it names something else: %s', (sql) => {
    expect(qualified(sql)).toBe(sql);
  });

  test('of a WITH hides the table after its definition, not inside it and not beyond its query', () => {
    expect(
      qualified(
        'SELECT 1 FROM (WITH seeds AS (SELECT 1 FROM seeds) SELECT 1 FROM seeds) AS x JOIN seeds AS s ON TRUE',
      ),
    ).toBe(
      'SELECT 1 FROM (WITH seeds AS (SELECT 1 FROM `p.d.seeds` AS seeds) SELECT 1 FROM seeds) AS x JOIN `p.d.seeds` AS s ON TRUE',
    );
  });

  test('that nobody knows is refused with its place', () => {
    expect(() => qualifyTables('SELECT 1\nFROM seed', whole, 'x.sql')).toThrow('x.sql:2:6: "seed"');
    expect(() => qualifyTables('WITH RECURSIVE a AS (SELECT 1) SELECT 1 FROM a', whole)).toThrow('recursive');
  });
});

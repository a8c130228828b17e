import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PermanentError } from '../../../../shared/errors.ts';
import { toDuckdb } from '../../../../shared/sql/dialect/rewrite.ts';
import { UnsupportedSql } from '../../../../shared/sql/dialect/unsupported.ts';
import { type Duckdb, openDuckdb } from './duckdb.ts';

/** SQL, then the line, column and token that are named. */
const REFUSED: readonly (readonly [string, number, number, string])[] = [
  ['SELECT LOG(2)', 1, 8, 'LOG'],
  ['SELECT\n  CURRENT_TIMESTAMP()', 2, 3, 'CURRENT_TIMESTAMP'],
  ['SELECT current_date', 1, 8, 'current_date'],
  ['SELECT RAND()', 1, 8, 'RAND'],
  ['SELECT GENERATE_UUID()', 1, 8, 'GENERATE_UUID'],
  ["SELECT FORMAT('%d', 1)", 1, 8, 'FORMAT'],
  ["SELECT FORMAT_DATE('%F', d) FROM t", 1, 8, 'FORMAT_DATE'],
  ["SELECT PARSE_DATE('%F', d) FROM t", 1, 8, 'PARSE_DATE'],
  ["SELECT x,\n SAFE.SUBSTR('a', 1)", 2, 2, 'SAFE'],
  ['SELECT EXTRACT(DAYOFWEEK FROM d) FROM t', 1, 16, 'DAYOFWEEK'],
  ['SELECT EXTRACT(WEEK FROM d) FROM t', 1, 16, 'WEEK'],
  ["SELECT EXTRACT(HOUR FROM d AT TIME ZONE 'Europe/Berlin') FROM t", 1, 28, 'AT'],
  ['SELECT FARM_FINGERPRINT(x) FROM t', 1, 8, 'FARM_FINGERPRINT'],
  ['SELECT 1, CAST(1.5 AS INT64)', 1, 11, 'CAST'],
  ['SELECT CAST(x * 0.5 AS INT64) FROM t', 1, 8, 'CAST'],
  ['SELECT CAST(SQRT(x) AS INT64) FROM t', 1, 8, 'CAST'],
  ['SELECT CAST(AVG(x) AS INT64) FROM t', 1, 8, 'CAST'],
  ['SELECT CAST(x / y AS INT64) FROM t', 1, 8, 'CAST'],
  ['SELECT CAST(0.5 AS STRING)', 1, 8, 'CAST'],
  ["SELECT CAST(TIMESTAMP '2026-01-01' AS STRING)", 1, 8, 'CAST'],
  ["SELECT CAST('1.5' AS INT64)", 1, 8, 'CAST'],
  ['SELECT CAST(x AS DATETIME) FROM t', 1, 18, 'DATETIME'],
  ["SELECT CAST(x AS STRING FORMAT 'YYYY') FROM t", 1, 25, 'FORMAT'],
  ['SELECT GREATEST(1, 2, 3)', 1, 8, 'GREATEST'],
  ['SELECT LEAST(1)', 1, 8, 'LEAST'],
  ['SELECT frobnicate(1)', 1, 8, 'frobnicate'],
  ['SELECT list_sort([1])', 1, 8, 'list_sort'],
  ['SELECT epoch_ms(ts) FROM t', 1, 8, 'epoch_ms'],
  ['SELECT x::INT64 FROM t', 1, 9, '::'],
  ['SELECT 7 // 2', 1, 10, '//'],
  ['SELECT 7 % 2', 1, 10, '%'],
  ['SELECT 7 ** 2', 1, 10, '**'],
  ['SELECT f(x -> x)', 1, 8, 'f'],
  ['SELECT x -> y FROM t', 1, 10, '->'],
  ['SELECT * EXCLUDE (a) FROM t', 1, 10, 'EXCLUDE'],
  ['SELECT $p', 1, 8, '$'],
  ['SELECT ?', 1, 8, '?'],
  ['SELECT @@session', 1, 8, '@@'],
  ["SELECT {'a': 1}", 1, 8, '{'],
  ['SELECT a == b FROM t', 1, 10, '=='],
  ["SELECT a ILIKE 'b' FROM t", 1, 10, 'ILIKE'],
  ["SELECT a FROM t WHERE a LIKE ANY ('b')", 1, 25, 'LIKE'],
  ['SELECT arr[0] FROM t', 1, 11, '['],
  ['SELECT arr[1:2] FROM t', 1, 11, '['],
  ['SELECT COUNT(*) FILTER (WHERE x) FROM t', 1, 17, 'FILTER'],
  ['SELECT ROW_NUMBER() FROM t', 1, 8, 'ROW_NUMBER'],
  ['SELECT UPPER(x) OVER () FROM t', 1, 8, 'UPPER'],
  ['SELECT ARRAY_AGG(x LIMIT 2) OVER () FROM t', 1, 8, 'ARRAY_AGG'],
  ['SELECT SUM(x ORDER BY y) FROM t', 1, 8, 'SUM'],
  ['SELECT COUNT(x, y) FROM t', 1, 8, 'COUNT'],
  ['SELECT x FROM t UNION SELECT y FROM u', 1, 17, 'UNION'],
  ['SELECT x FROM t EXCEPT SELECT y FROM u', 1, 17, 'EXCEPT'],
  ['SELECT AS VALUE x FROM t', 1, 1, 'SELECT'],
  ['SELECT STRUCT(1 + 2)', 1, 15, '1'],
  ['SELECT * FROM project.data.t', 1, 15, 'project'],
  ['SELECT * FROM `project.data.t`', 1, 15, '`project.data.t`'],
  ['SELECT x FROM t, t.arr AS x', 1, 18, 't'],
  ["SELECT * FROM read_csv('x')", 1, 15, 'read_csv'],
  ['SELECT x FROM t TABLESAMPLE SYSTEM (10 PERCENT)', 1, 17, 'TABLESAMPLE'],
  ['SELECT x FROM t QUALIFY ROW_NUMBER() OVER w = 1 WINDOW w AS (ORDER BY x)', 1, 49, 'WINDOW'],
  ['SELECT -x AS x FROM t ORDER BY x + 0', 1, 32, 'x'],
  ['SELECT k, SUM(v) AS v FROM t GROUP BY k QUALIFY RANK() OVER (ORDER BY v) = 1', 1, 71, 'v'],
  ["SELECT x FROM t WHERE ts > '2026-01-01 00:00:00+02'", 1, 28, "'2026-01-01 00:00:00+02'"],
  ["SELECT TIMESTAMP '2026-01-01 00:00:00 Europe/Berlin'", 1, 8, 'TIMESTAMP'],
  ["SELECT DATETIME '2026-01-01 00:00:00'", 1, 8, 'DATETIME'],
  ["SELECT DATE(ts, 'Europe/Berlin') FROM t", 1, 8, 'DATE'],
  ['SELECT DATE_TRUNC(d, FORTNIGHT) FROM t', 1, 22, 'FORTNIGHT'],
  ['SELECT TIMESTAMP_ADD(ts, INTERVAL 1 MONTH) FROM t', 1, 37, 'MONTH'],
  ['SELECT TIMESTAMP_DIFF(a, b, YEAR) FROM t', 1, 29, 'YEAR'],
  ["SELECT REGEXP_EXTRACT(x, r'(a)(b)') FROM t", 1, 8, 'REGEXP_EXTRACT'],
  ['SELECT REGEXP_EXTRACT(x, y) FROM t', 1, 8, 'REGEXP_EXTRACT'],
  ["SELECT JSON_VALUE(x, '$.a') FROM t", 1, 8, 'JSON_VALUE'],
  ['SELECT 1; SELECT 2', 1, 9, ';'],
  ['DELETE FROM t', 1, 1, 'DELETE'],
  ['FROM t SELECT x', 1, 1, 'FROM'],
  ['', 1, 1, ''],
  ['SELECT (1', 1, 8, '('],
  ['SELECT 1)', 1, 9, ')'],
  ['SELECT (1]', 1, 10, ']'],
  ['SELECT CASE WHEN a THEN b FROM t', 1, 8, 'CASE'],
  ['SELECT 1 +', 1, 10, '+'],
  ["SELECT '\\q'", 1, 8, "'\\q'"],
];

describe('what the engines would answer differently is refused', () => {
  it.each(REFUSED)('%s', (sql, line, column, token) => {
    let thrown: unknown;
    try {
      toDuckdb(sql, 'stage.sql');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UnsupportedSql);
    expect(thrown).toBeInstanceOf(PermanentError);
    expect(thrown).toMatchObject({ file: 'stage.sql', line, column, token });
    expect((thrown as Error).message).toContain(`stage.sql:${line}:${column}: ${JSON.stringify(token)}: `);
  });
});

describe('what only the types show is refused when it runs', () => {
  let duckdb: Duckdb;
  beforeAll(async () => {
    duckdb = await openDuckdb();
    await duckdb.run(
      "CREATE TABLE t AS SELECT 2.5e0 AS f, 5::BIGINT AS i, 'a' AS s, TIMESTAMP '2026-01-01' AS ts, NULL::BIGINT AS n",
    );
  });
  afterAll(() => duckdb.close());

  it.each([
    ['CAST(f AS STRING)', /DOUBLE AS STRING/],
    ['CAST(ts AS STRING)', /TIMESTAMP AS STRING/],
    ['TO_JSON_STRING(f)', /TO_JSON_STRING/],
    ['TO_JSON_STRING(STRUCT(i, [ts] AS times))', /TO_JSON_STRING/],
    ['DATE_TRUNC(ts, DAY)', /needs a DATE/],
    ['CAST(s AS INT64)', /not an INT64: a/],
    ['ARRAY_AGG(STRUCT(n AS n, i AS i) ORDER BY n DESC LIMIT 3)', /is NULL: use COALESCE/],
    ['ARRAY_AGG(STRUCT(n AS n, i AS i) ORDER BY n DESC LIMIT 300)', /is NULL: use COALESCE/],
  ])('%s', async (expression, why) => {
    await expect(duckdb.run(toDuckdb(`SELECT ${expression} FROM t`).sql)).rejects.toThrow(why);
  });

  it('rounds half away from zero where a column turns out to be a float', async () => {
    const sql = toDuckdb(
      'SELECT CAST(f AS INT64), CAST(-f AS INT64), CAST(i AS INT64), CAST(i AS STRING) FROM t',
    ).sql;
    expect(await duckdb.run(sql)).toEqual([[3n, -3n, 5n, '5']]);
  });
});

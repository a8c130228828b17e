import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toDuckdb } from '../../../../shared/sql/dialect/rewrite.ts';
import { RESERVED } from '../../../../shared/sql/dialect/words.ts';
import { type Duckdb, openDuckdb } from './duckdb.ts';

const rewrite = (expression: string): string => toDuckdb(`SELECT ${expression}`).sql.slice('SELECT '.length);

describe('toDuckdb', () => {
  it.each([
    ['`order`', '"order"'],
    ['0.5', '0.5e0'],
    ['1e3', '1e3'],
    ['7', '7::BIGINT'],
    ['x + 1', 'x + 1'],
    ['STRUCT(x AS a, t.b)', "{'a': x, 'b': t.b}"],
    ['CAST(x AS FLOAT64)', 'CAST(x AS DOUBLE)'],
    ['SAFE_CAST(x AS DATE)', 'TRY_CAST(x AS DATE)'],
    ['a[SAFE_OFFSET(1)]', 'a[2]'],
    ['TO_HEX(SHA256(x))', 'sha256(x)'],
    ['SUBSTR(x, 1, 8)', 'substr(x, 1, 8)'],
    ['SUM(IF(a, 1, 0))', 'CAST(sum(CASE WHEN a THEN 1::BIGINT ELSE 0::BIGINT END) AS BIGINT)'],
    ['SUM(x * 0.5)', 'sum(x * 0.5e0)'],
    ['a | b & c', 'a | (b & c)'],
    ['a ^ b', 'xor(a, b)'],
    ['x / 2', 'x / 2::BIGINT'],
    ['x / y', 'x / gsql_nonzero(y)'],
    ['t.* EXCEPT (a) REPLACE (b + 1 AS b)', 't.* EXCLUDE (a) REPLACE (b + 1 AS b)'],
    ['t.offset AS offset', 't."offset" AS "offset"'],
    ['x NOT IN UNNEST(@ids)', '(NOT gsql_in_array(x, $ids))'],
    ["CAST(CONCAT('0x', h) AS INT64)", "CAST(('0x' || h) AS BIGINT)"],
  ])('%s', (expression, expected) => expect(rewrite(expression)).toBe(expected));

  const top = (args: string): string => rewrite(`ARRAY_AGG(${args})`);
  it('takes the fast top-k only where every key leads the struct, descending', () => {
    const struct = "{'s': gsql_sort_key(s), 'id': gsql_sort_key(id)}";
    expect(top('STRUCT(s AS s, id AS id) ORDER BY s DESC, id DESC LIMIT 64')).toBe(`max(${struct}, 64)`);
    expect(top('STRUCT(s AS s, id AS id) ORDER BY s DESC, id DESC LIMIT 65')).toBe(
      `list_reverse_sort(list(${struct}))[1:65]`,
    );
    expect(top('STRUCT(s AS s, id AS id) ORDER BY s DESC, id DESC LIMIT @k')).toBe(
      `list_reverse_sort(list(${struct}))[1:$k]`,
    );
    expect(top('STRUCT(t.a * 2 AS s, id) ORDER BY t.a * 2 DESC LIMIT 5')).toBe(
      "max({'s': gsql_sort_key(t.a * 2), 'id': id}, 5)",
    );
    const plain = "list({'s': s, 'id': id} ORDER BY";
    expect(top('STRUCT(s AS s, id AS id) ORDER BY s DESC, id LIMIT 5')).toBe(`(${plain} s DESC, id))[1:5]`);
    expect(top('STRUCT(s AS s, id AS id) ORDER BY id DESC LIMIT 5')).toBe(`(${plain} id DESC))[1:5]`);
    expect(top('STRUCT(s AS s, id AS id) ORDER BY s DESC NULLS LAST LIMIT 5')).toBe(
      `(${plain} s DESC NULLS LAST))[1:5]`,
    );
    expect(top('STRUCT(s AS s, id AS id) ORDER BY s DESC')).toBe(`${plain} s DESC)`);
    expect(top('STRUCT(s AS s, id AS id) IGNORE NULLS ORDER BY s DESC LIMIT 5')).toContain('FILTER');
  });

  it('names each parameter once, in the order they appear', () => {
    const { sql, params } = toDuckdb('SELECT @b + @a FROM t WHERE x IN UNNEST(@ids) AND y = @b LIMIT @n');
    expect(params).toEqual(['b', 'a', 'ids', 'n']);
    expect(sql).toBe('SELECT $b + $a FROM t WHERE gsql_in_array(x, $ids) AND y = $b LIMIT $n');
  });

  it('leaves counts and positions as plain integers', () => {
    const sql = 'SELECT a, COUNT(*) FROM t GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10 OFFSET 5';
    expect(toDuckdb(sql).sql).toBe(
      'SELECT a, count(*) FROM t GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10 OFFSET 5',
    );
  });

  it('drops comments and a last semicolon, keeps what only looks like them', () => {
    expect(toDuckdb("SELECT '-- #' /* a */ AS x -- b\nFROM t # c\n;").sql).toBe("SELECT '-- #' AS x\nFROM t");
  });

  it('groups by what SELECT calls the name, as GoogleSQL does', () => {
    const sql = 'SELECT UPPER(x) AS x, COUNT(*) AS n FROM t GROUP BY x ORDER BY x';
    expect(toDuckdb(sql).sql).toBe(
      'SELECT upper(x) AS x, count(*) AS n FROM t GROUP BY (upper(x)) ORDER BY x',
    );
  });

  it('is deterministic, and reads its own parameters only', () => {
    const sql = 'WITH a AS (SELECT 1 AS x) SELECT x FROM a WHERE x = @x';
    expect(toDuckdb(sql)).toEqual(toDuckdb(sql));
  });
});

describe('names', () => {
  let duckdb: Duckdb;
  beforeAll(async () => {
    duckdb = await openDuckdb();
  });
  afterAll(() => duckdb.close());

  it('every keyword of DuckDB is a name in backticks, and bare where GoogleSQL lets it', async () => {
    const rows = await duckdb.run('SELECT DISTINCT lower(keyword_name) FROM duckdb_keywords()');
    expect(rows.length).toBeGreaterThan(300);
    for (const [keyword] of rows) {
      const bare = RESERVED.has(String(keyword).toUpperCase()) ? [] : [String(keyword)];
      for (const name of [`\`${keyword}\``, ...bare]) {
        const { sql } = toDuckdb(
          `SELECT ${name}, t.${name} FROM (SELECT 1 AS ${name}) AS t WHERE ${name} = 1`,
        );
        await expect(duckdb.run(sql), sql).resolves.toEqual([[1n, 1n]]);
      }
    }
  });
});

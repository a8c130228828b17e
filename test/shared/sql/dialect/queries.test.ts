import { createHash } from 'node:crypto';
import type { DuckDBValue } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toDuckdb } from '../../../../shared/sql/dialect/rewrite.ts';
import { type Duckdb, openDuckdb } from './duckdb.ts';

let duckdb: Duckdb;
beforeAll(async () => {
  duckdb = await openDuckdb();
});
afterAll(() => duckdb.close());

const run = (sql: string, values?: Record<string, DuckDBValue>): Promise<DuckDBValue[][]> => {
  const { sql: native, params } = toDuckdb(sql);
  expect(params).toEqual(Object.keys(values ?? {}));
  return duckdb.run(native, values);
};

const types = async (sql: string): Promise<string[]> =>
  (await duckdb.connection.runAndReadAll(toDuckdb(sql).sql)).columnTypes().map(String);

describe('whole queries', () => {
  beforeEach(async () => {
    await duckdb.run(`CREATE OR REPLACE TABLE listens AS SELECT * FROM (VALUES
      ('a', 'e1', TIMESTAMP '2026-01-01 10:00:00', 'x', 200000::BIGINT), ('a', 'e2', TIMESTAMP '2026-01-01 10:20:00', 'y', 10000),
      ('a', 'e3', TIMESTAMP '2026-01-01 11:00:00', 'x', 180000), ('b', 'e4', TIMESTAMP '2026-01-01 10:00:00', 'x', 40000),
      ('a', 'e1', TIMESTAMP '2026-01-01 10:00:00', 'x', 200000), ('b', 'e5', TIMESTAMP '2026-01-02 10:00:00', 'z', NULL)
      ) t(listener, event_id, heard_at, item, ms)`);
  });

  it('dedupes, numbers sessions by a gap and sums them', async () => {
    const rows = await run(
      `
      WITH once AS (
        SELECT * FROM listens WHERE TRUE
        QUALIFY ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY heard_at) = 1 -- first copy wins
      ),
      gaps AS (
        SELECT *, COALESCE(TIMESTAMP_DIFF(heard_at, LAG(heard_at) OVER (PARTITION BY listener ORDER BY heard_at, event_id), MINUTE) > @gap, TRUE) AS opens
        FROM once
      ),
      numbered AS (
        SELECT *, SUM(IF(opens, 1, 0)) OVER (PARTITION BY listener ORDER BY heard_at, event_id) AS session_no FROM gaps
      )
      SELECT listener, session_no, COUNT(*) AS listens, SUM(ms) AS ms, STRING_AGG(item, '>' ORDER BY heard_at) AS items
      FROM numbered GROUP BY listener, session_no ORDER BY listener, session_no`,
      { gap: 30 },
    );
    expect(rows).toEqual([
      ['a', 1n, 2n, 210000n, 'x>y'],
      ['a', 2n, 1n, 180000n, 'x'],
      ['b', 1n, 1n, 40000n, 'x'],
      ['b', 2n, 1n, null, 'z'],
    ]);
  });

  it('joins the elements of arrays, with and without their offsets', async () => {
    await duckdb.run(
      "CREATE OR REPLACE TABLE pools AS SELECT * FROM (VALUES ('a', ['x', 'y']), ('b', []), ('c', NULL)) t(listener, items)",
    );
    const sql = (join: string): string =>
      `SELECT p.listener, item, o FROM pools AS p ${join} UNNEST(p.items) AS item WITH OFFSET AS o ORDER BY 1, 3`;
    const both = [
      ['a', 'x', 0n],
      ['a', 'y', 1n],
    ];
    expect(await run(sql('CROSS JOIN'))).toEqual(both);
    expect(await run(sql(','))).toEqual(both);
    expect(await run(sql('LEFT JOIN'))).toEqual([...both, ['b', null, null], ['c', null, null]]);
    expect(
      await run(
        "SELECT p.listener, COUNT(*) AS n FROM pools AS p CROSS JOIN UNNEST(p.items) AS i WHERE i IN UNNEST(['x', 'q']) GROUP BY listener",
      ),
    ).toEqual([['a', 1n]]);
    expect(
      await run(
        'SELECT n.id, n.w FROM UNNEST([STRUCT(1 AS id, 0.5 AS w), STRUCT(2, 1.0)]) AS n ORDER BY n.w DESC',
      ),
    ).toEqual([
      [2n, 1],
      [1n, 0.5],
    ]);
  });

  it('sums bits into the bytes of a filter, as hexadecimal and base64', async () => {
    const keys = ['one', 'two', 'three'];
    const sql = `
      WITH bits AS (
        SELECT DISTINCT MOD(CAST(CONCAT('0x', SUBSTR(TO_HEX(MD5(k)), 1, 8)) AS INT64) + i * CAST(CONCAT('0x', SUBSTR(TO_HEX(MD5(k)), 9, 8)) AS INT64), 64) AS bit
        FROM UNNEST(@keys) AS k CROSS JOIN UNNEST(GENERATE_ARRAY(0, 2)) AS i
      ),
      bytes AS (
        SELECT place, COALESCE(SUM(1 << MOD(bit, 8)), 0) AS byte
        FROM UNNEST(GENERATE_ARRAY(0, 7)) AS place LEFT JOIN bits ON DIV(bit, 8) = place
        GROUP BY place
      ),
      filters AS (
        SELECT STRING_AGG(TO_HEX(CODE_POINTS_TO_BYTES([byte])), '' ORDER BY place) AS hex FROM bytes
      )
      SELECT hex, TO_BASE64(FROM_HEX(hex)) FROM filters`;
    const filter = Buffer.alloc(8);
    for (const key of keys) {
      const digest = createHash('md5').update(key).digest();
      for (let i = 0; i < 3; i += 1) {
        const bit = (digest.readUInt32BE(0) + i * digest.readUInt32BE(4)) % 64;
        filter[bit >> 3] = (filter[bit >> 3] ?? 0) | (1 << (bit % 8));
      }
    }
    const literal = sql.replace('@keys', JSON.stringify(keys));
    expect(await run(literal)).toEqual([[filter.toString('hex'), filter.toString('base64')]]);
  });

  it('answers what GROUP BY means by a name SELECT gives', async () => {
    const sql = "SELECT UPPER(x) AS x, COUNT(*) AS n FROM UNNEST(['a', 'A', 'b']) AS x GROUP BY x ORDER BY x";
    expect(await run(sql)).toEqual([
      ['A', 2n],
      ['B', 1n],
    ]);
    const constant = "SELECT 'all' AS item, COUNT(*) AS n FROM listens GROUP BY item";
    expect(await run(constant)).toEqual([['all', 6n]]);
  });

  it('combines sets', async () => {
    const [a, b] = ['SELECT item FROM listens', "SELECT item FROM listens WHERE listener = 'b'"];
    expect(await run(`${a} EXCEPT DISTINCT (${b})`)).toEqual([['y']]);
    expect(await run(`(${a} INTERSECT DISTINCT ${b}) ORDER BY item`)).toEqual([['x'], ['z']]);
    expect(await run(`SELECT COUNT(*) FROM (${a} UNION ALL ${b})`)).toEqual([[8n]]);
  });

  it('gives sums of INT64 as BIGINT, of FLOAT64 as DOUBLE, also in windows and of sums', async () => {
    const sql = `SELECT SUM(ms) AS a, SUM(ms / 2) AS b, SUM(SUM(ms)) OVER () AS c, MAX(SUM(ms)) OVER () AS d, COUNT(*) AS e,
      SUM(DISTINCT ms) AS f, COUNTIF(ms > 1) AS g, CAST(SUM(ms) * 2 AS INT64) AS h, AVG(ms) AS i FROM listens GROUP BY listener`;
    expect(await types(sql)).toEqual([
      'BIGINT',
      'DOUBLE',
      'BIGINT',
      'BIGINT',
      'BIGINT',
      'BIGINT',
      'BIGINT',
      'BIGINT',
      'DOUBLE',
    ]);
    const windowed =
      'SELECT SUM(ms) OVER w, SUM(ms * 0.5) OVER w, SUM(IF(ms > 1, 1, 0)) OVER w, 1 FROM listens WINDOW w AS (ORDER BY event_id)';
    expect(await types(windowed)).toEqual(['BIGINT', 'DOUBLE', 'BIGINT', 'BIGINT']);
  });

  it('takes parameters of each type', async () => {
    const rows = await run(
      'SELECT SUM(ms * @weight), COUNTIF(ms > @least) FROM listens WHERE heard_at >= TIMESTAMP_SUB(TIMESTAMP(@now), INTERVAL @days DAY)',
      {
        weight: 0.5,
        least: 30000,
        now: '2026-01-02 02:00:00+02',
        days: 1,
      },
    );
    expect(rows).toEqual([[(200000 + 10000 + 180000 + 40000 + 200000) / 2, 4n]]);
  });
});

describe('the fast top-k', () => {
  const rows = fc.array(
    fc.record({
      g: fc.integer({ min: 0, max: 2 }),
      s: fc.integer({ min: -3, max: 3 }),
      id: fc.integer({ min: 0, max: 9 }),
    }),
    {
      minLength: 1,
      maxLength: 40,
    },
  );

  it.each([3, 64, 65, 200])('of %i is the plain one', async (n) => {
    await fc.assert(
      fc.asyncProperty(rows, async (given) => {
        const list = given.map(({ g, s, id }) => `STRUCT(${g} AS g, ${s} / 2 AS s, ${id} AS id)`).join(', ');
        const query = (order: string): string =>
          `SELECT g, ARRAY_AGG(STRUCT(s AS s, id AS id) ORDER BY ${order} LIMIT ${n}) AS top FROM UNNEST([${list}]) GROUP BY g ORDER BY g`;
        const fast = toDuckdb(query('s DESC, id DESC')).sql;
        const plain = toDuckdb(query('s DESC NULLS LAST, id DESC NULLS LAST')).sql;
        expect(fast).toMatch(n > 64 ? /list_reverse_sort/ : /max\(/);
        expect(plain).toMatch(/ORDER BY s DESC NULLS LAST/);
        expect(await duckdb.run(fast)).toEqual(await duckdb.run(plain));
      }),
      { numRuns: 25 },
    );
  });
});

/** Beside the stages: what a night's queries answer and its erasures remove is what Google's evaluator says. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOAD_QUERIES } from '../../shared/sql/loads.ts';
import { DECLARED, wholeName } from './declared-tables.ts';
import { GoogleSql, type OutputColumn, type Query, type Result, type Tables } from './googlesql.ts';
import { answerKey, ERASED, type Night, nightOnFake } from './night.ts';
import { cellOf, type Value } from './values.ts';

let googlesql: GoogleSql;
let night: Night;
beforeAll(async () => {
  [googlesql, night] = await Promise.all([GoogleSql.start(), nightOnFake()]);
});
afterAll(() => googlesql.stop());

/** The declared tables that a text names. */
function namedIn(sql: string): Tables {
  return new Map([...DECLARED].filter(([name]) => sql.includes(`\`${name}\``)));
}

const evaluate = (query: Query): Promise<Result> =>
  googlesql.evaluate(query, namedIn(query.sql), night.contents);

/** Cells as BigQuery's REST API writes them, told apart by type. */
function cellsOf({ columns, rows }: Result): unknown[][] {
  return rows.map((row) => row.map((value, index) => wire(columns[index], value)));
}

function wire(column: OutputColumn | undefined, value: Value): unknown {
  if (value === null) return null;
  if (column?.[1] === 'TIMESTAMP') return String(Date.parse(`${String(value)}Z`) * 1000);
  if (column?.[1] === 'FLOAT64') return Number(Number(value).toPrecision(15)) + 0;
  return String(value);
}

describe('a night', () => {
  test('answers every query of its own as the evaluator does', async () => {
    let asked = 0;
    for (const { id, sql, parameters } of night.statements) {
      const answer = night.answers.get(answerKey(sql, parameters));
      if (answer === undefined) continue;
      asked += 1;
      const result = await evaluate({ sql, parameters });
      const columns = result.columns.map(([, type]) => type);
      const expected = answer.rows.map(({ f }) =>
        f.map(({ v }, index) =>
          v !== null && columns[index] === 'FLOAT64' ? Number(Number(v).toPrecision(15)) + 0 : v,
        ),
      );
      expect(
        answer.fields.map(({ name }) => name),
        id,
      ).toEqual(result.columns.map(([name]) => name));
      // Where the text asks for no order, none is promised.
      const order = /\bORDER BY\b(?!.*\))/s.test(sql);
      expect(order ? cellsOf(result) : cellsOf(result).sort(), id).toEqual(
        order ? expected : expected.sort(),
      );
    }
    expect(asked).toBeGreaterThan(60);
  });

  test('leaves out none of the queries that nothing fills', () => {
    const unanswered = night.statements.filter(
      ({ sql, parameters, fills }) =>
        fills === undefined &&
        /^\s*(SELECT|WITH)\b/.test(sql) &&
        !night.answers.has(answerKey(sql, parameters)),
    );
    // A removal begins with two questions, whose answers come after the erasures.
    expect(unanswered.map(({ sql }) => sql.includes('@source'))).toEqual([true, true]);
  });

  test('finds who is erased and came in late', () => {
    const late = [...night.answers].filter(([key]) => key.includes('late.listener_id'));
    expect(late.map(([, { rows }]) => rows.length > 0)).toEqual([true]);
  });

  test('loads and exports the cells that the evaluator makes', async () => {
    for (const { table, qualifiers } of LOAD_QUERIES) {
      const name = wholeName(`load_${table}`) ?? '';
      const loaded = night.contents.get(name) ?? [];
      expect(loaded.length, table).toBeGreaterThan(0);
      const filling = night.statements.find(({ fills }) => fills === `load_${table}`) as Query;
      const { columns, rows } = await evaluate(filling);
      expect(columns).toEqual(Object.entries(DECLARED.get(name) ?? {}));
      const found = rows.map((row) =>
        Object.fromEntries(columns.map(([column], index) => [column, cellOf(row[index] ?? null)])),
      );
      const byKey = (list: readonly object[]) => list.map((row) => JSON.stringify(row)).sort();
      expect(byKey(found)).toEqual(byKey(loaded));

      for (const qualifier of qualifiers) {
        const statement = night.statements.find(({ id }) =>
          id.includes(`export_${table}_${qualifier}-`),
        ) as Query;
        const sql = statement.sql.slice(statement.sql.indexOf('\nSELECT'));
        const exported = await evaluate({ sql, parameters: [] });
        expect(exported.columns.map(([, type]) => type)).toEqual([
          'STRING',
          `STRUCT<${qualifier} STRING>`,
          'TIMESTAMP',
        ]);
        const cells = loaded.filter((row) => row[qualifier] !== null);
        expect(exported.rows).toHaveLength(cells.length);
        expect(new Map(exported.rows.map(([key, cell]) => [key, cell]))).toEqual(
          new Map(cells.map((row) => [row.row_key, { [qualifier]: row[qualifier] }])),
        );
        expect(new Set(exported.rows.map(([, , at]) => Date.parse(`${String(at)}Z`)))).toEqual(
          new Set(loaded.map(({ build_ts: at }) => at)),
        );
      }
    }
  });

  test('removes of the erased what the evaluator would', async () => {
    const removed = { upTo: {} as Record<string, number>, whole: {} as Record<string, number> };
    for (const { sql, parameters } of night.statements) {
      const listener = parameters.find(({ name }) => name === 'listener')?.parameterValue.value;
      const table = /^DELETE FROM `[^`]*\.(\w+)`/.exec(sql)?.[1];
      if (table === undefined || listener === undefined) continue;
      const which = listener === ERASED.upTo ? 'upTo' : 'whole';
      removed[which][table] = await googlesql.countDeleted({ sql, parameters }, namedIn(sql), night.contents);
    }
    expect(removed).toEqual(night.erased);
    const counts = Object.values({ ...removed.upTo, ...removed.whole });
    expect(Math.max(...counts)).toBeGreaterThan(0);
  });
});

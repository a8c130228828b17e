/** What the dialect's list says GoogleSQL's expressions are, asked of Google's own evaluator. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONFORMANCE, FAILING } from '../shared/sql/dialect/conformance.ts';
import { GoogleSqlError } from './client.ts';
import { GoogleSql } from './googlesql.ts';
import type { Value } from './values.ts';

let googlesql: GoogleSql;
beforeAll(async () => {
  googlesql = await GoogleSql.start();
});
afterAll(() => googlesql.stop());

const evaluate = (expression: string) =>
  googlesql.evaluate({ sql: `SELECT ${expression} AS v`, parameters: [] }, new Map(), new Map());

/** -0 is 0, and a float is right to 15 digits. */
function close(value: Value): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(15)) + 0;
  if (Array.isArray(value)) return value.map(close);
  return value;
}

/** BigQuery's, and younger than the evaluator. */
const YOUNGER = /^(COSINE_DISTANCE|EUCLIDEAN_DISTANCE)\(/;

describe("the dialect's list", () => {
  it.each(CONFORMANCE.filter(([expression]) => !YOUNGER.test(expression)))(
    '%s',
    async (expression, expected) => {
      const { rows } = await evaluate(expression);
      expect(rows).toHaveLength(1);
      expect(close(rows[0]?.[0] as Value)).toEqual(close(expected));
    },
  );

  it.each(FAILING)('fails when it runs: %s', async (expression) => {
    const failure = await evaluate(expression).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(GoogleSqlError);
    // Anything that the evaluator does not know would fail as well.
    expect(String(failure)).not.toMatch(/not found|No matching signature|Syntax error|Unrecognized/i);
  });

  it.each(CONFORMANCE.filter(([expression]) => YOUNGER.test(expression)))(
    'names as unknown what the evaluator does not know: %s',
    async (expression) => {
      await expect(evaluate(expression)).rejects.toThrow('Function not found');
    },
  );
});

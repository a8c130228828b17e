import { DuckDBListValue, DuckDBStructValue, type DuckDBValue } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toDuckdb } from '../../../../shared/sql/dialect/rewrite.ts';
import { CONFORMANCE, type Expected, FAILING } from './conformance.ts';
import { type Duckdb, openDuckdb } from './duckdb.ts';

/** A DuckDB value in the terms of the list. */
function plain(value: DuckDBValue): Expected {
  if (value instanceof DuckDBListValue) return value.items.map(plain);
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, field]) => [name, plain(field)]));
  }
  return value !== null && typeof value === 'object' ? String(value) : (value as Expected);
}

/** -0 is 0, and a float is right to 15 digits. */
function close(value: Expected): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(15)) + 0;
  if (Array.isArray(value)) return value.map(close);
  return value;
}

describe('conformance with GoogleSQL on DuckDB', () => {
  let duckdb: Duckdb;
  beforeAll(async () => {
    duckdb = await openDuckdb();
  });
  afterAll(() => duckdb.close());

  it('covers more than a hundred and twenty expressions, each once', () => {
    expect(CONFORMANCE.length).toBeGreaterThan(120);
    expect(new Set(CONFORMANCE.map(([expression]) => expression)).size).toBe(CONFORMANCE.length);
  });

  it.each(CONFORMANCE)('%s', async (expression, expected) => {
    const rows = await duckdb.run(toDuckdb(`SELECT ${expression} AS v`).sql);
    expect(rows).toHaveLength(1);
    expect(close(plain(rows[0]?.[0] as DuckDBValue))).toEqual(close(expected));
  });

  it.each(FAILING)('fails: %s', async (expression) => {
    await expect(duckdb.run(toDuckdb(`SELECT ${expression} AS v`).sql)).rejects.toThrow();
  });
});

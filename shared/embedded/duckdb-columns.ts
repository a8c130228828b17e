/** Columns in and out of DuckDB as typed arrays: what kernels and loads are made of. */
import {
  DOUBLE,
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBDoubleVector,
  DuckDBIntegerVector,
  type DuckDBVector,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import bindings, { type Vector } from '@duckdb/node-bindings';
import type { PackedTexts } from './kernels/text-writer.ts';

const CHUNK_ROWS = 2048;

/**
 * Reads a query of `count` rows into one Float64Array a column. Every column must be numeric and not null; it is
 * cast to DOUBLE, exact up to 2^53.
 */
export async function readNumbers(
  connection: DuckDBConnection,
  columns: readonly string[],
  from: string,
): Promise<Float64Array[]> {
  const counted = await connection.runAndReadAll(
    `SELECT CAST(COUNT(*) AS DOUBLE) FROM ${from.split(' ORDER BY ')[0]}`,
  );
  const count = Number(counted.getRows()[0]?.[0]);
  const arrays = columns.map(() => new Float64Array(new SharedArrayBuffer(count * 8)));
  const select = columns.map((column) => `CAST(${column} AS DOUBLE)`).join(', ');
  const result = await connection.stream(`SELECT ${select} FROM ${from}`);
  let row = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    for (const [index, array] of arrays.entries()) {
      array.set(numbersOf(chunk.getColumnVector(index)), row);
    }
    row += chunk.rowCount;
  }
  if (row !== count) throw new Error(`${from} gave ${row} rows, ${count} were counted.`);
  return arrays;
}

/** The memory behind a numeric vector: typed as private, and the documented fast way in and out. */
function numbersOf(vector: DuckDBVector): Float64Array | Int32Array {
  if (!(vector instanceof DuckDBDoubleVector) && !(vector instanceof DuckDBIntegerVector))
    throw new Error('The column is not numeric.');
  return (vector as unknown as { items: Float64Array | Int32Array }).items;
}

/** Reads one text column; an absent value is null. */
export async function readTexts(
  connection: DuckDBConnection,
  column: string,
  from: string,
): Promise<(string | null)[]> {
  const result = await connection.stream(`SELECT CAST(${column} AS VARCHAR) FROM ${from}`);
  const texts: (string | null)[] = [];
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return texts;
    for (const value of chunk.getColumnValues(0)) texts.push(value === null ? null : String(value));
  }
}

/** One column of what a kernel made: integers below 2^31, exact doubles, or texts. */
export type OutputColumn = Int32Array | Float64Array | PackedTexts | readonly string[];

function isPacked(column: OutputColumn): column is PackedTexts {
  return 'offsets' in column;
}

function lengthOf(column: OutputColumn): number {
  return isPacked(column) ? column.offsets.length - 1 : column.length;
}

/** Appends columns of equal length; the appender casts them to the table's types. */
export function appendColumns(appender: DuckDBAppender, columns: readonly OutputColumn[]): void {
  const rows = columns[0] === undefined ? 0 : lengthOf(columns[0]);
  const types = columns.map((column) =>
    column instanceof Int32Array ? INTEGER : column instanceof Float64Array ? DOUBLE : VARCHAR,
  );
  for (let start = 0; start < rows; start += CHUNK_ROWS) {
    const end = Math.min(rows, start + CHUNK_ROWS);
    const chunk = DuckDBDataChunk.create(types, end - start);
    for (const [index, column] of columns.entries()) {
      if (column instanceof Int32Array || column instanceof Float64Array) {
        const vector = chunk.getColumnVector(index);
        numbersOf(vector).set(column.subarray(start, end));
        vector.flush();
      } else if (isPacked(column)) {
        assignTexts(chunk.getColumnVector(index), column, start, end);
      } else {
        chunk.setColumnValues(index, column.slice(start, end));
      }
    }
    appender.appendDataChunk(chunk);
  }
}

/** Hands bytes to the engine as they are: a detour through strings would cost more than making them did. */
function assignTexts(
  vector: DuckDBVector,
  { bytes, offsets }: PackedTexts,
  start: number,
  end: number,
): void {
  const { vector: raw } = vector as unknown as { vector: Vector };
  for (let row = start; row < end; row++)
    bindings.vector_assign_string_element_len(
      raw,
      row - start,
      bytes.subarray(offsets[row], offsets[row + 1]),
    );
}

/** Offsets of a compressed sparse row layout for ids sorted ascending: rows of id are offsets[id] to offsets[id+1]. */
export function rowOffsets(sortedIds: Float64Array, maxId: number): Int32Array {
  const offsets = new Int32Array(new SharedArrayBuffer((maxId + 2) * 4));
  for (const id of sortedIds) offsets[id + 1] = (offsets[id + 1] ?? 0) + 1;
  for (let id = 1; id < offsets.length; id++) offsets[id] = (offsets[id] ?? 0) + (offsets[id - 1] ?? 0);
  return offsets;
}

/** The same numbers as shared 32-bit integers. */
export function toInt32(values: Float64Array): Int32Array {
  const shared = new Int32Array(new SharedArrayBuffer(values.length * 4));
  shared.set(values);
  return shared;
}

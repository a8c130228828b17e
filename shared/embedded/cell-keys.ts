/** How a cell's coordinates become one LMDB key: row, qualifier and inverted timestamp, newest first. */
import { InvalidInput } from '../errors.ts';
import type { CellWrite } from '../ports/row-store.ts';

/** Longest row key or qualifier in UTF-8 bytes; two of them and a timestamp stay below LMDB's 1,978. */
export const MAX_NAME_BYTES = 512;

/** Longest value in UTF-8 bytes. */
export const MAX_VALUE_BYTES = 16 << 20;

/**
 * Sort before every printable character, so that a shorter name comes before its continuations. Not below U+0005:
 * lmdb escapes those in texts shorter than 64 characters and not in longer ones, which would then sort apart.
 */
export const SEPARATOR = '\u001e';
export const AFTER_SEPARATOR = '\u001f';

const STAMP_LENGTH = 11;
const CONTROL = /\p{Cc}/u;

/** What is wrong with a row key, qualifier or document id; undefined when it is fine. */
export function nameProblem(name: unknown): string | undefined {
  if (typeof name !== 'string') return 'must be a string';
  if (name.length === 0) return 'must not be empty';
  if (name.length * 3 > MAX_NAME_BYTES && Buffer.byteLength(name) > MAX_NAME_BYTES)
    return `must not be longer than ${MAX_NAME_BYTES} bytes`;
  if (CONTROL.test(name)) return 'must not contain control characters';
  if (!name.isWellFormed()) return 'must not contain half a surrogate pair';
  return undefined;
}

/** Throws InvalidInput naming `pointer` unless the name can be a key. */
export function requireName(name: unknown, pointer: string): void {
  const detail = nameProblem(name);
  if (detail !== undefined) throw new InvalidInput([{ pointer, detail }]);
}

/** Throws InvalidInput with the index and field of every cell that cannot be stored. */
export function requireCells(cells: readonly CellWrite[], isFamily: (family: string) => boolean): void {
  const problems: { pointer: string; detail: string }[] = [];
  cells.forEach((cell, i) => {
    const note = (field: string, detail: string | undefined) => {
      if (detail !== undefined) problems.push({ pointer: `/${i}/${field}`, detail });
    };
    note('key', nameProblem(cell.key));
    note('qualifier', nameProblem(cell.qualifier));
    note('family', isFamily(cell.family) ? undefined : `'${cell.family}' is not a family of the table`);
    note('timestamp', timestampProblem(cell.timestamp));
    note('value', valueProblem(cell.value));
  });
  if (problems.length > 0) throw new InvalidInput(problems);
}

function timestampProblem(timestamp: number): string | undefined {
  return Number.isSafeInteger(timestamp) && timestamp >= 0
    ? undefined
    : 'must be a whole number of milliseconds, 0 or more';
}

function valueProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  if (value.length * 3 > MAX_VALUE_BYTES && Buffer.byteLength(value) > MAX_VALUE_BYTES)
    return `must not be longer than ${MAX_VALUE_BYTES} bytes`;
  if (!value.isWellFormed()) return 'must not contain half a surrogate pair';
  return undefined;
}

/** The key of one cell. */
export function cellKey(row: string, qualifier: string, timestamp: number): string {
  return row + SEPARATOR + qualifier + SEPARATOR + stampOf(timestamp);
}

/** The key of one cell in an order by time: row, newest first, qualifier. */
export function timedKey(row: string, qualifier: string, timestamp: number): string {
  return row + SEPARATOR + stampOf(timestamp) + SEPARATOR + qualifier;
}

/** The end of the range, in an order by time, of the row's cells with this timestamp or a later one. */
export function afterStamp(row: string, timestamp: number): string {
  return row + SEPARATOR + stampOf(timestamp) + AFTER_SEPARATOR;
}

/** Fixed width, and the later the smaller. */
function stampOf(timestamp: number): string {
  return (Number.MAX_SAFE_INTEGER - timestamp).toString(36).padStart(STAMP_LENGTH, '0');
}

/** Half-open range of keys: every cell of a row, or of one qualifier of it. */
export function cellRange(row: string, qualifier?: string): { start: string; end: string } {
  const prefix = qualifier === undefined ? row : row + SEPARATOR + qualifier;
  return { start: prefix + SEPARATOR, end: prefix + AFTER_SEPARATOR };
}

/** The row a cell key belongs to. */
export function rowOfCellKey(key: string): string {
  return key.slice(0, key.indexOf(SEPARATOR));
}

/** The first key that can belong to a row after this one. */
export function afterRow(row: string): string {
  return row + AFTER_SEPARATOR;
}

/** Qualifier and timestamp of a cell key whose row is known to be `rowLength` characters long. */
export function parseCellKey(key: string, rowLength: number): { qualifier: string; timestamp: number } {
  return {
    qualifier: key.slice(rowLength + 1, key.length - STAMP_LENGTH - 1),
    timestamp: timestampOfCellKey(key),
  };
}

/** As parseCellKey, of a timedKey. */
export function parseTimedKey(key: string, rowLength: number): { qualifier: string; timestamp: number } {
  const stamp = key.slice(rowLength + 1, rowLength + 1 + STAMP_LENGTH);
  return { qualifier: key.slice(rowLength + STAMP_LENGTH + 2), timestamp: timestampOf(stamp) };
}

/** Epoch milliseconds of a cell key. */
export function timestampOfCellKey(key: string): number {
  return timestampOf(key.slice(-STAMP_LENGTH));
}

function timestampOf(stamp: string): number {
  return Number.MAX_SAFE_INTEGER - Number.parseInt(stamp, 36);
}

/** Orders text by its UTF-8 bytes, as the stores do; JavaScript's own order differs beyond U+FFFF. */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/**
 * How a cell's coordinates become one LMDB key: row, qualifier and inverted timestamp, newest first. Two names of the
 * longest kind (rows/cells.ts) and a timestamp stay below LMDB's 1,978 bytes.
 */

/**
 * Sort before every printable character, so that a shorter name comes before its continuations. Not below U+0005:
 * lmdb escapes those in texts shorter than 64 characters and not in longer ones, which would then sort apart.
 */
export const SEPARATOR = '\u001e';
export const AFTER_SEPARATOR = '\u001f';

const STAMP_LENGTH = 11;

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

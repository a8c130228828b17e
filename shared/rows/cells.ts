/** What every row store takes as a cell and refuses as one, and the order of cells. */
import { InvalidInput } from '../errors.ts';
import type { Cell, CellWrite } from '../ports/row-store.ts';

/** Longest row key or qualifier in UTF-8 bytes. */
export const MAX_NAME_BYTES = 512;

/** Longest value in UTF-8 bytes. */
export const MAX_VALUE_BYTES = 16 << 20;

const CONTROL = /\p{Cc}/u;
/** Units from the surrogates on, whose order differs from their bytes'. */
const UNLIKE_BYTES = /[\ud800-\uffff]/;

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

/** Sorts by family, qualifier, then newest first, and leaves out repeats of a coordinate. Sorts `cells` in place. */
export function sortedUnion(cells: Cell[]): Cell[] {
  // Far the most names sort the same by UTF-16 unit, natively, as by byte.
  const compareText = cells.some(({ qualifier }) => UNLIKE_BYTES.test(qualifier))
    ? compareBytes
    : compareUnits;
  const compareCells = (a: Cell, b: Cell) =>
    compareUnits(a.family, b.family) || compareText(a.qualifier, b.qualifier) || b.timestamp - a.timestamp;
  cells.sort(compareCells);
  return cells.filter((cell, i) => {
    const before = cells[i - 1];
    return before === undefined || compareCells(before, cell) !== 0;
  });
}

function compareUnits(a: string, b: string): number {
  return a < b ? -1 : a === b ? 0 : 1;
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

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellKey, cellRange, parseCellKey, rowOfCellKey } from '../../../shared/embedded/cell-keys.ts';
import { compareBytes, nameProblem } from '../../../shared/rows/cells.ts';

const bytes = (a: string, b: string) => Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => nameProblem(text) === undefined);
const timestamp = fc.maxSafeNat();

describe('cell keys', () => {
  it('give back their coordinates', () => {
    fc.assert(
      fc.property(name, name, timestamp, (row, qualifier, time) => {
        const key = cellKey(row, qualifier, time);
        expect(rowOfCellKey(key)).toBe(row);
        expect(parseCellKey(key, row.length)).toEqual({ qualifier, timestamp: time });
      }),
    );
  });

  it('sort by row, qualifier, then newest first, in bytes', () => {
    const coordinates = fc.tuple(name, name, timestamp);
    fc.assert(
      fc.property(coordinates, coordinates, ([rowA, qualifierA, a], [rowB, qualifierB, b]) => {
        const expected = bytes(rowA, rowB) || bytes(qualifierA, qualifierB) || Math.sign(b - a);
        expect(bytes(cellKey(rowA, qualifierA, a), cellKey(rowB, qualifierB, b))).toBe(expected);
      }),
    );
  });

  it('have a range per row and per qualifier that holds its own cells alone', () => {
    fc.assert(
      fc.property(name, name, name, timestamp, (row, qualifier, other, time) => {
        const key = cellKey(row, qualifier, time);
        const within = ({ start, end }: { start: string; end: string }) =>
          bytes(start, key) <= 0 && bytes(key, end) < 0;
        expect(within(cellRange(row))).toBe(true);
        expect(within(cellRange(row, qualifier))).toBe(true);
        expect(within(cellRange(other))).toBe(other === row);
        expect(within(cellRange(row, other))).toBe(other === qualifier);
      }),
    );
  });

  it('compare text as its UTF-8 bytes compare', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(bytes(a, b));
      }),
    );
    expect(compareBytes('\u{fffd}', '\u{1f3b5}')).toBeLessThan(0);
  });
});

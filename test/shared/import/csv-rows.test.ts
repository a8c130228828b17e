import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteStream } from '../../../shared/import/byte-stream.ts';
import { readRows } from '../../../shared/import/csv-rows.ts';
import { readLines } from '../../../shared/import/lines.ts';
import { flatten, inChunks } from './fixtures.ts';

const read = (text: string | Buffer, fields: number, options: { header?: boolean; sizes?: number[] } = {}) =>
  flatten(
    readRows(readLines(byteStream(inChunks(Buffer.from(text), options.sizes ?? [1_000_000]))), {
      delimiter: ',',
      fields,
      header: options.header ?? false,
    }),
  );

const quote = (field: string): string => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

describe('readRows', () => {
  it('reads what csv-parse reads, for any fields, line ends and chunks', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', ' ', '猫'), maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(field, field, field), { minLength: 1, maxLength: 20 }),
        fc.constantFrom('\n', '\r\n'),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
        async (rows, lineEnd, sizes) => {
          const text = rows
            .map((row) => `x${row.map(quote).join(',')}`)
            .map((row) => row + lineEnd)
            .join('');
          const quoted = text.replace(/^x"/gm, '"x');
          const expected: string[][] = parse(quoted, { record_delimiter: lineEnd });
          const found = await read(quoted, 3, { sizes });
          expect(found.map((row) => ('value' in row ? row.value : row.problem))).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('skips a ragged line with its number and goes on', async () => {
    expect(await read('h1,h2\na,b\nc\nd,e,f\n\ng,h\n', 2, { header: true })).toEqual([
      { line: 2, value: ['a', 'b'] },
      { line: 3, problem: 'has 1 fields instead of 2' },
      { line: 4, problem: 'has 3 fields instead of 2' },
      { line: 6, value: ['g', 'h'] },
    ]);
  });

  it('loses one line to an unclosed quote, not the rest of the file', async () => {
    const lines = Array.from({ length: 500 }, (_, n) => (n === 100 ? '"bad,x' : `a${n},b`));
    const rows = await read(lines.join('\n'), 2);
    expect(rows.filter((row) => 'problem' in row)).toEqual([{ line: 101, problem: 'has an unclosed quote' }]);
    expect(rows.filter((row) => 'value' in row)).toHaveLength(499);
  });

  it('loses two lines to two unclosed quotes that seem to close each other', async () => {
    const rows = await read('a,b\n"bad,c\nd,e\n"worse,f\ng,h', 2);
    expect(rows.filter((row) => 'value' in row).map((row) => row.line)).toEqual([1, 3, 5]);
    expect(rows.filter((row) => 'problem' in row).map((row) => row.line)).toEqual([2, 4]);
  });

  it('takes quotes inside a field literally and keeps lines of a quoted field together', async () => {
    expect(await read('12" mix,b\n"two\nlines",d\ne,f', 2)).toEqual([
      { line: 1, value: ['12" mix', 'b'] },
      { line: 2, value: ['two\nlines', 'd'] },
      { line: 4, value: ['e', 'f'] },
    ]);
  });

  it('reads a byte order mark, CRLF and Latin-1', async () => {
    const bytes = Buffer.concat([
      Buffer.from('\ufeffa,b\r\n'),
      Buffer.from('Mot\u00f6rhead,x\r\n', 'latin1'),
      Buffer.from('Motörhead,y'),
    ]);
    expect(await read(bytes, 2)).toEqual([
      { line: 1, value: ['a', 'b'] },
      { line: 2, value: ['Motörhead', 'x'] },
      { line: 3, value: ['Motörhead', 'y'] },
    ]);
  });

  it('passes over a line that is too long to be one', async () => {
    const text = `a\n${'x'.repeat(5000)}\nb\n`;
    const stream = byteStream(inChunks(Buffer.from(text), [100]));
    expect(await flatten(readLines(stream, 1000))).toEqual([
      { line: 1, value: 'a' },
      { line: 2, problem: 'is longer than 1000 bytes' },
      { line: 3, value: 'b' },
    ]);
  });
});

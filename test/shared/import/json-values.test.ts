import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteStream } from '../../../shared/import/byte-stream.ts';
import { readJsonLines, readJsonValues } from '../../../shared/import/json-values.ts';
import { readLines } from '../../../shared/import/lines.ts';
import { flatten, inChunks } from './fixtures.ts';

const streamOf = (text: string, sizes = [1_000_000]) => byteStream(inChunks(Buffer.from(text), sizes));
const readArray = (text: string, sizes?: number[]) => flatten(readJsonValues(streamOf(text, sizes), 'array'));
const readDocuments = (text: string) => flatten(readJsonValues(streamOf(text), 'documents'));
const values = (read: Awaited<ReturnType<typeof readArray>>) =>
  read.map((one) => ('value' in one ? one.value : one.problem));

describe('readJsonValues', () => {
  it('reads what JSON.parse reads, for any values, indents and chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue()),
        fc.integer({ min: 0, max: 3 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
        async (array, indent, sizes) => {
          const read = await readArray(JSON.stringify(array, null, indent), sizes);
          expect(values(read)).toEqual(JSON.parse(JSON.stringify(array)));
          expect(read.map(({ line }) => line)).toEqual(array.map((_, index) => index + 1));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('skips one bad element and reads those after it', async () => {
    expect(await readArray('[{"a":1},{"a":01},{"a":]},{"b":2}]')).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 2, problem: 'is not valid JSON' },
      { line: 3, problem: 'is not valid JSON' },
      { line: 4, value: { b: 2 } },
    ]);
  });

  it('says where an array breaks off, and keeps what came before', async () => {
    expect(await readArray('[{"a":1},{"a":2},{"a')).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 2, value: { a: 2 } },
      { line: 3, problem: 'the JSON array is not closed at byte 20; the rest is not read' },
    ]);
    expect(await readArray('[{"a":1},\n{"a":"un\nclosed},\n{"a":3}]', [3])).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 2, problem: 'a line ends inside a JSON string at byte 18; the rest is not read' },
    ]);
  });

  it('says that there is more after the array, and that its bytes broke off behind it', async () => {
    expect(await readArray('[1] \n[2]')).toEqual([
      { line: 1, value: 1 },
      { line: 2, problem: 'there is more after the JSON array at byte 5; the rest is not read' },
    ]);
    const packed = gzipSync('[1]').subarray(0, -4);
    const read = await flatten(readJsonValues(byteStream(inChunks(packed, [100])), 'array'));
    expect(read).toEqual([
      { line: 1, value: 1 },
      { line: 2, problem: expect.stringMatching(/breaks off here/) },
    ]);
  });

  it('does not gather a record without end', async () => {
    const read = await flatten(
      readJsonValues(streamOf(`[1,{"a":[${'1,'.repeat(5000)}`, [64]), 'array', 1000),
    );
    expect(read).toEqual([
      { line: 1, value: 1 },
      { line: 2, problem: expect.stringMatching(/longer than 1000 bytes at byte \d+; the rest is not read/) },
    ]);
  });

  it('reads an empty array and a byte order mark', async () => {
    expect(await readArray('\ufeff[ ]\n')).toEqual([]);
    expect(values(await readArray('\ufeff[1]'))).toEqual([1]);
  });

  it('reads indented documents that follow each other', async () => {
    const text = `\ufeff${JSON.stringify({ a: [1] }, null, 2)}\n${JSON.stringify({ b: '}' }, null, 2)}\n`;
    expect(values(await readDocuments(text))).toEqual([{ a: [1] }, { b: '}' }]);
  });
});

describe('readJsonLines', () => {
  it('skips a bad line with its number and goes on', async () => {
    expect(await flatten(readJsonLines(readLines(streamOf('{"a":1}\n\n{"a":\n{"b":2}'))))).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 3, problem: 'is not valid JSON' },
      { line: 4, value: { b: 2 } },
    ]);
  });
});

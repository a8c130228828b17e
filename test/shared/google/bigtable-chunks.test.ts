import { describe, expect, test } from 'vitest';
import { TransientError } from '../../../shared/errors.ts';
import { RowAssembly } from '../../../shared/google/bigtable-chunks.ts';
import { type Chunk, rowsMessage as message } from './bigtable-protocol.ts';

/** Rows of a stream, as `key family:qualifier@timestamp=value …`. */
function assemble(...messages: readonly (readonly Chunk[])[]): string[] {
  const assembly = new RowAssembly('pools');
  const rows = messages.flatMap((chunks) => assembly.push(message(chunks)));
  assembly.end();
  return rows.map(
    ({ key, cells }) =>
      `${key} ${cells.map((c) => `${c.family}:${c.qualifier}@${c.timestamp}=${c.value}`).join(' ')}`,
  );
}

const whole = { row: 'r', family: 'f', qualifier: 'q', at: 1, value: 'v', commit: true };

describe('rows out of chunks', () => {
  test('a row in one chunk, two rows in one message, a row over several messages', () => {
    expect(assemble([whole])).toEqual(['r f:q@1=v']);
    expect(assemble([whole, { ...whole, row: 's' }])).toEqual(['r f:q@1=v', 's f:q@1=v']);
    expect(
      assemble(
        [{ ...whole, commit: false }],
        [{ qualifier: 'q2', at: 2, value: 'w' }],
        [{ at: 1, value: 'x', commit: true }],
      ),
    ).toEqual(['r f:q@1=v f:q2@2=w f:q2@1=x']);
  });

  test('family and qualifier hold until others come; a new family brings its qualifier', () => {
    expect(
      assemble([
        { ...whole, commit: false },
        { family: 'g', qualifier: 'q', at: 3, value: 'a' },
        { at: 2, value: 'b', commit: true },
      ]),
    ).toEqual(['r f:q@1=v g:q@3=a g:q@2=b']);
  });

  test('a value in parts is one value, also when a part ends within a character', () => {
    const text = Buffer.from('größer');
    expect(
      assemble(
        [{ row: 'r', family: 'f', qualifier: 'q', at: 1, value: text.subarray(0, 3), size: text.length }],
        [
          { value: text.subarray(3, 4), size: text.length },
          { value: text.subarray(4), commit: true },
        ],
      ),
    ).toEqual(['r f:q@1=größer']);
  });

  test('an empty qualifier, an empty value and a cell without timestamp are what they are', () => {
    expect(assemble([{ row: 'r', family: 'f', qualifier: '', commit: true }])).toEqual(['r f:@0=']);
  });

  test('a row that is reset is forgotten, and may come again', () => {
    expect(assemble([{ ...whole, value: 'old', commit: false }, { reset: true }, whole])).toEqual([
      'r f:q@1=v',
    ]);
    expect(
      assemble([{ row: 'r', family: 'f', qualifier: 'q', at: 1, value: 'half', size: 9 }, { reset: true }]),
    ).toEqual([]);
  });

  test('cells are sorted, and one that came through two filters is there once', () => {
    expect(
      assemble([
        { row: 'r', family: 'g', qualifier: 'b', at: 1, value: 'x' },
        { family: 'f', qualifier: 'a', at: 1, value: 'y' },
        { family: 'g', qualifier: 'b', at: 1, value: 'x', commit: true },
      ]),
    ).toEqual(['r f:a@1=y g:b@1=x']);
  });

  test('timestamps beyond a double’s microseconds are exact', () => {
    const assembly = new RowAssembly('pools');
    const at = 9_007_199_254_740;
    const [row] = assembly.push(message([{ ...whole, at }]));
    expect(row?.cells[0]?.timestamp).toBe(at);
  });

  test('a broken stream goes on after the last whole row, or what was scanned past', () => {
    const assembly = new RowAssembly('pools');
    assembly.push(message([whole, { ...whole, row: 's', commit: false }]));
    expect(assembly.lastKey).toBe('r');
    expect(() => assembly.end()).toThrow('in the middle of a row');
    const filtered = new RowAssembly('pools');
    filtered.push(message([whole]));
    filtered.push(message([], 'z'));
    expect(filtered.lastKey).toBe('z');
  });

  test.each<[string, readonly Chunk[]]>([
    ['a cell of no row', [{ family: 'f', qualifier: 'q', value: 'v', commit: true }]],
    ['a cell without family', [{ row: 'r', qualifier: 'q', value: 'v', commit: true }]],
    ['a cell without qualifier', [{ row: 'r', family: 'f', value: 'v', commit: true }]],
    [
      'a family without a qualifier',
      [
        { ...whole, commit: false },
        { family: 'g', value: 'v', commit: true },
      ],
    ],
    [
      'a row in another one',
      [
        { ...whole, commit: false },
        { ...whole, row: 's' },
      ],
    ],
    ['a commit in the middle of a cell', [{ ...whole, size: 9 }]],
    ['a reset of nothing', [{ reset: true }]],
    [
      'a reset with a part of the row',
      [
        { ...whole, commit: false },
        { reset: true, value: 'v' },
      ],
    ],
    [
      'a reset that commits',
      [
        { ...whole, commit: false },
        { reset: true, commit: true },
      ],
    ],
    [
      'another qualifier in the middle of a cell',
      [
        { row: 'r', family: 'f', qualifier: 'q', at: 1, value: 'va', size: 4 },
        { qualifier: 'p', value: 'lu', commit: true },
      ],
    ],
    ['a row twice', [whole, whole]],
    ['a row after a later one', [{ ...whole, row: 's' }, whole]],
    [
      'a row by UTF-16 before, by bytes after',
      [
        { ...whole, row: '\u{1f3b5}' },
        { ...whole, row: '\u{fffd}' },
      ],
    ],
    ['a next row without its key', [whole, { family: 'f', qualifier: 'q', value: 'v', commit: true }]],
  ])('what the protocol does not allow is refused, as what may pass, naming the table: %s', (_, chunks) => {
    expect(() => assemble(chunks)).toThrow(TransientError);
    expect(() => assemble(chunks)).toThrow(/Bigtable's stream of rows of pools/);
  });

  test('a message that ends in the middle of a field is refused, as what may pass', () => {
    const bytes = message([{ ...whole, value: 'a longer value' }]);
    for (let length = 1; length < bytes.length; length++)
      expect(() => new RowAssembly('pools').push(bytes.subarray(0, length))).toThrow(TransientError);
  });

  test('a scan past rows with one open is refused', () => {
    const assembly = new RowAssembly('pools');
    assembly.push(message([{ ...whole, commit: false }]));
    expect(() => assembly.push(message([], 'z'))).toThrow(TransientError);
  });

  test('what comes of a stream does not depend on how its chunks travel in messages', () => {
    const chunks: Chunk[] = [
      { row: 'a', family: 'f', qualifier: 'q', at: 2, value: 'ol', size: 4 },
      { reset: true },
      { row: 'a', family: 'f', qualifier: 'q', at: 2, value: 'ne', size: 3 },
      { value: 'w' },
      { at: 1, value: 'x' },
      { family: 'g', qualifier: 'q', at: 1, value: 'y', commit: true },
      { row: 'b', family: 'f', qualifier: 'p', at: 1, value: 'z', commit: true },
    ];
    const expected = ['a f:q@2=new f:q@1=x g:q@1=y', 'b f:p@1=z'];
    for (let cuts = 0; cuts < 2 ** (chunks.length - 1); cuts++) {
      const messages: Chunk[][] = [[]];
      chunks.forEach((chunk, i) => {
        messages.at(-1)?.push(chunk);
        if (i < chunks.length - 1 && (cuts >> i) & 1) messages.push([]);
      });
      expect(assemble(...messages)).toEqual(expected);
    }
  });
});

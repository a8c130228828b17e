import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { RowAssembly } from '../../../shared/google/bigtable-chunks.ts';

/** google.bigtable.v2.ReadRowsResponse as the public definition has it, encoded by a library that ours does not use here. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message StringValue { string value = 1; }
  message BytesValue { bytes value = 1; }
  message CellChunk {
    bytes row_key = 1;
    StringValue family_name = 2;
    BytesValue qualifier = 3;
    int64 timestamp_micros = 4;
    repeated string labels = 5;
    bytes value = 6;
    int32 value_size = 7;
    bool reset_row = 8;
    bool commit_row = 9;
  }
  message ReadRowsResponse { repeated CellChunk chunks = 1; bytes last_scanned_row_key = 2; }
`);
const Response = root.lookupType('ReadRowsResponse');

interface Chunk {
  readonly row?: string;
  readonly family?: string;
  readonly qualifier?: string;
  /** ms */
  readonly at?: number;
  readonly value?: string | Buffer;
  readonly size?: number;
  readonly reset?: boolean;
  readonly commit?: boolean;
}

function message(chunks: readonly Chunk[], lastScanned?: string): Uint8Array {
  return Response.encode({
    chunks: chunks.map(({ row, family, qualifier, at, value, size, reset, commit }) => ({
      ...(row !== undefined && { rowKey: Buffer.from(row) }),
      ...(family !== undefined && { familyName: { value: family } }),
      ...(qualifier !== undefined && { qualifier: { value: Buffer.from(qualifier) } }),
      ...(at !== undefined && { timestampMicros: at * 1000 }),
      ...(value !== undefined && { value: Buffer.from(value) }),
      ...(size !== undefined && { valueSize: size }),
      ...(reset !== undefined && { resetRow: reset }),
      ...(commit !== undefined && { commitRow: commit }),
    })),
    ...(lastScanned !== undefined && { lastScannedRowKey: Buffer.from(lastScanned) }),
  }).finish();
}

/** Rows of a stream, as `key family:qualifier@timestamp=value …`. */
function assemble(...messages: readonly (readonly Chunk[])[]): string[] {
  const assembly = new RowAssembly();
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
    const assembly = new RowAssembly();
    const at = 9_007_199_254_740;
    const [row] = assembly.push(message([{ ...whole, at }]));
    expect(row?.cells[0]?.timestamp).toBe(at);
  });

  test('a broken stream goes on after the last whole row, or what was scanned past', () => {
    const assembly = new RowAssembly();
    assembly.push(message([whole, { ...whole, row: 's', commit: false }]));
    expect(assembly.lastKey).toBe('r');
    expect(() => assembly.end()).toThrow('in the middle of a row');
    const filtered = new RowAssembly();
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
  ])('what the protocol does not allow is refused, as what may pass: %s', (_, chunks) => {
    expect(() => assemble(chunks)).toThrow(/Bigtable’s|Bigtable's stream of rows/);
  });
});

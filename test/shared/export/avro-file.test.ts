import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { avroSchemaOf, ByteSink } from '../../../shared/export/avro-encoding.ts';
import { createAvroFile, readAvroSchema, schemaProblems } from '../../../shared/export/avro-file.ts';
import { TABLES, type TableRow, type TableSchema } from '../../../shared/schema/tables.ts';

const hex = (write: (sink: ByteSink) => void) => {
  const sink = new ByteSink();
  write(sink);
  return sink.take().toString('hex');
};

describe('binary encoding', () => {
  // The table of the specification, "Binary encoding: primitive types".
  test.each([
    [0, '00'],
    [-1, '01'],
    [1, '02'],
    [-2, '03'],
    [2, '04'],
    [-64, '7f'],
    [64, '8001'],
  ])('of the number %i is %s', (value, bytes) => {
    expect(hex((sink) => sink.long(value))).toBe(bytes);
  });

  test('of the text foo, and of the ends of 64 bits', () => {
    expect(hex((sink) => sink.string('foo'))).toBe('06666f6f');
    expect(hex((sink) => sink.long(2n ** 63n - 1n))).toBe('feffffffffffffffff01');
    expect(hex((sink) => sink.long(-(2n ** 63n)))).toBe('ffffffffffffffffff01');
  });
});

/** A reader of its own, by the specification: rows of a file, timestamps in milliseconds. */
function readFile(bytes: Buffer, { columns, required }: TableSchema): TableRow[] {
  let at = 4;
  const longIn = (buffer: Buffer, state: { at: number }) => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(buffer[state.at++] ?? 0);
      value |= (byte & 127n) << shift;
      if (byte < 128n) return (value >> 1n) ^ -(value & 1n);
    }
  };
  const long = () => {
    const state = { at };
    const value = Number(longIn(bytes, state));
    at = state.at;
    return value;
  };
  const skip = () => {
    const length = long();
    at += length;
  };
  for (let pairs = long(); pairs > 0; pairs -= 1) {
    skip();
    skip();
  }
  expect(long()).toBe(0);
  const marker = bytes.subarray(at, at + 16);
  at += 16;
  const rows: TableRow[] = [];
  while (at < bytes.length) {
    const count = long();
    const size = long();
    const block = inflateRawSync(bytes.subarray(at, at + size));
    at += size;
    expect(bytes.subarray(at, at + 16)).toEqual(marker);
    at += 16;
    const state = { at: 0 };
    for (let i = 0; i < count; i += 1) {
      const row: Record<string, string | number | boolean | null> = {};
      for (const [name, type] of Object.entries(columns)) {
        if (!required.includes(name) && longIn(block, state) === 0n) {
          row[name] = null;
          continue;
        }
        if (type === 'STRING') {
          const length = Number(longIn(block, state));
          row[name] = block.toString('utf8', state.at, state.at + length);
          state.at += length;
        } else if (type === 'BOOL') row[name] = block[state.at++] === 1;
        else if (type === 'FLOAT64') {
          row[name] = block.readDoubleLE(state.at);
          state.at += 8;
        } else {
          const value = longIn(block, state);
          row[name] = Number(type === 'TIMESTAMP' ? value / 1000n : value);
        }
      }
      rows.push(row);
    }
    expect(state.at).toBe(block.length);
  }
  return rows;
}

const VALUES = {
  STRING: fc.string({ unit: 'grapheme' }),
  INT64: fc.maxSafeInteger(),
  FLOAT64: fc.double({ noNaN: true }),
  BOOL: fc.boolean(),
  TIMESTAMP: fc.integer({ min: -62_000_000_000_000, max: 250_000_000_000_000 }),
};

function rowOf({ columns, required }: TableSchema): fc.Arbitrary<TableRow> {
  return fc.record(
    Object.fromEntries(
      Object.entries(columns).map(([name, type]) => [
        name,
        required.includes(name)
          ? VALUES[type]
          : fc.option(VALUES[type] as fc.Arbitrary<string>, { nil: null }),
      ]),
    ),
  ) as fc.Arbitrary<TableRow>;
}

describe('a file', () => {
  test.each(['listens', 'catalogue', 'artist_features'] as const)(
    'of %s is read as it was written, however it was cut',
    (table) => {
      const schema = TABLES[table];
      fc.assert(
        fc.property(fc.array(rowOf(schema), { maxLength: 20 }), fc.nat(20), (rows, cut) => {
          const file = createAvroFile(table, schema);
          const parts = [file.append(rows.slice(0, cut)), file.append(rows.slice(cut)), file.end()];
          expect(readFile(Buffer.concat(parts), schema)).toEqual(rows);
        }),
        { numRuns: 50 },
      );
    },
  );

  test('of many rows has many blocks, and the same rows give the same bytes', () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => ({
      event_id: `event-${i}`,
      type: 'listen',
      listener_id: `listener-${i % 97}`,
      item_id: 'item',
      recording_id: 'recording',
      occurred_at: 1_790_000_000_000 + i,
      received_at: 1_790_000_000_000,
    }));
    const write = () => {
      const file = createAvroFile('listens', TABLES.listens);
      return Buffer.concat([file.append(rows), file.end()]);
    };
    const bytes = write();
    expect(write().equals(bytes)).toBe(true);
    const read = readFile(bytes, TABLES.listens);
    expect(read).toHaveLength(rows.length);
    expect(read.at(-1)).toMatchObject(rows.at(-1) ?? {});
  });

  test.each([
    ['event_id', { event_id: null }, '/0/event_id: is required'],
    ['ms_played', { ms_played: 1.5 }, '/0/ms_played: is 1.5 and not INT64'],
    ['skipped', { skipped: 'no' }, '/0/skipped: is "no" and not BOOL'],
    ['mood', { mood: 'glad' }, '/0/mood: is no column of the table'],
  ])('refuses a row by its column %s', (_, more, message) => {
    const row = {
      event_id: 'e',
      type: 'listen',
      listener_id: 'l',
      item_id: 'i',
      recording_id: 'r',
      occurred_at: 1,
      received_at: 1,
      ...more,
    };
    expect(() => createAvroFile('listens', TABLES.listens).append([row])).toThrow(message);
  });
});

describe('the schema of a file', () => {
  const header = (schema: TableSchema) => createAvroFile('listens', schema).append([]);
  const problems = (
    change: (fields: { name: string; type: unknown }[]) => { name: string; type: unknown }[],
  ) => {
    const schema = avroSchemaOf('listens', TABLES.listens);
    return schemaProblems('listens', TABLES.listens, {
      ...schema,
      fields: change([...schema.fields]) as never,
    });
  };

  test('is read from its beginning', () => {
    const found = readAvroSchema(header(TABLES.listens));
    expect(found).toEqual(JSON.parse(JSON.stringify(avroSchemaOf('listens', TABLES.listens))));
    expect(schemaProblems('listens', TABLES.listens, found)).toEqual([]);
  });

  test('is that of the table, in any order; what may be empty may be left out or always be there', () => {
    expect(problems((fields) => fields.reverse())).toEqual([]);
    expect(problems((fields) => fields.filter(({ name }) => name !== 'surface'))).toEqual([]);
    expect(
      problems((fields) => fields.map((f) => (f.name === 'surface' ? { ...f, type: 'string' } : f))),
    ).toEqual([]);
  });

  test('is told what is wrong with it, column by column', () => {
    expect(problems((fields) => fields.filter(({ name }) => name !== 'event_id'))).toEqual([
      'listens.event_id is missing.',
    ]);
    expect(problems((fields) => [...fields, { name: 'mood', type: 'string' }])).toEqual([
      'listens has no column mood.',
    ]);
    // A plain number would be loaded as INT64, and one that may be null is refused for a required column.
    for (const type of ['long', ['null', { type: 'long', logicalType: 'timestamp-micros' }]])
      expect(
        problems((fields) => fields.map((f) => (f.name === 'received_at' ? { ...f, type } : f))),
      ).toHaveLength(1);
  });

  test('of what is no Avro file, or one cut short, is refused', () => {
    expect(() => readAvroSchema(Buffer.from('PAR1'))).toThrow('is no Avro file');
    const whole = header(TABLES.listens);
    for (const length of [4, 5, 20, 200])
      expect(() => readAvroSchema(whole.subarray(0, length)), `${length}`).toThrow('ends within its header');
  });
});

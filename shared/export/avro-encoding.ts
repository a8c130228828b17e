/** Rows of the warehouse's tables in Avro's binary encoding (Avro 1.12 specification: binary encoding, object container files). */
import { InvalidInput } from '../errors.ts';
import type { ColumnType, TableRow, TableSchema } from '../schema/tables.ts';

type AvroType = string | { readonly type: string; readonly logicalType: string };

export interface AvroField {
  readonly name: string;
  /** A pair with `null` first where the value may be missing. */
  readonly type: AvroType | readonly ['null', AvroType];
  readonly default?: null;
}

export interface AvroSchema {
  readonly type: 'record';
  readonly name: string;
  readonly fields: readonly AvroField[];
}

const TYPES: Readonly<Record<ColumnType, AvroType>> = {
  STRING: 'string',
  INT64: 'long',
  FLOAT64: 'double',
  BOOL: 'boolean',
  // BigQuery reads this as TIMESTAMP where it is told to heed logical types.
  TIMESTAMP: { type: 'long', logicalType: 'timestamp-micros' },
};

/** The schema of a table: what is required is never null, which BigQuery holds against the table's own columns. */
export function avroSchemaOf(table: string, { columns, required }: TableSchema): AvroSchema {
  return {
    type: 'record',
    name: table,
    fields: Object.entries(columns).map(([name, type]) =>
      required.includes(name)
        ? { name, type: TYPES[type] }
        : { name, type: ['null', TYPES[type]] as const, default: null },
    ),
  };
}

/** Bytes put one after the other. */
export class ByteSink {
  #bytes = Buffer.alloc(64 * 1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  #room(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#length + count));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }

  /** A whole number of up to 64 bits: zig-zag, then seven bits a byte. */
  long(value: number | bigint): void {
    this.#room(10);
    const wide = BigInt(value);
    let left = BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n));
    while (left > 127n) {
      this.#bytes[this.#length++] = Number(left & 127n) | 128;
      left >>= 7n;
    }
    this.#bytes[this.#length++] = Number(left);
  }

  double(value: number): void {
    this.#room(8);
    this.#bytes.writeDoubleLE(value, this.#length);
    this.#length += 8;
  }

  boolean(value: boolean): void {
    this.#room(1);
    this.#bytes[this.#length++] = value ? 1 : 0;
  }

  bytes(value: Uint8Array): void {
    this.long(value.length);
    this.raw(value);
  }

  string(value: string): void {
    this.bytes(Buffer.from(value, 'utf8'));
  }

  raw(value: Uint8Array): void {
    this.#room(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** What was put, which is then forgotten. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }
}

/** Puts one row, whose timestamps are epoch milliseconds. Throws InvalidInput that names row and column. */
export function encodeRow(
  sink: ByteSink,
  { columns, required }: TableSchema,
  row: TableRow,
  index: number,
): void {
  const refuse = (column: string, detail: string): never => {
    throw new InvalidInput([{ pointer: `/${index}/${column}`, detail }]);
  };
  for (const name of Object.keys(row)) if (!(name in columns)) refuse(name, 'is no column of the table');
  for (const [name, type] of Object.entries(columns)) {
    const value = row[name] ?? null;
    const isRequired = required.includes(name);
    if (value === null) {
      if (isRequired) refuse(name, 'is required');
      sink.long(0);
      continue;
    }
    if (!isRequired) sink.long(1);
    if (!encodeValue(sink, type, value)) refuse(name, `is ${JSON.stringify(value)} and not ${type}`);
  }
}

function encodeValue(sink: ByteSink, type: ColumnType, value: string | number | boolean): boolean {
  switch (type) {
    case 'STRING':
      if (typeof value !== 'string') return false;
      sink.string(value);
      return true;
    case 'BOOL':
      if (typeof value !== 'boolean') return false;
      sink.boolean(value);
      return true;
    case 'FLOAT64':
      if (typeof value !== 'number') return false;
      sink.double(value);
      return true;
    case 'INT64':
    case 'TIMESTAMP':
      if (typeof value !== 'number' || !Number.isSafeInteger(value)) return false;
      sink.long(type === 'INT64' ? value : BigInt(value) * 1000n);
      return true;
  }
}

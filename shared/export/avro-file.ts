/** Avro object container files: written of tables' rows, and their schemas read to be held against the tables. */
import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { InvalidInput } from '../errors.ts';
import type { TableRow, TableSchema } from '../schema/tables.ts';
import { type AvroSchema, avroSchemaOf, ByteSink, encodeRow } from './avro-encoding.ts';

const MAGIC = Buffer.from('Obj\x01', 'latin1');
const BLOCK_BYTES = 256 * 1024;

export interface AvroFile {
  /** Bytes to write next; empty while a block fills. Throws InvalidInput for a row that is not the table's. */
  append(rows: readonly TableRow[]): Uint8Array;
  /** The last bytes. */
  end(): Uint8Array;
}

/**
 * A file of a table. The same rows give the same bytes: what separates blocks is made of the schema, not by chance.
 */
export function createAvroFile(table: string, schema: TableSchema): AvroFile {
  const text = JSON.stringify(avroSchemaOf(table, schema));
  const marker = createHash('md5').update(text).digest();
  const rowsOfBlock = new ByteSink();
  const out = new ByteSink();
  let count = 0;
  let index = 0;

  out.raw(MAGIC);
  out.long(2);
  out.string('avro.schema');
  out.string(text);
  out.string('avro.codec');
  out.string('deflate');
  out.long(0);
  out.raw(marker);

  const closeBlock = () => {
    if (count === 0) return;
    out.long(count);
    out.bytes(deflateRawSync(rowsOfBlock.take()));
    out.raw(marker);
    count = 0;
  };
  return {
    append(rows) {
      for (const row of rows) {
        encodeRow(rowsOfBlock, schema, row, index);
        index += 1;
        count += 1;
        if (rowsOfBlock.length >= BLOCK_BYTES) closeBlock();
      }
      return out.take();
    },
    end() {
      closeBlock();
      return out.take();
    },
  };
}

/** The schema at the beginning of a file, of which the first bytes suffice. Throws InvalidInput for what is no Avro file. */
export function readAvroSchema(bytes: Uint8Array): AvroSchema {
  const refuse = (detail: string): never => {
    throw new InvalidInput([{ pointer: '', detail }]);
  };
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!buffer.subarray(0, MAGIC.length).equals(MAGIC)) refuse('is no Avro file');
  let at = MAGIC.length;
  const long = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = buffer[at++] ?? refuse('ends within its header');
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number((value >> 1n) ^ -(value & 1n));
    }
  };
  const text = (): string => {
    const length = long();
    if (length < 0 || at + length > buffer.length) refuse('ends within its header');
    at += length;
    return buffer.toString('utf8', at - length, at);
  };
  for (let left = long(); left !== 0; left = long()) {
    // A negative count is followed by the size of the block in bytes.
    if (left < 0) long();
    for (let i = 0; i < Math.abs(left); i += 1) {
      const [key, value] = [text(), text()];
      if (key === 'avro.schema') return JSON.parse(value) as AvroSchema;
    }
  }
  return refuse('has no schema');
}

/** What BigQuery would refuse, or load wrongly, of a file with this schema; a sentence each, empty where it fits. */
export function schemaProblems(table: string, expected: TableSchema, found: AvroSchema): string[] {
  const wanted = avroSchemaOf(table, expected).fields;
  const fields = Array.isArray(found.fields) ? found.fields : [];
  const show = (type: unknown) => JSON.stringify(type);
  return [
    ...wanted.flatMap(({ name, type }) => {
      const field = fields.find((one) => one.name === name);
      const isRequired = expected.required.includes(name);
      if (field === undefined) return isRequired ? [`${table}.${name} is missing.`] : [];
      // A column that may be empty may also always be there.
      const [, plain] = Array.isArray(type) ? type : [];
      const fits = show(field.type) === show(type) || (!isRequired && show(field.type) === show(plain));
      return fits ? [] : [`${table}.${name} is ${show(field.type)} and not ${show(type)}.`];
    }),
    ...fields
      .filter(({ name }) => !(name in expected.columns))
      .map(({ name }) => `${table} has no column ${name}.`),
  ];
}

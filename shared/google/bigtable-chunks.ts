/** ReadRowsResponse: rows out of the chunks that a stream cuts them into (google.bigtable.v2, CellChunk). */
import protobuf from 'protobufjs/minimal.js';
import { TransientError } from '../errors.ts';
import type { Cell, Row } from '../ports/row-store.ts';
import { compareBytes, sortedUnion } from '../rows/cells.ts';
import type { RowTable } from '../schema/rows.ts';
import { readMillis } from './bigtable-timestamps.ts';

const ROW_KEY = (1 << 3) | 2;
const FAMILY = (2 << 3) | 2;
const QUALIFIER = (3 << 3) | 2;
const TIMESTAMP = 4 << 3;
const VALUE = (6 << 3) | 2;
const VALUE_SIZE = 7 << 3;
const RESET_ROW = 8 << 3;
const COMMIT_ROW = 9 << 3;
const CHUNKS = (1 << 3) | 2;
const LAST_SCANNED = (2 << 3) | 2;

/** A row that is not committed yet. */
interface Open {
  readonly key: string;
  cells: Cell[];
  family: string | undefined;
  qualifier: string | undefined;
  timestamp: number;
  /** Parts of a value of which more is to come. */
  parts: Uint8Array[];
}

/**
 * Turns the messages of one stream into rows. A row counts once it is committed: what a broken stream leaves open is
 * read again after `lastKey`. A sequence that the protocol does not allow throws TransientError: another attempt may
 * meet a server in better health.
 */
export class RowAssembly {
  readonly #table: RowTable;
  #open: Open | undefined;
  #lastKey: string | undefined;

  constructor(table: RowTable) {
    this.#table = table;
  }

  /** The last key that needs no reading any more, committed or scanned past. */
  get lastKey(): string | undefined {
    return this.#lastKey;
  }

  /** Rows that this message completes, in order. Throws TransientError for what the protocol does not allow. */
  push(message: Uint8Array): Row[] {
    try {
      return this.#push(message);
    } catch (error) {
      // So the reader says that a message ends in the middle of a field.
      if (error instanceof RangeError) throw this.#broken('sent half a message');
      throw error;
    }
  }

  #push(message: Uint8Array): Row[] {
    const rows: Row[] = [];
    const reader = protobuf.Reader.create(message);
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag === CHUNKS) {
        const row = this.#chunk(reader);
        if (row !== undefined) rows.push(row);
      } else if (tag === LAST_SCANNED) {
        if (this.#open !== undefined) throw this.#broken('scanned past a row that is open');
        this.#lastKey = Buffer.from(reader.bytes()).toString();
      } else reader.skipType(tag & 7);
    }
    return rows;
  }

  /** Throws TransientError when the stream ended in the middle of a row. */
  end(): void {
    if (this.#open !== undefined) throw this.#broken('ended in the middle of a row');
  }

  #chunk(reader: protobuf.Reader): Row | undefined {
    const end = reader.uint32() + reader.pos;
    let key: string | undefined;
    let family: string | undefined;
    let qualifier: string | undefined;
    let timestamp: number | undefined;
    let value: Uint8Array | undefined;
    let more = false;
    let resets = false;
    let commits = false;
    while (reader.pos < end) {
      const tag = reader.uint32();
      if (tag === ROW_KEY) key = reader.string();
      else if (tag === FAMILY) family = wrapped(reader);
      else if (tag === QUALIFIER) qualifier = wrapped(reader);
      else if (tag === TIMESTAMP) timestamp = readMillis(reader);
      else if (tag === VALUE) value = reader.bytes();
      else if (tag === VALUE_SIZE) more = reader.int32() > 0;
      else if (tag === RESET_ROW) resets = reader.bool();
      else if (tag === COMMIT_ROW) commits = reader.bool();
      else reader.skipType(tag & 7);
    }
    if (resets) {
      if (this.#open === undefined) throw this.#broken('reset a row that was not open');
      if (commits || more || (value?.length ?? 0) > 0 || family !== undefined || qualifier !== undefined)
        throw this.#broken('reset a row and sent a part of it at once');
      this.#open = undefined;
      return undefined;
    }
    const open = this.#opened(key);
    const goesOn = open.parts.length > 0;
    if (goesOn) {
      if (family !== undefined || qualifier !== undefined || (timestamp ?? 0) !== 0)
        throw this.#broken('began a cell in the middle of another one');
    } else {
      if (family !== undefined && qualifier === undefined)
        throw this.#broken('began a family without a qualifier');
      open.family = family ?? open.family;
      open.qualifier = qualifier ?? open.qualifier;
      open.timestamp = timestamp ?? 0;
    }
    if (open.family === undefined || open.qualifier === undefined)
      throw this.#broken('sent a cell without family or qualifier');
    if (more) {
      if (commits) throw this.#broken('committed a row in the middle of a cell');
      open.parts.push(value ?? new Uint8Array());
      return undefined;
    }
    open.cells.push({
      family: open.family,
      qualifier: open.qualifier,
      timestamp: open.timestamp,
      value: textOf(open, value),
    });
    open.parts = [];
    return commits ? this.#commit(open) : undefined;
  }

  #opened(key: string | undefined): Open {
    if (this.#open !== undefined) {
      if (key !== undefined && key !== '' && key !== this.#open.key)
        throw this.#broken('began a row in another one');
      return this.#open;
    }
    if (key === undefined || key === '') throw this.#broken('sent a cell of no row');
    // Going on after `lastKey` misses and repeats nothing because keys only ever grow.
    if (this.#lastKey !== undefined && compareBytes(key, this.#lastKey) <= 0)
      throw this.#broken('sent a row out of order');
    this.#open = { key, cells: [], family: undefined, qualifier: undefined, timestamp: 0, parts: [] };
    return this.#open;
  }

  #commit({ key, cells }: Open): Row {
    this.#open = undefined;
    this.#lastKey = key;
    return { key, cells: sortedUnion(cells) };
  }

  #broken(what: string): TransientError {
    return new TransientError(`Bigtable's stream of rows of ${this.#table} ${what}.`);
  }
}

function textOf({ parts }: Open, value: Uint8Array | undefined): string {
  const last = value ?? new Uint8Array();
  const whole =
    parts.length === 0
      ? Buffer.from(last.buffer, last.byteOffset, last.byteLength)
      : Buffer.concat([...parts, last]);
  return whole.toString();
}

/** google.protobuf.StringValue and BytesValue: a message of one field, so that an empty one differs from none. */
function wrapped(reader: protobuf.Reader): string {
  const end = reader.uint32() + reader.pos;
  let value = '';
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === ROW_KEY) value = reader.string();
    else reader.skipType(tag & 7);
  }
  return value;
}

/** Requests of google.bigtable.v2.Bigtable, encoded by hand: a few fields each, and no descriptors to load at a cold start. */
import protobuf from 'protobufjs/minimal.js';
import type { CellWrite } from '../ports/row-store.ts';
import type { EncodedFilter } from './bigtable-filters.ts';
import { writeMicros } from './bigtable-timestamps.ts';

export const READ_ROWS = '/google.bigtable.v2.Bigtable/ReadRows';
export const MUTATE_ROWS = '/google.bigtable.v2.Bigtable/MutateRows';
export const CHECK_AND_MUTATE_ROW = '/google.bigtable.v2.Bigtable/CheckAndMutateRow';

export interface TableAddress {
  /** `projects/…/instances/…/tables/…`. */
  readonly tableName: string;
  readonly appProfile: string;
}

/** An encoded Mutation. */
export type Mutation = Uint8Array;

const BYTES = 2;
const VARINT = 0;
const tag = (field: number, type: 0 | 2): number => ((field << 3) | type) >>> 0;

export type RowsWanted =
  | { readonly keys: readonly string[] }
  /** Keys that start with the prefix and come after a key. */
  | { readonly prefix: string; readonly after: string | undefined };

export function encodeReadRows(
  { tableName, appProfile }: TableAddress,
  rows: RowsWanted,
  filter: EncodedFilter | undefined,
): Uint8Array {
  const writer = protobuf.Writer.create().uint32(tag(1, BYTES)).string(tableName);
  writer.uint32(tag(2, BYTES)).fork();
  if ('keys' in rows) for (const key of rows.keys) writer.uint32(tag(1, BYTES)).string(key);
  else {
    writer.uint32(tag(2, BYTES)).fork();
    if (rows.after !== undefined) writer.uint32(tag(2, BYTES)).string(rows.after);
    else writer.uint32(tag(1, BYTES)).string(rows.prefix);
    const end = afterPrefix(rows.prefix);
    if (end !== undefined) writer.uint32(tag(3, BYTES)).bytes(end);
    writer.ldelim();
  }
  writer.ldelim();
  if (filter !== undefined) writer.uint32(tag(3, BYTES)).bytes(filter);
  return writer.uint32(tag(5, BYTES)).string(appProfile).finish();
}

/** The first key that comes after every key with the prefix; undefined where there is none. */
export function afterPrefix(prefix: string): Uint8Array | undefined {
  const bytes = Buffer.from(prefix);
  for (let i = bytes.length - 1; i >= 0; i--) {
    const byte = bytes[i] ?? 0;
    if (byte < 0xff) {
      const end = bytes.subarray(0, i + 1);
      end[i] = byte + 1;
      return end;
    }
  }
  return undefined;
}

export function setCell({ family, qualifier, timestamp, value }: Omit<CellWrite, 'key'>): Mutation {
  const writer = protobuf.Writer.create().uint32(tag(1, BYTES)).fork();
  writer.uint32(tag(1, BYTES)).string(family).uint32(tag(2, BYTES)).string(qualifier);
  writeMicros(writer.uint32(tag(3, VARINT)), timestamp);
  return writer.uint32(tag(4, BYTES)).string(value).ldelim().finish();
}

/** Mutation.delete_from_row, which has no fields. */
export const deleteRow: Mutation = protobuf.Writer.create()
  .uint32(tag(4, BYTES))
  .bytes(new Uint8Array())
  .finish();

export interface Entry {
  readonly key: string;
  readonly mutations: readonly Mutation[];
}

export function encodeMutateRows(
  { tableName, appProfile }: TableAddress,
  entries: readonly Entry[],
): Uint8Array {
  const writer = protobuf.Writer.create().uint32(tag(1, BYTES)).string(tableName);
  for (const { key, mutations } of entries) {
    writer.uint32(tag(2, BYTES)).fork().uint32(tag(1, BYTES)).string(key);
    for (const mutation of mutations) writer.uint32(tag(2, BYTES)).bytes(mutation);
    writer.ldelim();
  }
  return writer.uint32(tag(3, BYTES)).string(appProfile).finish();
}

export interface EntryStatus {
  readonly index: number;
  /** google.rpc.Code. */
  readonly code: number;
  readonly message: string;
}

/** What became of entries, of one message of MutateRows' stream. */
export function decodeMutateRows(message: Uint8Array): EntryStatus[] {
  const statuses: EntryStatus[] = [];
  const reader = protobuf.Reader.create(message);
  while (reader.pos < reader.len) {
    const key = reader.uint32();
    if (key !== tag(1, BYTES)) reader.skipType(key & 7);
    else statuses.push(decodeEntry(reader.bytes()));
  }
  return statuses;
}

function decodeEntry(message: Uint8Array): EntryStatus {
  const reader = protobuf.Reader.create(message);
  let index = 0;
  let rest = { code: 0, message: '' };
  while (reader.pos < reader.len) {
    const key = reader.uint32();
    if (key === tag(1, VARINT)) index = reader.uint32();
    else if (key === tag(2, BYTES)) rest = decodeStatus(reader.bytes());
    else reader.skipType(key & 7);
  }
  return { index, ...rest };
}

function decodeStatus(message: Uint8Array): { code: number; message: string } {
  const reader = protobuf.Reader.create(message);
  const status = { code: 0, message: '' };
  while (reader.pos < reader.len) {
    const key = reader.uint32();
    if (key === tag(1, VARINT)) status.code = reader.int32();
    else if (key === tag(2, BYTES)) status.message = reader.string();
    else reader.skipType(key & 7);
  }
  return status;
}

export interface Condition {
  readonly key: string;
  readonly predicate: EncodedFilter;
  readonly whenTrue?: Mutation;
  readonly whenFalse?: Mutation;
}

export function encodeCheckAndMutateRow(
  { tableName, appProfile }: TableAddress,
  { key, predicate, whenTrue, whenFalse }: Condition,
): Uint8Array {
  const writer = protobuf.Writer.create().uint32(tag(1, BYTES)).string(tableName);
  writer.uint32(tag(2, BYTES)).string(key);
  if (whenTrue !== undefined) writer.uint32(tag(4, BYTES)).bytes(whenTrue);
  if (whenFalse !== undefined) writer.uint32(tag(5, BYTES)).bytes(whenFalse);
  return writer.uint32(tag(6, BYTES)).bytes(predicate).uint32(tag(7, BYTES)).string(appProfile).finish();
}

/** CheckAndMutateRowResponse.predicate_matched. */
export function decodeCheckAndMutateRow(message: Uint8Array): boolean {
  const reader = protobuf.Reader.create(message);
  let matched = false;
  while (reader.pos < reader.len) {
    const key = reader.uint32();
    if (key === tag(1, VARINT)) matched = reader.bool();
    else reader.skipType(key & 7);
  }
  return matched;
}

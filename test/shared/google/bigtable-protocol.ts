/** Messages of google.bigtable.v2 as the public definition has them, read and written by a library that ours does not use. */
import protobuf from 'protobufjs';

const { root } = protobuf.parse(
  `
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

  message RowRange {
    oneof start_key { bytes start_key_closed = 1; bytes start_key_open = 2; }
    oneof end_key { bytes end_key_open = 3; bytes end_key_closed = 4; }
  }
  message RowSet { repeated bytes row_keys = 1; repeated RowRange row_ranges = 2; }
  message TimestampRange { int64 start_timestamp_micros = 1; int64 end_timestamp_micros = 2; }
  message ValueRange {
    oneof start_value { bytes start_value_closed = 1; bytes start_value_open = 2; }
    oneof end_value { bytes end_value_closed = 3; bytes end_value_open = 4; }
  }
  message RowFilter {
    message Chain { repeated RowFilter filters = 1; }
    message Interleave { repeated RowFilter filters = 1; }
    oneof filter {
      Chain chain = 1;
      Interleave interleave = 2;
      string family_name_regex_filter = 5;
      bytes column_qualifier_regex_filter = 6;
      TimestampRange timestamp_range_filter = 8;
      bytes value_regex_filter = 9;
      int32 cells_per_column_limit_filter = 12;
      bool strip_value_transformer = 13;
      ValueRange value_range_filter = 15;
    }
  }
  message ReadRowsRequest {
    string table_name = 1;
    RowSet rows = 2;
    RowFilter filter = 3;
    int64 rows_limit = 4;
    string app_profile_id = 5;
  }

  message SetCell {
    string family_name = 1;
    bytes column_qualifier = 2;
    int64 timestamp_micros = 3;
    bytes value = 4;
  }
  message DeleteFromRow {}
  message Mutation { oneof mutation { SetCell set_cell = 1; DeleteFromRow delete_from_row = 4; } }
  message Entry { bytes row_key = 1; repeated Mutation mutations = 2; }
  message MutateRowsRequest { string table_name = 1; repeated Entry entries = 2; string app_profile_id = 3; }
  message Status { int32 code = 1; string message = 2; }
  message EntryResult { int64 index = 1; Status status = 2; }
  message MutateRowsResponse { repeated EntryResult entries = 1; }

  message CheckAndMutateRowRequest {
    string table_name = 1;
    bytes row_key = 2;
    repeated Mutation true_mutations = 4;
    repeated Mutation false_mutations = 5;
    RowFilter predicate_filter = 6;
    string app_profile_id = 7;
  }
  message CheckAndMutateRowResponse { bool predicate_matched = 1; }
`,
  { keepCase: false },
);

const TYPES = {
  filter: root.lookupType('RowFilter'),
  read: root.lookupType('ReadRowsRequest'),
  rows: root.lookupType('ReadRowsResponse'),
  mutate: root.lookupType('MutateRowsRequest'),
  mutated: root.lookupType('MutateRowsResponse'),
  check: root.lookupType('CheckAndMutateRowRequest'),
  checked: root.lookupType('CheckAndMutateRowResponse'),
};

/** A message as plain data: text for bytes, numbers for int64. Throws where it is not of this type. */
export function decoded(type: keyof typeof TYPES, bytes: Uint8Array): unknown {
  return plain(TYPES[type].toObject(TYPES[type].decode(bytes), { longs: Number }));
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}

/** A message with these fields, in camel case. */
export function encoded(type: keyof typeof TYPES, fields: object): Buffer {
  return Buffer.from(TYPES[type].encode(TYPES[type].fromObject(fields)).finish());
}

export interface Chunk {
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

/** A message of ReadRows' stream. */
export function rowsMessage(chunks: readonly Chunk[], lastScanned?: string): Buffer {
  return encoded('rows', {
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
  });
}

/** What infra provisions in Bigtable, for its emulator: every table with its families (google.bigtable.admin.v2). */
import protobuf from 'protobufjs/minimal.js';
import { createGrpcChannel, GrpcFailure } from '../../shared/google/grpc-channel.ts';
import { ROW_TABLES } from '../../shared/schema/rows.ts';

const CREATE_TABLE = '/google.bigtable.admin.v2.BigtableTableAdmin/CreateTable';
const ALREADY_EXISTS = 6;
const field = (number: number) => (number << 3) | 2;

/** CreateTableRequest: parent, table_id, table{column_families: map of names to ColumnFamily}. */
function createTable(parent: string, id: string, families: readonly string[]): Uint8Array {
  const writer = protobuf.Writer.create().uint32(field(1)).string(parent).uint32(field(2)).string(id);
  writer.uint32(field(3)).fork();
  for (const family of families)
    writer
      .uint32(field(3))
      .fork()
      .uint32(field(1))
      .string(family)
      .uint32(field(2))
      .bytes(new Uint8Array())
      .ldelim();
  return writer.ldelim().finish();
}

/** Creates every table that is not there yet. */
export async function createTables(
  address: string,
  { project, instance }: { readonly project: string; readonly instance: string },
): Promise<void> {
  const channel = createGrpcChannel({ host: '', emulatorHost: address, scopes: [] });
  const parent = `projects/${project}/instances/${instance}`;
  for (const [table, families] of Object.entries(ROW_TABLES)) {
    try {
      await channel.unary(CREATE_TABLE, createTable(parent, table, Object.values(families)), {
        routing: `parent=${encodeURIComponent(parent)}`,
        timeoutMs: 10_000,
      });
    } catch (error) {
      if (!(error instanceof GrpcFailure && error.code === ALREADY_EXISTS)) throw error;
    }
  }
  channel.close();
}

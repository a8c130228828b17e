/** Calls of the local service's protocol: messages as plain objects, as its .proto files name them. */
import { createRequire } from 'node:module';
import { Client, credentials } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { PROTOCOL } from './server.ts';

/** A message as a plain object: 64-bit integers are text, enums their names, absent fields absent. */
export type Message = Readonly<Record<string, unknown>>;

/** What the analyzer or the evaluator says is wrong with a statement. */
export class GoogleSqlError extends Error {
  override readonly name = 'GoogleSqlError';
  /** One-based, in the text that was sent; undefined where the error is of no place. */
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(details: string) {
    const place = / \[at (\d+):(\d+)\]/.exec(details);
    super(place === null ? details : details.replace(place[0], ''));
    this.line = place === null ? undefined : Number(place[1]);
    this.column = place === null ? undefined : Number(place[2]);
  }
}

const SERVICE = 'zetasql.local_service.ZetaSqlLocalService';
/** The evaluator takes no more in one request. */
const MOST_BYTES = 4 * 1024 * 1024;
const DEADLINE_MS = 120_000;

/** A resolved tree is deeper than a reader should follow, and nothing here looks into it. */
const UNREAD: readonly (readonly [message: string, field: string])[] = [
  ['ResolvedQueryStmtProto', 'query'],
  ['ResolvedExportDataStmtProto', 'query'],
  ['ResolvedDeleteStmtProto', 'where_expr'],
];

export class GoogleSqlClient {
  readonly #client: Client;
  readonly #service: protobuf.Service;

  private constructor(address: string, service: protobuf.Service) {
    const size = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };
    this.#client = new Client(address, credentials.createInsecure(), size);
    this.#service = service;
  }

  static async connect(address: string): Promise<GoogleSqlClient> {
    const root = new protobuf.Root();
    const { resolve } = createRequire(import.meta.url);
    root.resolvePath = (_, target) =>
      target.startsWith('google/') ? resolve(`protobufjs/${target}`) : PROTOCOL + target;
    await root.load('local_service.proto', { keepCase: true });
    for (const [message, field] of UNREAD) {
      const type = root.lookupType(`zetasql.${message}`);
      type.remove(type.get(field) as protobuf.Field);
    }
    return new GoogleSqlClient(address, root.lookupService(SERVICE).resolveAll() as protobuf.Service);
  }

  /** One call. Throws GoogleSqlError with what the server says against the request. */
  call(method: string, request: Message): Promise<Message> {
    const { resolvedRequestType, resolvedResponseType } = this.#service.methods[method] ?? {};
    if (!resolvedRequestType || !resolvedResponseType) throw new Error(`There is no call ${method}.`);
    const bytes = resolvedRequestType.encode(resolvedRequestType.fromObject(request)).finish();
    if (bytes.length > MOST_BYTES) throw new Error(`${method} takes 4 MiB; these are ${bytes.length} bytes.`);
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        `/${SERVICE}/${method}`,
        (value: Uint8Array) => Buffer.from(value),
        (value: Buffer) => value,
        bytes,
        { deadline: Date.now() + DEADLINE_MS },
        (error, answer) => {
          if (error !== null) reject(new GoogleSqlError(error.details));
          else if (answer === undefined) reject(new Error(`${method} was not answered.`));
          else
            resolve(
              resolvedResponseType.toObject(resolvedResponseType.decode(answer), {
                longs: String,
                enums: String,
                oneofs: true,
              }),
            );
        },
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}

/** One gRPC service of Google's, or its emulator: calls with a deadline, credentials that are looked for at first use. */
import { type CallOptions, Client, credentials, Metadata, status } from '@grpc/grpc-js';

export interface GrpcChannelOptions {
  /** `bigtable.googleapis.com`; an emulator's `host:port` is asked without TLS and credentials. */
  readonly host: string;
  readonly emulatorHost?: string | undefined;
  readonly scopes: readonly string[];
  /** Connections; Google's front ends take a hundred calls at a time on each. */
  readonly connections?: number;
}

/** Raw bytes in and out: messages are encoded by who knows them. */
export interface GrpcChannel {
  /** Rejects with a GrpcFailure. `routing` becomes x-goog-request-params. */
  unary(method: string, request: Uint8Array, options: GrpcCall): Promise<Buffer>;
  /** Messages of a server stream. Ends the call when iteration is left early. Throws a GrpcFailure. */
  stream(method: string, request: Uint8Array, options: GrpcCall): AsyncIterable<Buffer>;
  close(): void;
}

export interface GrpcCall {
  readonly routing: string;
  /** Milliseconds from now. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** A status other than OK. */
export class GrpcFailure extends Error {
  override readonly name = 'GrpcFailure';
  /** As in google.rpc.Code. */
  readonly code: number;

  constructor(code: number, details: string) {
    super(`${status[code] ?? code}: ${details}`);
    this.code = code;
  }
}

/** A server that was away for half a minute is found again within two seconds of its return. */
const CONNECTION = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  // Retries are decided one level up, where it is known what may be repeated.
  'grpc.enable_retries': 0,
  'grpc.use_local_subchannel_pool': 1,
} as const;

/** Nothing is connected before the first call. */
export function createGrpcChannel(options: GrpcChannelOptions): GrpcChannel {
  const clients: (Client | undefined)[] = Array.from({ length: options.connections ?? 1 });
  let turn = 0;
  const next = (): Client => {
    turn = (turn + 1) % clients.length;
    clients[turn] ??= connect(options);
    return clients[turn] as Client;
  };
  return {
    unary: (method, request, call) =>
      new Promise((resolve, reject) => {
        const sent = next().makeUnaryRequest<Uint8Array, Buffer>(
          method,
          asBuffer,
          identity,
          request,
          metadataOf(call),
          optionsOf(call),
          (error, answer) => {
            call.signal?.removeEventListener('abort', cancel);
            if (error) reject(new GrpcFailure(error.code, error.details));
            else resolve(answer ?? Buffer.alloc(0));
          },
        );
        const cancel = () => sent.cancel();
        call.signal?.addEventListener('abort', cancel, { once: true });
      }),
    stream: (method, request, call) => receive(next(), method, request, call),
    close: () => {
      for (const client of clients) client?.close();
    },
  };
}

async function* receive(
  client: Client,
  method: string,
  request: Uint8Array,
  call: GrpcCall,
): AsyncIterable<Buffer> {
  const sent = client.makeServerStreamRequest<Uint8Array, Buffer>(
    method,
    asBuffer,
    identity,
    request,
    metadataOf(call),
    optionsOf(call),
  );
  const cancel = () => sent.cancel();
  call.signal?.addEventListener('abort', cancel, { once: true });
  try {
    for await (const message of sent) yield message as Buffer;
  } catch (error) {
    const { code, details } = error as { code?: unknown; details?: unknown };
    throw typeof code === 'number' ? new GrpcFailure(code, String(details)) : error;
  } finally {
    call.signal?.removeEventListener('abort', cancel);
    sent.cancel();
  }
}

const asBuffer = (message: Uint8Array): Buffer =>
  Buffer.from(message.buffer, message.byteOffset, message.byteLength);
const identity = (bytes: Buffer): Buffer => bytes;

function metadataOf({ routing }: GrpcCall): Metadata {
  const metadata = new Metadata();
  metadata.set('x-goog-request-params', routing);
  return metadata;
}

function optionsOf({ timeoutMs }: GrpcCall): CallOptions {
  return { deadline: Date.now() + timeoutMs };
}

function connect({ host, emulatorHost, scopes }: GrpcChannelOptions): Client {
  if (emulatorHost !== undefined) return new Client(emulatorHost, credentials.createInsecure(), CONNECTION);
  const identity = credentials.createFromMetadataGenerator(({ service_url: url }, callback) => {
    authorize(scopes, url).then(
      (metadata) => callback(null, metadata),
      (error: Error) => callback(error),
    );
  });
  return new Client(
    `${host}:443`,
    credentials.combineChannelCredentials(credentials.createSsl(), identity),
    CONNECTION,
  );
}

type AuthClient = { getRequestHeaders(url?: string): Promise<Headers> };
const authClients = new Map<string, Promise<AuthClient>>();

async function authorize(scopes: readonly string[], url: string): Promise<Metadata> {
  const key = scopes.join(' ');
  let client = authClients.get(key);
  if (client === undefined) {
    client = (async () => {
      const { GoogleAuth } = await import('google-auth-library');
      return new GoogleAuth({ scopes: [...scopes] }).getClient();
    })();
    authClients.set(key, client);
    // A failed look-up is not remembered: the metadata server may only have been late.
    client.catch(() => authClients.delete(key));
  }
  const metadata = new Metadata();
  for (const [name, value] of await (await client).getRequestHeaders(url)) metadata.set(name, value);
  return metadata;
}

/**
 * gRPC over node:http2, as far as serving needs it (gRPC over HTTP2, protocol of the public specification). Beside
 * @grpc/grpc-js it costs half the CPU per call and loads no half megabyte of code at a cold start.
 */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';

export interface GrpcChannelOptions {
  /** `bigtable.googleapis.com`; an emulator's `host:port` is asked without TLS and credentials. */
  readonly host: string;
  readonly emulatorHost?: string | undefined;
  readonly scopes: readonly string[];
  /** Connections; Google's front ends take a hundred calls at a time on each. */
  readonly connections?: number;
}

/** Raw bytes in and out: messages are encoded by who knows them. Everything rejects with a GrpcFailure. */
export interface GrpcChannel {
  unary(method: string, request: Uint8Array, call: GrpcCall): Promise<Buffer>;
  /** All messages of a server stream that is known to be short. */
  collect(method: string, request: Uint8Array, call: GrpcCall): Promise<Buffer[]>;
  /** Messages of a server stream, no faster than they are taken. Leaving the iteration early ends the call. */
  stream(method: string, request: Uint8Array, call: GrpcCall): AsyncIterable<Buffer>;
  close(): void;
}

export interface GrpcCall {
  /** x-goog-request-params. */
  readonly routing: string;
  /** Milliseconds from now. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** google.rpc.Code, as far as it is told apart here. */
export const CODE = {
  CANCELLED: 1,
  UNKNOWN: 2,
  DEADLINE_EXCEEDED: 4,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  ABORTED: 10,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** A status other than OK. */
export class GrpcFailure extends Error {
  override readonly name = 'GrpcFailure';
  /** google.rpc.Code. */
  readonly code: number;

  constructor(code: number, details: string) {
    const name = Object.entries(CODE).find(([, value]) => value === code)?.[0];
    super(`${name ?? `status ${code}`}: ${details}`);
    this.code = code;
  }
}

const CONNECT_MS = 5_000;
/** A connection that is silent for longer than this is asked whether it is still there. */
const PING_AFTER_MS = 10_000;
const PING_MS = 5_000;
const WINDOW_BYTES = 4 << 20;

/** Nothing is connected before the first call. */
export function createGrpcChannel(options: GrpcChannelOptions): GrpcChannel {
  const { emulatorHost, host, scopes } = options;
  const origin = emulatorHost === undefined ? `https://${host}` : `http://${emulatorHost}`;
  const connections = Array.from({ length: options.connections ?? 1 }, () => new Connection(origin));
  let turn = 0;

  /** The stream, and what is left of the call's time. */
  async function open(
    method: string,
    request: Uint8Array,
    call: GrpcCall,
  ): Promise<readonly [ClientHttp2Stream, GrpcCall]> {
    if (call.signal?.aborted === true) throw new GrpcFailure(CODE.CANCELLED, 'given up by its caller');
    const began = performance.now();
    const authorization =
      emulatorHost === undefined ? await inTime(authorize(scopes, origin), call) : undefined;
    const timeoutMs = Math.max(1, call.timeoutMs - (performance.now() - began));
    turn = (turn + 1) % connections.length;
    const stream = (connections[turn] as Connection).request({
      ':method': 'POST',
      ':path': method,
      'content-type': 'application/grpc',
      te: 'trailers',
      'grpc-timeout': `${Math.ceil(timeoutMs)}m`,
      'x-goog-request-params': call.routing,
      ...(authorization !== undefined && { authorization }),
    });
    stream.end(framed(request));
    return [stream, { ...call, timeoutMs }];
  }

  const collect = async (method: string, request: Uint8Array, call: GrpcCall): Promise<Buffer[]> => {
    return receiveAll(...(await open(method, request, call)));
  };

  return {
    collect,
    async unary(method, request, call) {
      const [answer] = await collect(method, request, call);
      return answer ?? Buffer.alloc(0);
    },
    async *stream(method, request, call) {
      yield* receive(...(await open(method, request, call)));
    },
    close: () => {
      for (const connection of connections) connection.close();
    },
  };
}

/** One HTTP/2 connection, made anew when the last one has ended. */
class Connection {
  readonly #origin: string;
  #session: ClientHttp2Session | undefined;
  #heardAt = 0;
  #isAsking = false;

  constructor(origin: string) {
    this.#origin = origin;
  }

  request(headers: Readonly<Record<string, string>>): ClientHttp2Stream {
    let session = this.#session;
    if (session === undefined || session.closed || session.destroyed) session = this.#connect();
    this.#askWhetherAlive(session);
    const stream = session.request(headers);
    stream.once('response', () => {
      this.#heardAt = performance.now();
    });
    return stream;
  }

  close(): void {
    this.#session?.close();
    this.#session = undefined;
  }

  #connect(): ClientHttp2Session {
    const session = connect(this.#origin, {
      settings: { enablePush: false, initialWindowSize: WINDOW_BYTES },
    });
    const tooLate = setTimeout(() => session.destroy(new Error('not connected in time')), CONNECT_MS);
    session.once('connect', () => {
      clearTimeout(tooLate);
      this.#heardAt = performance.now();
      session.setLocalWindowSize(WINDOW_BYTES);
    });
    // Each call on it fails by itself, and says why.
    session.once('error', () => clearTimeout(tooLate));
    session.once('close', () => clearTimeout(tooLate));
    // What is under way may end; what comes next takes another connection.
    session.once('goaway', () => session.close());
    this.#session = session;
    return session;
  }

  /** A peer that vanished without a word would cost every call its deadline until the kernel gives up. */
  #askWhetherAlive(session: ClientHttp2Session): void {
    if (session.connecting || this.#isAsking || performance.now() - this.#heardAt < PING_AFTER_MS) return;
    this.#isAsking = true;
    const lost = setTimeout(() => session.destroy(new Error('the connection is silent')), PING_MS);
    const heard = () => {
      clearTimeout(lost);
      this.#isAsking = false;
      this.#heardAt = performance.now();
    };
    session.once('close', heard);
    session.ping(() => {
      session.off('close', heard);
      heard();
    });
  }
}

/** Length-Prefixed-Message, uncompressed. */
function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(message.length + 5);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}

/** Cuts what arrives into messages. A message is put together once, when all of it is here: it may be of megabytes. */
class Frames {
  #parts: Buffer[] = [];
  #length = 0;
  /** Bytes without which there is no next message, as far as is known. */
  #needed = 5;

  push(chunk: Buffer): Buffer[] {
    this.#parts.push(chunk);
    this.#length += chunk.length;
    const messages: Buffer[] = [];
    if (this.#length < this.#needed) return messages;
    let bytes = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts);
    this.#needed = 5;
    while (bytes.length >= 5) {
      const end = 5 + bytes.readUInt32BE(1);
      if (bytes.length < end) {
        this.#needed = end;
        break;
      }
      if (bytes[0] !== 0)
        throw new GrpcFailure(CODE.INTERNAL, 'a compressed message, which was not asked for');
      messages.push(bytes.subarray(5, end));
      bytes = bytes.subarray(end);
    }
    this.#parts = [bytes];
    this.#length = bytes.length;
    return messages;
  }
}

/** What ends a call: its status, its deadline, its caller. */
class Ending {
  failure: GrpcFailure | undefined;
  readonly #stream: ClientHttp2Stream;
  readonly #timer: NodeJS.Timeout;
  readonly #signal: AbortSignal | undefined;
  #headers: (IncomingHttpHeaders & { readonly ':status'?: number | undefined }) | undefined;
  #trailers: IncomingHttpHeaders | undefined;

  constructor(stream: ClientHttp2Stream, { timeoutMs, signal }: GrpcCall) {
    this.#stream = stream;
    this.#signal = signal;
    this.#timer = setTimeout(
      () => this.#cancel(CODE.DEADLINE_EXCEEDED, `no answer within ${timeoutMs} ms`),
      timeoutMs,
    );
    signal?.addEventListener('abort', this.#abort, { once: true });
    stream.once('response', (headers) => {
      this.#headers = headers;
    });
    stream.once('trailers', (trailers) => {
      this.#trailers = trailers;
    });
  }

  readonly #abort = () => this.#cancel(CODE.CANCELLED, 'given up by its caller');

  #cancel(code: number, details: string): void {
    this.failure ??= new GrpcFailure(code, details);
    this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  /** The failure of a call whose stream has ended, undefined when its status is OK. */
  settle(error?: unknown): GrpcFailure | undefined {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#abort);
    if (this.failure !== undefined) return this.failure;
    const told: unknown = this.#trailers?.['grpc-status'] ?? this.#headers?.['grpc-status'];
    if (told !== undefined) {
      const message = this.#trailers?.['grpc-message'] ?? this.#headers?.['grpc-message'] ?? '';
      return Number(told) === 0 ? undefined : new GrpcFailure(Number(told), decoded(String(message)));
    }
    const status = this.#headers?.[':status'];
    if (status !== undefined && status !== 200)
      return new GrpcFailure(CODE_OF_STATUS[status] ?? CODE.UNKNOWN, `HTTP ${status}`);
    const details = error instanceof Error ? error.message : 'the answer broke off';
    return new GrpcFailure(CODE.UNAVAILABLE, details);
  }
}

/** What a proxy in between answers. */
const CODE_OF_STATUS: Readonly<Record<number, number>> = {
  400: CODE.INTERNAL,
  401: CODE.UNAUTHENTICATED,
  403: CODE.PERMISSION_DENIED,
  404: CODE.UNIMPLEMENTED,
  429: CODE.UNAVAILABLE,
  502: CODE.UNAVAILABLE,
  503: CODE.UNAVAILABLE,
  504: CODE.UNAVAILABLE,
};

/** grpc-message is percent-encoded; what is not stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function receiveAll(stream: ClientHttp2Stream, call: GrpcCall): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const ending = new Ending(stream, call);
    const frames = new Frames();
    const messages: Buffer[] = [];
    let broken: unknown;
    stream.on('data', (chunk: Buffer) => {
      try {
        messages.push(...frames.push(chunk));
      } catch (error) {
        broken ??= error;
        stream.close(constants.NGHTTP2_CANCEL);
      }
    });
    stream.once('error', (error) => {
      broken ??= error;
    });
    stream.once('close', () => {
      const failure = broken instanceof GrpcFailure ? broken : ending.settle(broken);
      if (failure === undefined) resolve(messages);
      else reject(failure);
    });
  });
}

async function* receive(stream: ClientHttp2Stream, call: GrpcCall): AsyncIterable<Buffer> {
  const ending = new Ending(stream, call);
  const frames = new Frames();
  let failure: GrpcFailure | undefined;
  try {
    for await (const chunk of stream) yield* frames.push(chunk as Buffer);
    failure = ending.settle();
  } catch (error) {
    failure = error instanceof GrpcFailure ? error : ending.settle(error);
  } finally {
    // Left early, or failed: nobody waits for the rest.
    ending.settle();
    if (!stream.closed) stream.close(constants.NGHTTP2_CANCEL);
  }
  if (failure !== undefined) throw failure;
}

/** Credentials are looked for in the time of the call that needs them, also when who gives them hangs. */
function inTime<T>(work: Promise<T>, { timeoutMs, signal }: GrpcCall): Promise<T> {
  const given = Promise.withResolvers<T>();
  const late = () =>
    given.reject(new GrpcFailure(CODE.DEADLINE_EXCEEDED, `no credentials within ${timeoutMs} ms`));
  const abort = () => given.reject(new GrpcFailure(CODE.CANCELLED, 'given up by its caller'));
  const timer = setTimeout(late, timeoutMs);
  signal?.addEventListener('abort', abort, { once: true });
  work.then(given.resolve, given.reject);
  return given.promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  });
}

type AuthClient = { getRequestHeaders(url?: string): Promise<Headers> };
const authClients = new Map<string, Promise<AuthClient>>();

/** The authorization header of Application Default Credentials, which keep their token until it is about to expire. */
async function authorize(scopes: readonly string[], url: string): Promise<string> {
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
  try {
    const header = (await (await client).getRequestHeaders(url)).get('authorization');
    if (header !== null) return header;
  } catch (error) {
    throw new GrpcFailure(CODE.UNAVAILABLE, `no credentials: ${(error as Error).message}`);
  }
  throw new GrpcFailure(CODE.UNAUTHENTICATED, 'the credentials have no token');
}

import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import {
  CODE,
  createGrpcChannel,
  type GrpcChannel,
  GrpcFailure,
} from '../../../shared/google/grpc-channel.ts';
import { mayPass, pauseBefore, retrying } from '../../../shared/google/grpc-retries.ts';

type Answer = (stream: ServerHttp2Stream, headers: Record<string, unknown>, body: Buffer) => void;

const frame = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
};
const ok = (stream: ServerHttp2Stream, ...parts: readonly Buffer[]) => {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  for (const part of parts) stream.write(part);
  stream.end();
};

let server: Http2Server | undefined;
let channel: GrpcChannel | undefined;

async function serve(answer: Answer): Promise<GrpcChannel> {
  server = createServer();
  server.on('stream', async (stream, headers) => {
    stream.on('error', () => undefined);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    answer(stream, headers, Buffer.concat(chunks));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as { port: number };
  channel = createGrpcChannel({ host: '', emulatorHost: `127.0.0.1:${address.port}`, scopes: [] });
  return channel;
}

const CALL = { routing: 'table_name=t', timeoutMs: 2_000 };
const failureOf = async (work: Promise<unknown>): Promise<GrpcFailure> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(GrpcFailure);
  return error as GrpcFailure;
};

afterEach(async () => {
  channel?.close();
  server?.close();
});

describe('gRPC over HTTP/2', () => {
  test('sends the message framed, with routing and deadline, and reads answers however they are cut', async () => {
    let seen: Record<string, unknown> = {};
    let body = '';
    const grpc = await serve((stream, headers, received) => {
      seen = headers;
      body = received.toString('latin1');
      const bytes = Buffer.concat([frame('one'), frame(''), frame('three')]);
      ok(stream, ...Array.from(bytes, (byte) => Buffer.from([byte])));
    });
    const messages = await grpc.collect('/s/M', Buffer.from('hello'), CALL);
    expect(messages.map(String)).toEqual(['one', '', 'three']);
    expect(body).toBe('\0\0\0\0\u0005hello');
    expect(seen).toMatchObject({
      ':path': '/s/M',
      te: 'trailers',
      'grpc-timeout': '2000m',
      'x-goog-request-params': 'table_name=t',
    });
    expect(String(await grpc.unary('/s/M', Buffer.alloc(0), CALL))).toBe('one');
  });

  test('a message of many megabytes costs in proportion to its size', async () => {
    const text = 'x'.repeat(24 << 20);
    const grpc = await serve((stream) => ok(stream, frame(text), frame('next')));
    const began = performance.now();
    const messages = await grpc.collect('/s/M', Buffer.alloc(0), { ...CALL, timeoutMs: 20_000 });
    expect(performance.now() - began).toBeLessThan(2_500);
    expect(messages.map((message) => message.length)).toEqual([text.length, 4]);
    expect(messages[0]?.equals(Buffer.from(text))).toBe(true);
  });

  test('a status is told with its message, from trailers or from headers alone', async () => {
    const grpc = await serve((stream, headers) => {
      const status = { 'grpc-status': '5', 'grpc-message': 'no table%3A t' };
      if (headers[':path'] === '/s/Early') {
        stream.respond({ ':status': 200, ...status }, { endStream: true });
        return;
      }
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.once('wantTrailers', () => stream.sendTrailers(status));
      stream.end(frame('half'));
    });
    for (const method of ['/s/Early', '/s/Late']) {
      const failure = await failureOf(grpc.unary(method, Buffer.alloc(0), CALL));
      expect([failure.code, failure.message]).toEqual([5, 'status 5: no table: t']);
      expect(mayPass(failure)).toBe(false);
    }
  });

  test.each([
    [503, CODE.UNAVAILABLE],
    [403, CODE.PERMISSION_DENIED],
    [401, CODE.UNAUTHENTICATED],
    [418, CODE.UNKNOWN],
  ])('a proxy’s HTTP %s is a status, too', async (status, code) => {
    const grpc = await serve((stream) => stream.respond({ ':status': status }, { endStream: true }));
    expect((await failureOf(grpc.unary('/s/M', Buffer.alloc(0), CALL))).code).toBe(code);
  });

  test('a deadline, an abort, an answer that breaks off and a server that is away are told apart', async () => {
    const grpc = await serve((stream, headers) => {
      if (headers[':path'] === '/s/Cut') {
        stream.respond({ ':status': 200 });
        stream.write(frame('half').subarray(0, 6), () => stream.session?.destroy());
      }
    });
    const late = await failureOf(grpc.unary('/s/Silent', Buffer.alloc(0), { ...CALL, timeoutMs: 30 }));
    expect(late.code).toBe(CODE.DEADLINE_EXCEEDED);
    const abort = new AbortController();
    const given = failureOf(grpc.unary('/s/Silent', Buffer.alloc(0), { ...CALL, signal: abort.signal }));
    await sleep(10);
    abort.abort();
    expect((await given).code).toBe(CODE.CANCELLED);
    const before = grpc.stream('/s/Silent', Buffer.alloc(0), { ...CALL, signal: abort.signal });
    expect((await failureOf(before[Symbol.asyncIterator]().next())).code).toBe(CODE.CANCELLED);
    expect((await failureOf(grpc.unary('/s/Cut', Buffer.alloc(0), CALL))).code).toBe(CODE.UNAVAILABLE);
    const nowhere = createGrpcChannel({ host: '', emulatorHost: '127.0.0.1:1', scopes: [] });
    const away = await failureOf(nowhere.unary('/s/M', Buffer.alloc(0), CALL));
    expect(away.code).toBe(CODE.UNAVAILABLE);
    expect(away.message).toContain('ECONNREFUSED');
  });

  test('a stream is not read faster than it is taken, and leaving it ends the call', async () => {
    let sent = 0;
    const closed = Promise.withResolvers<void>();
    const grpc = await serve(async (stream) => {
      stream.once('close', () => closed.resolve());
      stream.respond({ ':status': 200 });
      const part = frame('x'.repeat(256 * 1024));
      while (!stream.destroyed && sent < 400) {
        sent += 1;
        if (!stream.write(part)) await Promise.race([once(stream, 'drain'), closed.promise]);
      }
    });
    for await (const _ of grpc.stream('/s/M', Buffer.alloc(0), { ...CALL, timeoutMs: 10_000 })) {
      await sleep(300);
      break;
    }
    await closed.promise;
    expect(sent).toBeLessThan(100);
  });

  test('what a call before broke does not break the next one', async () => {
    const grpc = await serve((stream, headers) => {
      if (headers[':path'] === '/s/GoAway') stream.session?.goaway();
      ok(stream, frame('fine'));
    });
    for (const path of ['/s/M', '/s/GoAway', '/s/M', '/s/M'])
      expect(String(await grpc.unary(path, Buffer.alloc(0), CALL))).toBe('fine');
  });
});

describe('retries', () => {
  test('go on while it may pass, with pauses that grow, until the time is over', async () => {
    let now = 0;
    const pauses: number[] = [];
    const tools = {
      now: () => now,
      sleep: async (ms: number) => {
        pauses.push(ms);
        now += ms;
      },
      random: () => 1,
    };
    let tried = 0;
    const failing = retrying(
      'Reading t',
      { attemptMs: 100, totalMs: 1_000 },
      tools,
      async (timeoutMs, isRepeat) => {
        expect([timeoutMs <= 100, isRepeat]).toEqual([true, tried > 0]);
        tried += 1;
        now += 50;
        throw new GrpcFailure(CODE.UNAVAILABLE, 'away');
      },
    );
    await expect(failing).rejects.toThrow('Reading t: UNAVAILABLE: away');
    expect(pauses).toEqual([20, 40, 80, 160, 320]);
    expect(now).toBeLessThanOrEqual(1_000);
    await expect(
      retrying('Reading t', { attemptMs: 1, totalMs: 9 }, tools, () =>
        Promise.reject(new GrpcFailure(7, 'no')),
      ),
    ).rejects.toThrow('PERMISSION_DENIED');
  });

  test('a pause is never longer than two seconds, and jittered over its whole length', () => {
    expect([pauseBefore(1, 0), pauseBefore(1, 0.5), pauseBefore(30, 1)]).toEqual([0, 10, 2_000]);
  });
});

/** The host's local socket, by which commands ask it: one request a line of JSON, answered by lines of JSON. */
import { chmodSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Progress } from '../../functions/rebuild/handler.ts';
import { PermanentError, TransientError } from '../../shared/errors.ts';
import type { OnProgress, Operations } from './operations.ts';
import { fromPlainError, type PlainError, toPlainError } from './thread-calls.ts';

/** A caller that has asked nothing by then is let go, so that it cannot keep a stopping host waiting. */
const FIRST_LINE_MS = 5_000;

type Line = { readonly progress: Progress } | { readonly result: unknown } | { readonly error: PlainError };

/** Answers commands of the directory's owner only: the socket has the permissions of a private file. */
export function serveOperations(
  path: string,
  operations: Operations,
  watch: (listener: OnProgress) => () => void,
): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.setTimeout(FIRST_LINE_MS, () => socket.destroy());
    const lines = createInterface({ input: socket });
    // It passes the socket's errors on, which nobody else would catch.
    lines.on('error', () => socket.destroy());
    lines.once('line', (line) => {
      socket.setTimeout(0);
      void answer(socket, line, operations, watch);
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      if (process.platform !== 'win32') chmodSync(path, 0o600);
      resolve(server);
    });
  });
}

async function answer(
  socket: Socket,
  line: string,
  operations: Operations,
  watch: (listener: OnProgress) => () => void,
): Promise<void> {
  const send = (answerLine: Line) => {
    if (socket.writable) socket.write(`${JSON.stringify(answerLine)}\n`);
  };
  const stop = watch((progress) => send({ progress }));
  try {
    const { method, args } = JSON.parse(line) as { method: keyof Operations; args: never };
    if (!Object.hasOwn(operations, method))
      throw new PermanentError(`There is no operation ${String(method)}.`);
    send({ result: (await operations[method](args)) as unknown });
  } catch (error) {
    send({ error: toPlainError(error) });
  } finally {
    stop();
    socket.end();
  }
}

/** Operations of the host that listens at `path`; undefined when none does. */
export async function callHost(path: string, onProgress: OnProgress): Promise<Operations | undefined> {
  const probe = await open(path);
  if (probe === undefined) return undefined;
  probe.destroy();
  return new Proxy({} as Operations, {
    // Without a `then` of its own: what an async function returns is asked for one.
    get: (_, method) =>
      typeof method === 'symbol' || method === 'then'
        ? undefined
        : (args: unknown) => call(path, method, args, onProgress),
  });
}

function open(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined);
      else reject(new TransientError(`The host's socket ${path} does not answer: ${error.message}`));
    });
  });
}

async function call(path: string, method: string, args: unknown, onProgress: OnProgress): Promise<unknown> {
  const socket = await open(path);
  if (socket === undefined) throw new TransientError('The host has stopped.');
  socket.write(`${JSON.stringify({ method, args })}\n`);
  try {
    for await (const line of linesOf(socket)) {
      if ('progress' in line) onProgress(line.progress);
      else if ('error' in line) throw fromPlainError(line.error);
      else return line.result;
    }
  } finally {
    socket.destroy();
  }
  throw new TransientError('The host stopped before it answered; run the command again.');
}

/** The answer's lines as far as they come: a connection that breaks ends them like one that closes. */
async function* linesOf(socket: Socket): AsyncGenerator<Line> {
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  for (;;) {
    const next = await lines.next().catch(() => ({ done: true as const, value: '' }));
    if (next.done === true) return;
    yield JSON.parse(next.value) as Line;
  }
}

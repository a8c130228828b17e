/** Bytes that may break off: whatever was readable comes first, what went wrong is asked for afterwards. */
import { createGunzip, createInflateRaw } from 'node:zlib';
import { messageOf } from '../errors.ts';

export interface ByteStream {
  readonly chunks: AsyncIterable<Buffer>;
  /** Why the bytes ended too early, once `chunks` is exhausted; null when they are whole. */
  problem(): string | null;
}

/** Compressed bytes handed to zlib at once: bounds what one write can inflate to (about 1,000 times as much). */
const SLICE_BYTES = 16_384;

const isGzip = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b;

/** Wraps bytes so that an error ends them instead of being thrown; gzip is recognised by its magic number. */
export function byteStream(raw: AsyncIterable<Buffer>): ByteStream {
  let problem: string | null = null;
  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      yield* gunzipped(raw);
    } catch (error) {
      problem = `the data breaks off here: ${messageOf(error)}`;
    }
  }
  return { chunks: chunks(), problem: () => problem };
}

async function* gunzipped(raw: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const input = raw[Symbol.asyncIterator]();
  try {
    let head: Buffer = Buffer.alloc(0);
    let ended = false;
    while (head.length < 2 && !ended) {
      const next = await input.next();
      if (next.done) ended = true;
      else head = Buffer.concat([head, next.value]);
    }
    const whole = prepended(head, input);
    yield* isGzip(head) ? inflated(whole, 'gzip') : whole;
  } finally {
    // Closes the file where the reader stops early; a generator left half-way keeps it open.
    await input.return?.();
  }
}

async function* prepended(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/**
 * Inflates so that everything before a break is yielded before the error is thrown. (Reading zlib's own stream
 * loses what was inflated by the failing write, which for a small truncated file is all of it.) The input is
 * read to its end in every case.
 */
export async function* inflated(
  input: AsyncIterable<Buffer>,
  format: 'gzip' | 'raw',
): AsyncGenerator<Buffer> {
  const zlib = format === 'gzip' ? createGunzip() : createInflateRaw();
  const out: Buffer[] = [];
  let failure: Error | null = null;
  let ended = false;
  let wake = (): void => {};
  zlib.on('data', (chunk: Buffer) => out.push(chunk));
  zlib.on('error', (error) => {
    failure = error;
    wake();
  });
  zlib.on('end', () => {
    ended = true;
    wake();
  });
  const step = (act: (done: () => void) => void): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      act(resolve);
    });
  try {
    for await (const chunk of input) {
      for (let at = 0; at < chunk.length && failure === null && !ended; at += SLICE_BYTES) {
        await step((done) => zlib.write(chunk.subarray(at, at + SLICE_BYTES), () => done()));
        yield* out.splice(0);
      }
    }
    if (failure === null && !ended) {
      await step(() => zlib.end());
      yield* out.splice(0);
    }
    if (failure !== null) throw failure;
  } finally {
    zlib.destroy();
  }
}

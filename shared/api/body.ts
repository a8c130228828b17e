/** Request bodies read whole under a limit, unpacked where they came as gzip. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { InvalidInput, messageOf, TooLarge } from '../errors.ts';

/** What a JSON request may weigh unless its route says otherwise. */
export const MAX_BODY_BYTES = 1_048_576;

const unzip = promisify(gunzip);

function tooLarge(maxBytes: number): TooLarge {
  return new TooLarge(`The body is larger than ${maxBytes} bytes.`);
}

/** Middleware for routes whose body zod-openapi validates: throws TooLarge beyond `maxBytes`. */
export function limitBody(maxBytes: number = MAX_BODY_BYTES): MiddlewareHandler {
  return bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw tooLarge(maxBytes);
    },
  });
}

async function readRaw(c: Context, maxBytes: number): Promise<Buffer> {
  const declared = c.req.header('content-length');
  if (declared !== undefined && c.req.header('transfer-encoding') === undefined) {
    if (Number(declared) > maxBytes) throw tooLarge(maxBytes);
    const whole = Buffer.from(await c.req.arrayBuffer());
    if (whole.length > maxBytes) throw tooLarge(maxBytes);
    return whole;
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function unpack(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await unzip(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError || (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge(maxBytes);
    const detail = `the body is not whole gzip: ${messageOf(error)}`;
    throw new InvalidInput([{ pointer: '', detail }], { cause: error });
  }
}

/**
 * The body as text. `maxBytes` holds for what arrives and for what it unpacks to. Throws TooLarge, InvalidInput
 * for broken gzip or bytes that are not UTF-8, and 415 for another content encoding.
 */
export async function readBody(c: Context, maxBytes: number = MAX_BODY_BYTES): Promise<string> {
  const encoding = c.req.header('content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip') {
    const res = new Response(null, { headers: { 'accept-encoding': 'gzip' } });
    throw new HTTPException(415, {
      message: `content-encoding ${encoding} is not read; send gzip or none`,
      res,
    });
  }
  const raw = await readRaw(c, maxBytes);
  const bytes = encoding === 'gzip' ? await unpack(raw, maxBytes) : raw;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new InvalidInput([{ pointer: '', detail: 'the body is not UTF-8' }], { cause: error });
  }
}

/** The media type of the body in lower case without parameters, `''` where none is named. */
export function mediaTypeOf(c: Context): string {
  return c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
}

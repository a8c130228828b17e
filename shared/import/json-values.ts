/**
 * JSON arrays, JSON lines and concatenated documents, one value at a time. Values are cut out by their brackets
 * and handed to JSON.parse one by one, so that memory is one value and a bad one costs only itself.
 */
import type { ByteStream } from './byte-stream.ts';
import { MAX_LINE_BYTES } from './lines.ts';
import { decodeText, type Read } from './record.ts';

export type JsonShape = 'array' | 'lines' | 'documents';

const [QUOTE, BACKSLASH, COMMA, NEWLINE, SPACE] = [0x22, 0x5c, 0x2c, 0x0a, 0x20];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** The value of a text, as a record. */
export function parseJson(line: number, text: string): Read<unknown> {
  try {
    return { line, value: JSON.parse(text) };
  } catch {
    return { line, problem: 'is not valid JSON' };
  }
}

/** One value per line; blank lines are no records. */
export async function* readJsonLines(
  lines: AsyncIterable<readonly Read<string>[]>,
): AsyncGenerator<Read<unknown>[]> {
  for await (const batch of lines) {
    const values: Read<unknown>[] = [];
    for (const line of batch) {
      if (!('value' in line)) values.push(line);
      else if (line.value.trim() !== '') values.push(parseJson(line.line, line.value));
    }
    if (values.length > 0) yield values;
  }
}

/**
 * The elements of one array (`array`), or objects that follow each other (`documents`), numbered from 1. Where
 * the text stops being JSON (a raw newline inside a string, an array that is not closed) the record and byte
 * offset are reported, what came before is kept, and the rest is passed over.
 */
export async function* readJsonValues(
  stream: ByteStream,
  shape: 'array' | 'documents',
  maxBytes = MAX_LINE_BYTES,
): AsyncGenerator<Read<unknown>[]> {
  let number = 0;
  let offset = 0;
  let depth = shape === 'array' ? 0 : 1;
  let inString = false;
  let escaped = false;
  let closed = false;
  let stopped = false;
  let parts: Buffer[] = [];
  let size = 0;

  const take = (values: Read<unknown>[], tail: Buffer): void => {
    const bytes = parts.length === 0 ? tail : Buffer.concat([...parts, tail]);
    parts = [];
    size = 0;
    const text = decodeText(bytes).replace(/^\ufeff/, '');
    if (text.trim() === '') return;
    number += 1;
    values.push(parseJson(number, text));
  };
  const stop = (values: Read<unknown>[], at: number, why: string): void => {
    stopped = true;
    parts = [];
    values.push({ line: number + 1, problem: `${why} at byte ${at}; the rest is not read` });
  };

  for await (const chunk of stream.chunks) {
    if (stopped) continue;
    const values: Read<unknown>[] = [];
    let from = 0;
    for (let i = 0; i < chunk.length && !stopped; i += 1) {
      const byte = chunk[i];
      if (closed) {
        if (byte !== undefined && byte > SPACE)
          stop(values, offset + i, 'there is more after the JSON array');
      } else if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        else if (byte === NEWLINE) stop(values, offset + i, 'a line ends inside a JSON string');
      } else if (byte === QUOTE) {
        inString = true;
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        depth += 1;
        if (depth === 1) from = i + 1;
      } else if (byte === CLOSE_ARRAY && depth === 1 && shape === 'array') {
        take(values, chunk.subarray(from, i));
        closed = true;
      } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
        depth = Math.max(1, depth - 1);
        if (depth === 1 && shape === 'documents') {
          take(values, chunk.subarray(from, i + 1));
          from = i + 1;
        }
      } else if (byte === COMMA && depth === 1 && shape === 'array') {
        take(values, chunk.subarray(from, i));
        from = i + 1;
      }
    }
    offset += chunk.length;
    if (!closed && !stopped && depth > 0) {
      parts.push(chunk.subarray(from));
      size += chunk.length - from;
      if (size > maxBytes) stop(values, offset, `a record is longer than ${maxBytes} bytes`);
    }
    if (values.length > 0) yield values;
  }
  const left: Read<unknown>[] = [];
  const problem = stream.problem();
  if (stopped) return;
  if (problem !== null) left.push({ line: number + 1, problem });
  else if (closed) return;
  else if (shape === 'array') stop(left, offset, 'the JSON array is not closed');
  else take(left, Buffer.alloc(0));
  if (left.length > 0) yield left;
}

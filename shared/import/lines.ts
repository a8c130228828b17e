/** Bytes to lines of text, in batches, with constant memory. */
import type { ByteStream } from './byte-stream.ts';
import { decodeText, type Read } from './record.ts';

/** A submission of 1,000 listens of 10,240 bytes fits on one line; anything longer is no text file's line. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Lines without their LF or CRLF and without a byte order mark, one batch per chunk. A longer line than
 * `maxBytes` is reported and passed over; where the bytes break off, the unfinished line is reported and dropped.
 */
export async function* readLines(
  stream: ByteStream,
  maxBytes = MAX_LINE_BYTES,
): AsyncGenerator<Read<string>[]> {
  let number = 0;
  let carry: Buffer[] = [];
  let carried = 0;

  const finish = (tail: Buffer): Read<string> => {
    number += 1;
    if (carried + tail.length > maxBytes) {
      carry = [];
      carried = 0;
      return { line: number, problem: `is longer than ${maxBytes} bytes` };
    }
    const bytes = carried === 0 ? tail : Buffer.concat([...carry, tail]);
    carry = [];
    carried = 0;
    const end = bytes.at(-1) === RETURN ? bytes.length - 1 : bytes.length;
    const text = decodeText(bytes, 0, end);
    return { line: number, value: number === 1 ? text.replace(/^\ufeff/, '') : text };
  };

  for await (const chunk of stream.chunks) {
    const batch: Read<string>[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      batch.push(finish(chunk.subarray(start, end)));
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    carried += rest.length;
    if (carried > maxBytes) carry = [];
    else if (rest.length > 0) carry.push(rest);
    if (batch.length > 0) yield batch;
  }
  const problem = stream.problem();
  if (problem !== null) yield [{ line: number + 1, problem }];
  else if (carried > 0) yield [finish(Buffer.alloc(0))];
}

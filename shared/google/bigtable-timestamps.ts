/** Bigtable counts microseconds, the port milliseconds. */
import type protobuf from 'protobufjs/minimal.js';

/** Above it, microseconds are more than a double can tell apart. */
const LARGEST_EXACT_MS = Math.floor(Number.MAX_SAFE_INTEGER / 1000);
const EXACT_HIGH = 2 ** 21;

/** Writes milliseconds as an int64 of microseconds. */
export function writeMicros(writer: protobuf.Writer, ms: number): void {
  writer.int64(ms <= LARGEST_EXACT_MS ? ms * 1000 : String(BigInt(ms) * 1000n));
}

/** Reads an int64 of microseconds as milliseconds. */
export function readMillis(reader: protobuf.Reader): number {
  const micros = reader.int64();
  if (typeof micros === 'number') return Math.floor(micros / 1000);
  const { low, high } = micros;
  if (high < EXACT_HIGH) return Math.floor((high * 2 ** 32 + (low >>> 0)) / 1000);
  return Number(((BigInt(high) << 32n) | BigInt(low >>> 0)) / 1000n);
}

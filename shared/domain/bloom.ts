/** Heard filter: a Bloom filter that SQL and TypeScript read and write bit for bit alike (algorithms: heard filter). */
import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';

/** Share of ids never added that a filter may still answer `true` for. */
export const HEARD_FALSE_POSITIVES = 0.01;

export interface BloomSize {
  /** Bits. */
  readonly m: number;
  /** Bits set per id. */
  readonly k: number;
}

/** Stored text that is not a Bloom filter; the message says in what way. */
export class MalformedBloomFilter extends Error {
  override readonly name = 'MalformedBloomFilter';
}

/**
 * `m = ⌈−n·ln p / (ln 2)²⌉` bits and `k = round(m/n · ln 2)`, each at least 1, so that n = 0 is one clear bit.
 * Throws RangeError unless n is a whole number ≥ 0 and 0 < p < 1.
 */
export function bloomSize(n: number, p: number = HEARD_FALSE_POSITIVES): BloomSize {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`n must be a whole number ≥ 0, not ${n}`);
  if (!(p > 0 && p < 1)) throw new RangeError(`p must lie between 0 and 1, not ${p}`);
  if (n === 0) return { m: 1, k: 1 };
  const m = Math.max(1, Math.ceil((-n * Math.log(p)) / Math.LN2 ** 2));
  return { m, k: Math.max(1, Math.round((m / n) * Math.LN2)) };
}

/** `[h1, h2]`: the first and the second eight hex digits of MD5 of the id's UTF-8, as unsigned 32-bit numbers. */
export function bloomHash(id: string): readonly [number, number] {
  const digest = hash('md5', id, 'buffer');
  return [digest.readUInt32BE(0), digest.readUInt32BE(4)];
}

/** Bit b lives in byte b>>3 at value 1<<(b&7). Every sum h1 + i·h2 stays below 2^53, hence exact, for k ≤ 2^20. */
function bitOf(h1: number, h2: number, i: number, m: number): number {
  return (h1 + i * h2) % m;
}

/** An immutable set of ids that may say yes wrongly (rate p) and never says no wrongly. */
export class BloomFilter {
  readonly m: number;
  readonly k: number;
  readonly #bytes: Uint8Array;

  private constructor(size: BloomSize, bytes: Uint8Array) {
    this.m = size.m;
    this.k = size.k;
    this.#bytes = bytes;
  }

  /** A filter sized for the distinct ids given. p: tolerated share of false positives. */
  static of(ids: Iterable<string>, p: number = HEARD_FALSE_POSITIVES): BloomFilter {
    return BloomFilter.ofHashes(Array.from(new Set(ids), bloomHash), p);
  }

  /** As of(), of hashes already taken, one pair per distinct id. */
  static ofHashes(
    hashes: readonly (readonly [number, number])[],
    p: number = HEARD_FALSE_POSITIVES,
  ): BloomFilter {
    const size = bloomSize(hashes.length, p);
    const bytes = new Uint8Array(Math.ceil(size.m / 8));
    for (const [h1, h2] of hashes) {
      for (let i = 0; i < size.k; i++) {
        const bit = bitOf(h1, h2, i, size.m);
        const at = Math.floor(bit / 8);
        bytes[at] = (bytes[at] ?? 0) | (1 << (bit % 8));
      }
    }
    return new BloomFilter(size, bytes);
  }

  /** Reads `<m>.<k>.<base64>`. Throws MalformedBloomFilter on anything toString() could not have written. */
  static parse(text: string): BloomFilter {
    const parts = /^([1-9]\d{0,15})\.([1-9]\d{0,2})\.([A-Za-z0-9+/]*={0,2})$/.exec(text);
    const [, mText, kText, base64] = parts ?? [];
    if (mText === undefined || kText === undefined || base64 === undefined)
      throw new MalformedBloomFilter(`expected <m>.<k>.<base64>, got ${JSON.stringify(text.slice(0, 40))}`);
    const size = { m: Number(mText), k: Number(kText) };
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.toString('base64') !== base64) throw new MalformedBloomFilter('the bits are not whole base64');
    if (bytes.length !== Math.ceil(size.m / 8))
      throw new MalformedBloomFilter(
        `m = ${size.m} needs ${Math.ceil(size.m / 8)} bytes, got ${bytes.length}`,
      );
    const used = size.m % 8;
    if (used !== 0 && (bytes[bytes.length - 1] ?? 0) >> used !== 0)
      throw new MalformedBloomFilter(`a bit at or beyond m = ${size.m} is set`);
    return new BloomFilter(size, bytes);
  }

  /** False: certainly not among the ids. True: among them, but for a share p of the others. */
  has(id: string): boolean {
    const [h1, h2] = bloomHash(id);
    for (let i = 0; i < this.k; i++) {
      const bit = bitOf(h1, h2, i, this.m);
      if (((this.#bytes[Math.floor(bit / 8)] ?? 0) & (1 << (bit % 8))) === 0) return false;
    }
    return true;
  }

  /** Bytes of the bit array, without its header. */
  get byteLength(): number {
    return this.#bytes.length;
  }

  /** `<m>.<k>.<base64 with padding>`: what a build stores and parse() reads. */
  toString(): string {
    return `${this.m}.${this.k}.${Buffer.from(this.#bytes).toString('base64')}`;
  }
}

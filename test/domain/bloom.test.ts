import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BloomFilter, bloomHash, bloomSize, MalformedBloomFilter } from '../../shared/domain/bloom.ts';

const ids = (prefix: string, n: number): string[] => Array.from({ length: n }, (_, i) => `${prefix}${i}`);

/** The filter as one big number, out of hex digits and BigInt alone. */
function twin(distinct: readonly string[], { m, k }: { m: number; k: number }) {
  const bitsOf = (id: string): bigint[] => {
    const hex = createHash('md5').update(id).digest('hex');
    const [h1, h2] = [BigInt(`0x${hex.slice(0, 8)}`), BigInt(`0x${hex.slice(8, 16)}`)];
    return Array.from({ length: k }, (_, i) => (h1 + BigInt(i) * h2) % BigInt(m));
  };
  const set = new Set(distinct.flatMap(bitsOf));
  const bytes = Buffer.alloc(Math.ceil(m / 8));
  for (const bit of set)
    bytes[Number(bit / 8n)] = bytes.readUInt8(Number(bit / 8n)) | (1 << Number(bit % 8n));
  return {
    text: `${m}.${k}.${bytes.toString('base64')}`,
    has: (id: string) => bitsOf(id).every((bit) => set.has(bit)),
  };
}

describe('bloomSize', () => {
  it('needs 95,851 bits, 11,982 bytes and 7 hashes for 10,000 ids at 1%', () => {
    expect(bloomSize(10_000)).toEqual({ m: 95_851, k: 7 });
    expect(BloomFilter.of(ids('t', 10_000)).byteLength).toBe(11_982);
  });

  it('is one clear bit for nothing', () => {
    expect(bloomSize(0)).toEqual({ m: 1, k: 1 });
  });

  it('keeps at least one hash where much error is tolerated', () => {
    expect(bloomSize(100, 0.99)).toEqual({ m: 3, k: 1 });
  });

  it.each([[-1], [1.5], [Number.NaN], [Number.POSITIVE_INFINITY]])('refuses n = %d', (n) => {
    expect(() => bloomSize(n)).toThrow(/n must be a whole number/);
  });

  it.each([[0], [1], [-0.1], [Number.NaN]])('refuses p = %d', (p) => {
    expect(() => bloomSize(10, p)).toThrow(/p must lie between 0 and 1/);
  });
});

describe('BloomFilter', () => {
  it('hashes by the first sixteen hex digits of MD5 of UTF-8', () => {
    expect(bloomHash('a')).toEqual([0x0cc175b9, 0xc0f1b6a8]);
    expect(bloomHash('夜')).toEqual([0x7345a62e, 0xc143db11]);
  });

  it('is bit for bit what another implementation computed', () => {
    expect(`${BloomFilter.of(['a', 'b', 'c'])}`).toBe('29.7.TyuOHg==');
    const ten = Array.from({ length: 10 }, (_, i) => `r${i.toString(16).padStart(16, '0')}`);
    expect(`${BloomFilter.of(ten)}`).toBe('96.7.LA/aJI/Rf9xqYP7w');
  });

  it('answers false for everything when nothing was added', () => {
    const empty = BloomFilter.of([]);
    for (const id of ['', 'a', ...ids('x', 100)]) expect(empty.has(id)).toBe(false);
    expect(BloomFilter.parse(`${empty}`).has('a')).toBe(false);
  });

  it('counts repeated ids once, in any order', () => {
    expect(`${BloomFilter.of(['b', 'a', 'b', 'c', 'a'])}`).toBe(`${BloomFilter.of(['a', 'b', 'c'])}`);
  });

  it('has no false negatives, answers as its brute-force twin does, and survives storage', () => {
    const id = fc.oneof(fc.string({ minLength: 1 }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(fc.uniqueArray(id, { maxLength: 60 }), fc.array(id), (added, others) => {
        const filter = BloomFilter.of(added);
        const brute = twin(added, bloomSize(added.length));
        const read = BloomFilter.parse(filter.toString());
        expect(filter.toString()).toBe(brute.text);
        expect(read.toString()).toBe(filter.toString());
        for (const other of added) expect(read.has(other)).toBe(true);
        for (const other of others) expect(read.has(other)).toBe(brute.has(other));
      }),
    );
  });

  it('of 10,000 ids has no false negative and at most 1.2% false positives', () => {
    const heard = ids('r', 10_000);
    const filter = BloomFilter.of(heard);
    expect(heard.filter((id) => !filter.has(id))).toEqual([]);
    const wrong = ids('other', 50_000).filter((id) => filter.has(id)).length / 50_000;
    expect(wrong).toBeLessThanOrEqual(0.012);
    expect(wrong).toBeGreaterThan(0.005);
  });
});

describe('BloomFilter.parse', () => {
  it.each([
    ['', 'expected <m>.<k>.<base64>, got ""'],
    ['29.7', 'expected <m>.<k>.<base64>'],
    ['0.7.', 'expected <m>.<k>.<base64>'],
    ['29.0.TyuOHg==', 'expected <m>.<k>.<base64>'],
    ['-29.7.TyuOHg==', 'expected <m>.<k>.<base64>'],
    ['29.7.TyuOHg==\n', 'expected <m>.<k>.<base64>'],
    ['29.7.Tyu-Hg==', 'expected <m>.<k>.<base64>'],
    ['29.7.TyuOHg', 'not whole base64'],
    ['29.7.TyuOHh==', 'not whole base64'],
    ['29.7.TyuO', 'm = 29 needs 4 bytes, got 3'],
    ['33.7.TyuOHg==', 'm = 33 needs 5 bytes, got 4'],
    ['27.7.TyuOHg==', 'a bit at or beyond m = 27 is set'],
    ['9007199254740991.7.TyuOHg==', 'needs 1125899906842624 bytes'],
  ])('refuses %j', (text, message) => {
    expect(() => BloomFilter.parse(text)).toThrow(MalformedBloomFilter);
    expect(() => BloomFilter.parse(text)).toThrow(message);
  });

  it('refuses any stored filter that was cut short', () => {
    const text = `${BloomFilter.of(ids('r', 40))}`;
    for (let length = 0; length < text.length; length++)
      expect(() => BloomFilter.parse(text.slice(0, length))).toThrow(MalformedBloomFilter);
  });
});

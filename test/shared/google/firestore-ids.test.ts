import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeId, encodeId, successorOf } from '../../../shared/google/firestore-ids.ts';
import { MAX_NAME_BYTES } from '../../../shared/rows/cells.ts';

/** Ids made mostly of what Firestore treats in its own way, and of neighbours of it among bytes. */
const id = fc
  .oneof(
    fc.string({ unit: fc.constantFrom('.', '/', '_', '-', '0', '1', '=', 'a'), maxLength: 8 }),
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('.', '..', '__x__', '____', '\ue000', '\ud7ff', '\u{10ffff}', '\u{10ffff}\u{10ffff}'),
  )
  .filter((text) => text.isWellFormed());
const compare = (a: string, b: string) => Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));

test('an id comes back as it was', () => {
  fc.assert(
    fc.property(id, (text) => {
      expect(decodeId(encodeId(text))).toBe(text);
    }),
  );
});

test('no id is one that Firestore keeps for itself', () => {
  fc.assert(
    fc.property(id, (text) => {
      const encoded = encodeId(text);
      expect(encoded).not.toMatch(/\/|^\.{1,2}$|^__.*__$/s);
      expect(encoded).not.toBe('');
    }),
  );
});

test('the longest id is short enough', () => {
  expect(Buffer.byteLength(encodeId('/'.repeat(MAX_NAME_BYTES)))).toBeLessThanOrEqual(1_500);
});

test('the order of bytes stays', () => {
  fc.assert(
    fc.property(id, id, (a, b) => {
      expect(compare(encodeId(a), encodeId(b))).toBe(compare(a, b));
    }),
    { numRuns: 1_000 },
  );
});

test('what begins with a prefix lies from it on and before its successor, and nothing else does', () => {
  fc.assert(
    fc.property(id, id, (prefix, other) => {
      for (const text of [other, prefix + other, `${prefix}\u{10ffff}`]) {
        const [from, encoded] = [encodeId(prefix), encodeId(text)];
        const isInside = compare(encoded, from) >= 0 && compare(encoded, successorOf(from)) < 0;
        expect(isInside).toBe(text.startsWith(prefix));
      }
    }),
    { numRuns: 1_000 },
  );
});

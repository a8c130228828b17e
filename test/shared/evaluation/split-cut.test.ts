import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutSplit } from '../../../shared/evaluation/split-cut.ts';
import type { Interactions, Split } from '../../../shared/evaluation/split-file.ts';

const anyItems = fc
  .uniqueArray(fc.tuple(fc.nat({ max: 50 }), fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 12 })), {
    maxLength: 8,
    selector: ([listener]) => listener,
  })
  .map((entries) => new Map(entries));
const anyCut = fc.record({ seed: fc.nat(), share: fc.double({ min: 0.05, max: 0.95, noNaN: true }) });

const idsOf = (split: Split, part: Interactions, index: number) =>
  [...part.items.subarray(part.offsets[index], part.offsets[index + 1])].map((item) => split.items[item]);

test('parts every listener’s items into train and test, the share held out, never all', () => {
  fc.assert(
    fc.property(anyItems, anyCut, (itemsOf, cut) => {
      const split = cutSplit(itemsOf, cut);
      expect(split.listeners).toEqual([...itemsOf.keys()].sort((a, b) => a - b));
      for (const [index, listener] of split.listeners.entries()) {
        const items = itemsOf.get(listener) ?? [];
        const train = idsOf(split, split.train, index);
        const held = idsOf(split, split.test, index);
        expect([...train, ...held].sort()).toEqual([...items].sort());
        const wanted = Math.round(items.length * cut.share);
        expect(held.length).toBe(Math.max(0, Math.min(wanted, items.length - 1)));
      }
    }),
  );
});

test('is the same for a seed, in whatever order the items come, and another for another seed', () => {
  fc.assert(
    fc.property(anyItems, anyCut, (itemsOf, cut) => {
      const reversed = new Map(
        [...itemsOf].reverse().map(([listener, items]) => [listener, items.toReversed()]),
      );
      expect(cutSplit(reversed, cut)).toEqual(cutSplit(itemsOf, cut));
    }),
  );
  const many = new Map([[1, Array.from({ length: 100 }, (_, item) => item)]]);
  const held = [1, 2, 3].map((seed) => String(cutSplit(many, { seed, share: 0.2 }).test.items.toSorted()));
  expect(new Set(held).size).toBe(3);
});

test('holds out every item about as often as its share', () => {
  const items = Array.from({ length: 10 }, (_, item) => item);
  const itemsOf = new Map(Array.from({ length: 2_000 }, (_, listener) => [listener, items] as const));
  const { test: held } = cutSplit(itemsOf, { seed: 5, share: 0.2 });
  for (const item of items) {
    const times = held.items.filter((other) => other === item).length;
    // Binomial(2000, 0.2): a standard deviation of 18.
    expect(Math.abs(times - 400)).toBeLessThan(90);
  }
});

test('refuses a share that holds out all or nothing', () => {
  for (const share of [0, 1, -0.5, Number.NaN])
    expect(() => cutSplit(new Map(), { seed: 1, share })).toThrow('between 0 and 1');
});

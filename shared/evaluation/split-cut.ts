/** Cuts a split out of what listeners have: a share of each one's items, drawn by a seed, is held out. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { type Split, splitOf } from './split-file.ts';

/**
 * Holds out `share` (0 to 1) of each listener's items, rounded, never all of them: who has one item keeps it. The same
 * seed gives the same cut, whatever the order of listeners and of their items. Throws RangeError for another share.
 */
export function cutSplit(
  itemsOf: ReadonlyMap<number, readonly number[]>,
  { seed, share }: { readonly seed: number; readonly share: number },
): Split {
  if (!(share > 0 && share < 1)) throw new RangeError(`The share must be between 0 and 1, not ${share}.`);
  const generator = xoroshiro128plus(seed);
  // The first outputs of neighbouring seeds resemble one another.
  for (let warming = 0; warming < 20; warming++) generator.next();
  const train = new Map<number, number[]>();
  const test = new Map<number, number[]>();
  for (const listener of [...itemsOf.keys()].sort((a, b) => a - b)) {
    const items = [...new Set(itemsOf.get(listener))].sort((a, b) => a - b);
    for (let left = items.length; left > 1; left--) {
      const drawn = Math.floor(((generator.next() >>> 0) / 2 ** 32) * left);
      const last = items[left - 1] as number;
      items[left - 1] = items[drawn] as number;
      items[drawn] = last;
    }
    const held = Math.max(0, Math.min(items.length - 1, Math.round(items.length * share)));
    test.set(listener, items.slice(0, held));
    train.set(listener, items.slice(held));
  }
  return splitOf(train, test);
}

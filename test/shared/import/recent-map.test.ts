import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentMap } from '../../../shared/import/recent-map.ts';

describe('RecentMap', () => {
  it('never holds more than its capacity, and remembers the last half of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 20 }), fc.array(fc.nat(40)), (half, keys) => {
        const map = new RecentMap<number>(half * 2);
        const recent: number[] = [];
        for (const key of keys) {
          const known = recent.indexOf(key);
          if (known >= 0 && known < half) expect(map.get(String(key))).toBe(key);
          map.set(String(key), key);
          if (known >= 0) recent.splice(known, 1);
          recent.unshift(key);
          expect(map.size).toBeLessThanOrEqual(half * 2);
        }
      }),
    );
  });

  it('keeps what is used and forgets what is not', () => {
    const map = new RecentMap<string>(4);
    map.set('kept', 'x');
    map.set('unused', 'y');
    for (let n = 0; n < 20; n += 1) {
      expect(map.get('kept')).toBe('x');
      map.set(`other ${n}`, 'z');
    }
    expect(map.get('unused')).toBeUndefined();
  });
});

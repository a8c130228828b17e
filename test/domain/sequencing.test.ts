import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENERGY_ARCS, type EnergyArc } from '../../shared/domain/energy-arc.ts';
import {
  createJudge,
  meanTransition,
  SEQUENCING_WEIGHTS,
  type SequencedTrack,
  sequence,
} from '../../shared/domain/sequencing.ts';
import { createRandom } from '../../shared/random.ts';

const UNKNOWN: SequencedTrack = {
  artistId: null,
  album: null,
  tempo: null,
  key: null,
  mode: null,
  energy: null,
};
const someTrack = fc.record({
  artistId: fc.option(fc.constantFrom('a', 'b', 'c')),
  album: fc.option(fc.constantFrom('x', 'y')),
  tempo: fc.option(fc.double({ min: 60, max: 190, noNaN: true })),
  key: fc.option(fc.integer({ min: 0, max: 11 })),
  mode: fc.option(fc.integer({ min: 0, max: 1 })),
  energy: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
}) as fc.Arbitrary<SequencedTrack>;
const random = (seed: number) => {
  const source = createRandom(seed, 'sequence');
  return () => source.next();
};
const ordered = <T>(tracks: readonly T[], order: readonly number[]) =>
  order.map((index) => tracks[index] as T);

function* permutations(items: readonly number[]): Generator<number[]> {
  if (items.length === 0) yield [];
  for (const [place, item] of items.entries())
    for (const rest of permutations(items.filter((_, other) => other !== place))) yield [item, ...rest];
}

/** The value of the best of all orders. */
function exact(tracks: readonly SequencedTrack[], arc: EnergyArc | undefined): number {
  const judge = createJudge(tracks, arc);
  let best = Number.NEGATIVE_INFINITY;
  for (const order of permutations(tracks.map((_, index) => index)))
    best = Math.max(best, judge.valueOf(order, 0, order.length - 1));
  return best;
}

describe('an order', () => {
  test('has every track once, keeps pins, and is the same for the same seed', () => {
    fc.assert(
      fc.property(
        fc.array(someTrack, { maxLength: 25 }),
        fc.constantFrom(...ENERGY_ARCS),
        fc.integer(),
        fc.infiniteStream(fc.nat()),
        (tracks, arc, seed, draws) => {
          const pinned = new Map<number, number>();
          for (const index of tracks.keys()) {
            const draw = draws.next().value as number;
            const place = draw % tracks.length;
            if (draw % 5 === 0 && !pinned.has(place)) pinned.set(place, index);
          }
          const order = sequence(tracks, { arc, pinned, random: random(seed) });
          expect([...order].sort((a, b) => a - b)).toEqual(tracks.map((_, index) => index));
          for (const [place, index] of pinned) expect(order[place]).toBe(index);
          expect(sequence(tracks, { arc, pinned, random: random(seed) })).toEqual(order);
        },
      ),
    );
  });

  test('is worth as much as the best of all orders, or nearly', () => {
    let optimal = 0;
    fc.assert(
      fc.property(
        fc.array(someTrack, { minLength: 2, maxLength: 7 }),
        fc.option(fc.constantFrom(...ENERGY_ARCS), { nil: undefined }),
        (tracks, arc) => {
          const order = sequence(tracks, { ...(arc && { arc }), random: random(1) });
          const value = createJudge(tracks, arc).valueOf(order, 0, order.length - 1);
          const best = exact(tracks, arc);
          expect(value).toBeLessThanOrEqual(best + 1e-9);
          expect(value).toBeGreaterThan(best - 0.5);
          if (value > best - 1e-6) optimal += 1;
        },
      ),
      { numRuns: 150, seed: 7 },
    );
    expect(optimal / 150).toBeGreaterThan(0.9);
  }, 60_000);

  test('has at least nine tenths of the best mean transition there is', () => {
    fc.assert(
      fc.property(fc.array(someTrack, { minLength: 2, maxLength: 8 }), (some) => {
        const tracks = some.map((track, index) => ({ ...track, artistId: `${index}`, album: null }));
        const mean = meanTransition(ordered(tracks, sequence(tracks, { random: random(1) })));
        expect(mean / (exact(tracks, undefined) / (tracks.length - 1))).toBeGreaterThanOrEqual(0.9);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test('beats a random one by far in how well tracks go into each other', () => {
    const draw = createRandom(5, 'tracks');
    const tracks = Array.from({ length: 50 }, (_, index) => ({
      ...UNKNOWN,
      artistId: `artist-${index % 20}`,
      tempo: 80 + 80 * draw.next(),
      key: draw.int(12),
      mode: draw.int(2),
      energy: draw.next(),
    }));
    const score = meanTransition(ordered(tracks, sequence(tracks, { random: random(2) })));
    expect(score).toBeGreaterThan(1.5 * meanTransition(tracks));
  });

  test('follows its arc', () => {
    const draw = createRandom(6, 'energies');
    const tracks = Array.from({ length: 30 }, (_, index) => ({
      ...UNKNOWN,
      artistId: `${index}`,
      tempo: 100 + 20 * draw.next(),
      energy: draw.next(),
    }));
    const energies = (arc: EnergyArc) =>
      ordered(tracks, sequence(tracks, { arc, random: random(3) })).map(({ energy }) => energy as number);
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const thirds = (values: readonly number[]) =>
      [values.slice(0, 10), values.slice(10, 20), values.slice(20)].map(mean);
    const [r1 = 0, r2 = 0, r3 = 0] = thirds(energies('rise'));
    expect(r1 < r2 && r2 < r3).toBe(true);
    const [f1 = 0, f2 = 0, f3 = 0] = thirds(energies('fall'));
    expect(f1 > f2 && f2 > f3).toBe(true);
    const [w1 = 0, w2 = 0, w3 = 0] = thirds(energies('workout'));
    expect(w2).toBeGreaterThan(w1);
    expect(w2).toBeGreaterThan(w3 - 0.1);
    const down = energies('wind-down');
    expect(mean(down.slice(0, 5))).toBeGreaterThan(mean(down.slice(15)) + 0.2);
    const wave = energies('wave');
    expect(mean([...wave.slice(5, 10), ...wave.slice(20, 25)])).toBeGreaterThan(
      mean([...wave.slice(0, 3), ...wave.slice(13, 17), ...wave.slice(27)]) + 0.2,
    );
  });

  test('keeps tracks of an artist apart as far as there are others', () => {
    fc.assert(
      fc.property(fc.array(someTrack, { minLength: 12, maxLength: 20 }), fc.integer(), (some, seed) => {
        const tracks = some.map((track, index) => ({ ...track, artistId: `artist-${index % 6}` }));
        const artists = ordered(tracks, sequence(tracks, { random: random(seed) })).map(
          ({ artistId }) => artistId,
        );
        for (let place = 1; place < artists.length; place++)
          expect(artists[place]).not.toBe(artists[place - 1]);
      }),
    );
  });

  test('of tracks of which nothing is known, of one artist, or of none at all is an order too', () => {
    expect(sequence([], { random: random(1) })).toEqual([]);
    expect(sequence([UNKNOWN], { random: random(1) })).toEqual([0]);
    for (const track of [UNKNOWN, { ...UNKNOWN, artistId: 'one', album: 'x' }]) {
      const order = sequence(Array(40).fill(track), { arc: 'rise', random: random(1) });
      expect(new Set(order).size).toBe(40);
    }
  });

  test('refuses pins that cannot be kept', () => {
    const tracks = [UNKNOWN, UNKNOWN];
    for (const pinned of [[[2, 0]], [[0, 2]], [[-1, 0]], [[0.5, 0]]] as [number, number][][])
      expect(() => sequence(tracks, { pinned: new Map(pinned), random: random(1) })).toThrow(RangeError);
    const twice = new Map([
      [0, 1],
      [1, 1],
    ]);
    expect(() => sequence(tracks, { pinned: twice, random: random(1) })).toThrow('twice');
  });
});

test('a change is worth the same whether it is judged where it is or over the whole order', () => {
  fc.assert(
    fc.property(fc.array(someTrack, { minLength: 3, maxLength: 12 }), fc.nat(), fc.nat(), (tracks, a, b) => {
      const judge = createJudge(tracks, 'rise', SEQUENCING_WEIGHTS);
      const order = tracks.map((_, index) => index);
      const changed = [...order];
      const [i, j] = [a % tracks.length, b % tracks.length].sort((x, y) => x - y) as [number, number];
      [changed[i], changed[j]] = [changed[j] as number, changed[i] as number];
      const last = tracks.length - 1;
      const whole = judge.valueOf(changed, 0, last) - judge.valueOf(order, 0, last);
      const local = judge.valueOf(changed, i, j + judge.reach) - judge.valueOf(order, i, j + judge.reach);
      expect(local).toBeCloseTo(whole, 9);
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../shared/random.ts';
import { LOOP_PARAMETERS } from '../../../shared/simulation/closed-loop-parameters.ts';
import { SKIP_TIMES } from '../../../shared/simulation/closed-loop-real-figures.ts';
import { loopSkipChance, type Origin, respondTo } from '../../../shared/simulation/closed-loop-response.ts';

const ORIGINS: readonly Origin[] = ['familiar', 'chosen', 'served'];
const DURATION = 220_000;
const respond = (seed: number, liking: number, saved = false) =>
  respondTo(createRandom(seed, 'test'), LOOP_PARAMETERS, {
    origin: 'served',
    liking,
    durationMs: DURATION,
    saved,
  });
const share = (liking: number, holds: (response: ReturnType<typeof respond>) => boolean) =>
  Array.from({ length: 4000 }, (_, seed) => respond(seed, liking)).filter(holds).length / 4000;

describe('the response to a track', () => {
  it('is a skip less often the more the track is liked, but never surely one or none', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ORIGINS),
        fc.double({ min: -6, max: 6, noNaN: true }),
        fc.double({ min: 0.01, max: 4, noNaN: true }),
        (origin, liking, more) => {
          const chance = loopSkipChance(LOOP_PARAMETERS, origin, liking);
          expect(chance).toBeGreaterThan(0);
          expect(chance).toBeLessThan(1);
          expect(loopSkipChance(LOOP_PARAMETERS, origin, liking + more)).toBeLessThan(chance);
        },
      ),
    );
  });

  it('comes as often as the chances say', () => {
    for (const liking of [-1, 0, 2]) {
      const expected = loopSkipChance(LOOP_PARAMETERS, 'served', liking);
      expect(Math.abs(share(liking, ({ skipped }) => skipped) - expected)).toBeLessThan(0.03);
    }
    expect(share(2, ({ completed }) => completed)).toBeGreaterThan(share(-1, ({ completed }) => completed));
    expect(share(3, ({ saved }) => saved)).toBeGreaterThan(share(0, ({ saved }) => saved));
  });

  it('skips after as long as real listeners do', () => {
    const skips = Array.from({ length: 12_000 }, (_, seed) => respond(seed, -2)).filter(
      ({ skipped }) => skipped,
    );
    for (const [seconds, expected] of SKIP_TIMES) {
      const within = skips.filter(({ msPlayed }) => msPlayed < seconds * 1000).length / skips.length;
      expect(Math.abs(within - expected)).toBeLessThan(0.02);
    }
  });

  it('is coherent: a skip is under 30 s, a play not, only what was heard out is kept, and once', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.double({ min: -4, max: 6, noNaN: true }),
        fc.boolean(),
        (seed, liking, saved) => {
          const response = respond(seed, liking, saved);
          expect(response.msPlayed).toBeLessThanOrEqual(DURATION);
          expect(response.msPlayed < 30_000).toBe(response.skipped);
          expect(response.completed).toBe(response.msPlayed >= 0.95 * DURATION);
          if (response.saved) expect([response.completed, saved]).toEqual([true, false]);
        },
      ),
    );
  });

  it('draws the same number of variates whatever happens', () => {
    const next = (liking: number) => {
      const random = createRandom(5, 'test');
      respondTo(random, LOOP_PARAMETERS, { origin: 'served', liking, durationMs: DURATION, saved: false });
      return random.next();
    };
    expect(next(-50)).toBe(next(50));
  });
});

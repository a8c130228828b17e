import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arcQuantile, ENERGY_ARCS } from '../../../../shared/domain/energy-arc.ts';
import { checkArc } from '../../../../shared/evaluation/prompts/arc-check.ts';

const course = (count: number, at: (place: number) => number) =>
  Array.from({ length: count }, (_, index) => at(index / (count - 1)));
const rising = course(20, (place) => place);
const falling = rising.toReversed();
const waves = course(24, (place) => (1 - Math.cos(4 * Math.PI * place)) / 2);
const workout = [0.3, 0.4, 0.5, 0.8, 0.9, 0.8, 0.9, 0.85, 0.9, 0.8, 0.4, 0.3];
const level = [0.5, 0.55, 0.5, 0.6, 0.5, 0.55];
const jagged = [0.1, 0.9, 0.2, 0.8, 0.1, 0.9, 0.2, 0.8];

describe('courses', () => {
  test.each([
    ['rise', rising, falling],
    ['rise', [0.1, 0.3, 0.2, 0.5, 0.4, 0.9], [0.5, 0.5, 0.5, 0.5]],
    ['fall', falling, rising],
    ['fall', falling, waves],
    ['wind-down', [0.6, 0.8, 0.7, 0.6, 0.7, 0.3, 0.2, 0.1], rising],
    ['workout', workout, rising],
    ['workout', workout, falling],
    ['wave', waves, rising],
    ['wave', waves, jagged],
    ['wave', waves, [0.5, 0.5, 0.5, 0.5, 0.5]],
    ['steady', level, jagged],
  ] as const)('%s holds of one and not of the other', (arc, good, bad) => {
    expect(checkArc(arc, good)).toMatchObject({ met: true });
    expect(checkArc(arc, bad)).toMatchObject({ met: false });
  });

  test('every arc holds of energies spread as the arc wants them', () => {
    for (const arc of ENERGY_ARCS) {
      const wanted = course(25, (place) => 0.2 + 0.6 * (arcQuantile(arc, place) ?? 0.5));
      expect(checkArc(arc, wanted), arc).toMatchObject({ met: true });
    }
  });

  test('a wave is seldom seen in random orders', () => {
    let state = 1;
    const next = () => {
      state = (state * 48271) % 2147483647;
      return state / 2147483647;
    };
    const seen = Array.from({ length: 400 }, () => checkArc('wave', Array.from({ length: 25 }, next)).met);
    expect(seen.filter(Boolean).length).toBeLessThan(120);
  });

  test('rise mirrors fall', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 4 }), (values) => {
        expect(checkArc('rise', values).met).toBe(checkArc('fall', values.toReversed()).met);
        expect(checkArc('rise', values).met && checkArc('fall', values).met).toBe(false);
      }),
    );
  });
});

describe('unknown energies', () => {
  test('are passed over where at least half are known', () => {
    expect(checkArc('rise', [0.1, null, 0.2, null, 0.3, null, 0.4, null]).met).toBe(true);
    expect(checkArc('rise', [0.1, null, 0.2, null, 0.3, null, 0.4, null, null]).met).toBe(false);
  });

  test('leave no course where fewer than four are known', () => {
    for (const arc of ENERGY_ARCS) {
      expect(checkArc(arc, [])).toEqual({ met: false, detail: 'energy is known of 0 of 0 tracks' });
      expect(checkArc(arc, [0.1, 0.2, 0.3]).met).toBe(false);
    }
  });
});

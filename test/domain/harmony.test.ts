import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  camelot,
  camelotLabel,
  canMix,
  keyScore,
  tempoDistance,
  tempoScore,
  transitionScore,
} from '../../shared/domain/harmony.ts';

const PITCHES: { readonly [name: string]: number } = {
  ...{ C: 0, 'D♭': 1, D: 2, 'E♭': 3, E: 4, F: 5, 'F♯': 6, G: 7, 'A♭': 8, A: 9, 'B♭': 10, B: 11 },
};
const WHEEL = {
  A: ['A♭', 'E♭', 'B♭', 'F', 'C', 'G', 'D', 'A', 'E', 'B', 'F♯', 'D♭'],
  B: ['B', 'F♯', 'D♭', 'A♭', 'E♭', 'B♭', 'F', 'C', 'G', 'D', 'A', 'E'],
} as const;

const key = (label: string) => {
  const number = Number.parseInt(label, 10);
  const letter = label.endsWith('A') ? 'A' : 'B';
  return { number, letter } as const;
};
const LABELS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].flatMap((n) => [`${n}A`, `${n}B`]);

describe('camelot', () => {
  for (const letter of ['A', 'B'] as const)
    it.each(WHEEL[letter].map((name, i) => [name, `${i + 1}${letter}`]))(
      `${letter}: %s is %s`,
      (name, label) => {
        const found = camelot(PITCHES[name] ?? Number.NaN, letter === 'B' ? 1 : 0);
        expect(found && camelotLabel(found)).toBe(label);
      },
    );

  it('knows nothing of a missing, −1 or impossible key or mode', () => {
    for (const [pc, mode] of [
      ...([
        [null, 1],
        [0, null],
        [-1, 1],
        [0, -1],
        [12, 1],
        [0.5, 0],
        [0, 2],
        [Number.NaN, 0],
      ] as const),
    ])
      expect(camelot(pc, mode)).toBeNull();
  });
});

describe('keyScore', () => {
  it.each([
    ['8A', '8A', 1],
    ['8A', '8B', 0.9],
    ['8B', '8A', 0.9],
    ['8A', '9A', 0.9],
    ['8A', '7A', 0.9],
    ['12B', '1B', 0.9],
    ['1A', '12A', 0.9],
    ['8A', '7B', 0.8],
    ['1A', '12B', 0.8],
    ['8B', '9A', 0.8],
    ['12B', '1A', 0.8],
    ['8A', '9B', 0.7],
    ['8B', '7A', 0.7],
    ['8A', '10A', 0.6],
    ['8B', '6B', 0.6],
    ['11A', '1A', 0.6],
    ['8A', '10B', 0.1],
    ['8A', '11B', 0.4],
    ['8B', '5A', 0.4],
    ['8A', '5B', 0.1],
    ['8B', '11A', 0.1],
    ['8A', '11A', 0.1],
    ['8A', '1A', 0.3],
    ['8A', '3A', 0.3],
    ['8A', '3B', 0.1],
    ['8A', '2A', 0.1],
    ['8A', '12A', 0.1],
  ])('%s → %s is %f', (source, target, score) => {
    expect(keyScore(key(source), key(target))).toBe(score);
  });

  it('is .5 where a key is unknown', () => {
    expect(keyScore(null, key('8A'))).toBe(0.5);
    expect(keyScore(key('8A'), null)).toBe(0.5);
  });

  it('does not change when the wheel is turned, and takes .8 and .4 back the other way', () => {
    for (const source of LABELS.map(key))
      for (const target of LABELS.map(key)) {
        const turn = (k: typeof source) => ({ number: (k.number % 12) + 1, letter: k.letter });
        expect(keyScore(turn(source), turn(target))).toBe(keyScore(source, target));
        expect(keyScore(target, source)).toBe(keyScore(source, target));
      }
  });
});

describe('tempo', () => {
  const bpm = fc.double({ min: 20, max: 320, noNaN: true });

  it.each([
    [70, 140, 0],
    [128, 124, 0.0458],
    [100, 140, 0.4854],
    [100, 100, 0],
  ])('distance of %d and %d is %f', (a, b, d) => {
    expect(tempoDistance(a, b)).toBeCloseTo(d, 4);
  });

  it('is the literal formula, symmetric to the bit, and blind to double time', () => {
    fc.assert(
      fc.property(bpm, bpm, (a, b) => {
        const x = Math.log2(b / a);
        const d = tempoDistance(a, b);
        expect(d).toBeCloseTo(Math.min(Math.abs(x), Math.abs(x - 1), Math.abs(x + 1)), 10);
        expect(tempoDistance(b, a)).toBe(d);
        expect(tempoDistance(a, 2 * a)).toBe(0);
        const folded = Math.min(Math.abs(x - 1), Math.abs(x + 1)) < Math.abs(x) ? 0.05 : 0;
        const score = Math.max(0, Math.exp(-0.5 * ((d ?? Number.NaN) / 0.07) ** 2) - folded);
        if (Math.abs(Math.abs(x) - 0.5) > 1e-9) expect(tempoScore(a, b)).toBeCloseTo(score, 10);
        expect(tempoScore(b, a)).toBe(tempoScore(a, b));
      }),
    );
  });

  it('scores equal tempi 1, double time .95, one width away e^−½, and never below 0', () => {
    expect(tempoScore(120, 120)).toBe(1);
    expect(tempoScore(70, 140)).toBeCloseTo(0.95, 12);
    expect(tempoScore(100, 100 * 2 ** 0.07)).toBeCloseTo(Math.exp(-0.5), 10);
    expect(tempoScore(100, 145)).toBe(0);
  });

  it('is neutral and never mixed where unknown', () => {
    for (const unknown of [null, 0, -1, Number.NaN]) {
      expect(tempoDistance(unknown, 120)).toBeNull();
      expect(tempoDistance(120, unknown)).toBeNull();
      expect(tempoScore(unknown, 120)).toBe(0.5);
      expect(canMix(120, unknown)).toBe(false);
    }
  });

  it('mixes up to six percent', () => {
    expect(canMix(100, 105.9)).toBe(true);
    expect(canMix(100, 106.1)).toBe(false);
    expect(canMix(70, 140)).toBe(true);
  });
});

describe('transitionScore', () => {
  const sound = fc.record({
    tempo: fc.option(fc.double({ min: 0, max: 300, noNaN: true })),
    key: fc.option(fc.integer({ min: -1, max: 11 })),
    mode: fc.option(fc.integer({ min: -1, max: 1 })),
    energy: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  });
  const known = { tempo: 120, key: 9, mode: 0, energy: 0.5 };

  it('is 1 from a track to itself and .5 between unknown ones', () => {
    const unknown = { tempo: 0, key: -1, mode: null, energy: null };
    expect(transitionScore(known, known)).toBeCloseTo(1, 12);
    expect(transitionScore(unknown, known)).toBeCloseTo(0.5, 12);
  });

  it('weighs tempo .45, key .35 and energy .20', () => {
    // 8A to 9A (.9), half time (.95), energy .3 apart (.7).
    const score = transitionScore(known, { tempo: 60, key: 4, mode: 0, energy: 0.8 });
    expect(score).toBeCloseTo(0.45 * 0.95 + 0.35 * 0.9 + 0.2 * 0.7, 12);
  });

  it('stays within 0 and 1', () => {
    fc.assert(
      fc.property(sound, sound, (a, b) => {
        const score = transitionScore(a, b);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });
});

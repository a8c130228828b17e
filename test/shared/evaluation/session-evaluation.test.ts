import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareSessions,
  evaluateSessions,
  type SessionRanker,
} from '../../../shared/evaluation/session-evaluation.ts';
import { renderSessions, toSessionRows } from '../../../shared/evaluation/session-report.ts';

const always = (ranked: readonly number[], name = 'always'): SessionRanker => ({ name, rank: () => ranked });
const OPTIONS = { k: 2, seed: 7 };

describe('evaluateSessions', () => {
  test('averages over prefixes: by hand', () => {
    // Next tracks 5, 6 | 6 | none | 9, which nobody knows.
    const sessions = [[1, 5, 6], [1, 6], [4], [2, 9]];
    const found = evaluateSessions(always([5, 6, 9]), sessions, OPTIONS);
    expect(found).toMatchObject({ ranker: 'always', k: 2, sessions: 3, prefixes: 4 });
    expect(found.hitRate.mean).toBeCloseTo(3 / 4, 12);
    expect(found.mrr.mean).toBeCloseTo((1 + 1 / 2 + 1 / 2) / 4, 12);
  });

  test('a ranker is told every prefix and never what follows', () => {
    const told: number[][] = [];
    const spy: SessionRanker = {
      name: 'spy',
      rank(prefix) {
        told.push([...prefix]);
        return [];
      },
    };
    evaluateSessions(
      spy,
      [
        [1, 2, 3],
        [4, 5],
      ],
      OPTIONS,
    );
    expect(told).toEqual([[1], [1, 2], [4]]);
  });

  test('is the mean over prefixes written out, for any sessions', () => {
    const anySession = fc.array(fc.nat(5), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(anySession, { minLength: 1, maxLength: 12 }),
        fc.uniqueArray(fc.nat(5)),
        (sessions, ranked) => {
          const targets = sessions.flatMap((session) => session.slice(1));
          fc.pre(targets.length > 0);
          const places = targets.map((target) => ranked.slice(0, 2).indexOf(target));
          const found = evaluateSessions(always(ranked), sessions, { ...OPTIONS, resamples: 20 });
          const mean = (value: (place: number) => number) =>
            places.reduce((sum, place) => sum + value(place), 0) / places.length;
          expect(found.hitRate.mean).toBeCloseTo(
            mean((place) => (place < 0 ? 0 : 1)),
            9,
          );
          expect(found.mrr.mean).toBeCloseTo(
            mean((place) => (place < 0 ? 0 : 1 / (place + 1))),
            9,
          );
        },
      ),
    );
  });

  test('refuses sessions without a next track', () => {
    expect(() => evaluateSessions(always([1]), [[1], [2]], OPTIONS)).toThrow(RangeError);
  });
});

describe('compareSessions', () => {
  const sessions = Array.from({ length: 200 }, (_, index) => [index % 3, 5, index % 2 === 0 ? 6 : 7]);

  test('an interval of the ratio that resampling sessions gives', () => {
    const { hitRate, values } = evaluateSessions(always([6]), sessions, OPTIONS);
    expect(hitRate.mean).toBeCloseTo(0.25, 12);
    expect(hitRate.low).toBeLessThan(0.25);
    expect(hitRate.high).toBeGreaterThan(0.25);
    expect(hitRate.high - hitRate.low).toBeLessThan(0.1);
    expect(values.hitRate).toHaveLength(200);
  });

  test('pairs sessions: equal rankers differ by nothing, a better one leads by its means', () => {
    const good = evaluateSessions(always([5, 6], 'good'), sessions, OPTIONS);
    const bad = evaluateSessions(always([6], 'bad'), sessions, OPTIONS);
    expect(compareSessions(good, good, { seed: 1 }).hitRate).toMatchObject({ mean: 0, low: 0, high: 0 });
    const { hitRate, mrr } = compareSessions(good, bad, { seed: 1 });
    expect(hitRate.mean).toBeCloseTo(0.5, 12);
    expect(mrr.mean).toBeCloseTo(good.mrr.mean - bad.mrr.mean, 12);
    expect(hitRate.shareNotAbove).toBe(0);
  });

  test('the table says how many were judged, what unknown tracks count as and who leads by how much', () => {
    const good = evaluateSessions(always([5, 6], 'good'), sessions, OPTIONS);
    const bad = evaluateSessions(always([6], 'bad'), sessions, OPTIONS);
    const differences = [{ ranker: 'bad', ...compareSessions(good, bad, { seed: 1 }) }];
    const [first, head, , ...rows] = renderSessions([good, bad], differences).split('\n');
    expect(first).toBe('200 sessions, 400 prefixes; tracks that train does not know count as missed.');
    expect(head).toMatch(/^ranker +P@2 +MRR@2 +good ahead by, P@2 +MRR@2$/);
    expect(rows[0]).toMatch(/^good +0\.7500 \(/);
    expect(rows[1]).toMatch(/^bad .* 0\.5000 \(/);
    expect(JSON.parse(JSON.stringify(toSessionRows([good, bad], differences)))).toMatchObject({
      rankers: [{ ranker: 'good', prefixes: 400 }, { ranker: 'bad' }],
      differences: [{ ranker: 'bad' }],
    });
  });
});

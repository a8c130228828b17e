import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calibrate, calibrationDivergence, sharesOf } from '../../shared/domain/calibration.ts';
import type { Candidate } from '../../shared/domain/candidate.ts';
import { diversify } from '../../shared/domain/diversity.ts';
import { isoWeek, weekStart } from '../../shared/domain/iso-week.ts';
import { chooseWeekly, readWeekly, type WeeklyCandidate } from '../../shared/domain/weekly.ts';
import { createRandom } from '../../shared/random.ts';

describe('weeks', () => {
  // From the calendar: first and last weeks, a leap year, a year of 53 weeks.
  test.each([
    ['2026-11-16T00:00:00Z', '2026-W47'],
    ['2026-11-22T23:59:59.999Z', '2026-W47'],
    ['2026-11-23T00:00:00Z', '2026-W48'],
    ['2026-12-31T12:00:00Z', '2026-W53'],
    ['2027-01-03T12:00:00Z', '2026-W53'],
    ['2027-01-04T00:00:00Z', '2027-W01'],
    ['2024-12-30T00:00:00Z', '2025-W01'],
    ['2021-01-03T00:00:00Z', '2020-W53'],
    ['1970-01-01T00:00:00Z', '1970-W01'],
  ])('%s is in %s', (instant, week) => expect(isoWeek(Date.parse(instant))).toBe(week));

  test('begin on their Monday, and only where they exist', () => {
    expect(weekStart('2026-W47')).toBe(Date.UTC(2026, 10, 16));
    expect(weekStart('2025-W01')).toBe(Date.UTC(2024, 11, 30));
    for (const nonsense of ['2026-W54', '2026-W00', '2025-W53', '2026-47', '', '2026-W4', 'x2026-W47'])
      expect(weekStart(nonsense)).toBeUndefined();
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1971-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
        (date) => {
          const start = weekStart(isoWeek(date.getTime())) as number;
          expect(new Date(start).getUTCDay()).toBe(1);
          expect(date.getTime() - start).toBeGreaterThanOrEqual(0);
          expect(date.getTime() - start).toBeLessThan(7 * 86_400_000);
        },
      ),
    );
  });
});

describe('calibration', () => {
  test('by hand: half jazz, half rock', () => {
    const wanted = new Map([
      ['jazz', 0.5],
      ['rock', 0.5],
    ]);
    // q̃ of jazz alone: .995 and .005.
    const expected = 0.5 * Math.log(0.5 / 0.995) + 0.5 * Math.log(0.5 / 0.005);
    expect(calibrationDivergence(wanted, new Map([['jazz', 3]]), 3)).toBeCloseTo(expected, 12);
    expect(
      calibrationDivergence(
        wanted,
        new Map([
          ['jazz', 2],
          ['rock', 2],
        ]),
        4,
      ),
    ).toBeCloseTo(0, 12);
    const items = [
      ...Array(6).fill({ score: 0.9, genre: 'jazz' }),
      ...Array(6).fill({ score: 0.5, genre: 'rock' }),
    ];
    const genres = calibrate(items, wanted, 6, 0.9).map((index) => items[index].genre);
    expect(genres.filter((genre) => genre === 'rock')).toHaveLength(3);
    expect(calibrate(items, wanted, 4, 0)).toEqual([0, 1, 2, 3]);
    expect(calibrate(items, new Map(), 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('each step is the best one, asked without shortcuts', () => {
    const genre = fc.option(fc.constantFrom('a', 'b', 'c'));
    const items = fc.array(fc.record({ score: fc.double({ min: 0, max: 1, noNaN: true }), genre }), {
      maxLength: 9,
    });
    const shares = fc.tuple(fc.nat(5), fc.nat(5), fc.nat(5));
    fc.assert(
      fc.property(items, shares, (list, [a, b, c]) => {
        const wanted = sharesOf(
          new Map([
            ['a', a],
            ['b', b],
            ['c', c],
          ]),
        );
        const value = (chosen: readonly number[]) => {
          const genres = chosen.flatMap((index) => list[index]?.genre ?? []);
          const counts = new Map<string, number>();
          for (const name of genres) counts.set(name, (counts.get(name) ?? 0) + 1);
          const scores = chosen.reduce((sum, index) => sum + (list[index]?.score ?? 0), 0);
          return 0.7 * scores - 0.3 * calibrationDivergence(wanted, counts, genres.length);
        };
        const order = calibrate(list, wanted, 5);
        expect(order).toHaveLength(Math.min(5, list.length));
        for (let step = 0; step < order.length; step++) {
          const before = order.slice(0, step);
          const values = [...list.keys()]
            .filter((i) => !before.includes(i))
            .map((i) => value([...before, i]));
          expect(value(order.slice(0, step + 1))).toBeCloseTo(Math.max(...values), 9);
        }
      }),
    );
  });
});

describe('diversity', () => {
  /** Laplace expansion. */
  function determinant(matrix: readonly (readonly number[])[]): number {
    if (matrix.length === 0) return 1;
    return (matrix[0] as number[]).reduce((sum, value, column) => {
      const minor = matrix.slice(1).map((row) => row.filter((_, at) => at !== column));
      return sum + (column % 2 === 0 ? 1 : -1) * value * determinant(minor);
    }, 0);
  }

  test('each step raises the determinant most', () => {
    const point = fc.record({ x: fc.integer({ min: 0, max: 30 }), quality: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(fc.uniqueArray(point, { selector: ({ x }) => x, minLength: 1, maxLength: 7 }), (points) => {
        const similarity = (i: number, j: number) =>
          Math.exp(-Math.abs((points[i]?.x ?? 0) - (points[j]?.x ?? 0)) / 3);
        const qualities = points.map(({ quality }) => quality / 10);
        const kernel = (chosen: readonly number[]) =>
          chosen.map((i) => chosen.map((j) => (qualities[i] ?? 0) * similarity(i, j) * (qualities[j] ?? 0)));
        const order = diversify(qualities, similarity, 4);
        for (let step = 0; step < order.length; step++) {
          const before = order.slice(0, step);
          const best = Math.max(
            ...[...points.keys()]
              .filter((i) => !before.includes(i))
              .map((i) => determinant(kernel([...before, i]))),
          );
          expect(determinant(kernel(order.slice(0, step + 1))) / best).toBeCloseTo(1, 6);
        }
      }),
    );
  });

  test('what is a copy of what was taken comes last', () => {
    expect(diversify([1, 0.99, 0.5], (i, j) => (i === j || i + j === 1 ? 1 : 0), 3)).toEqual([0, 2, 1]);
  });
});

const candidate = (index: number, rest: Partial<Candidate> = {}): Candidate => ({
  itemId: `t${String(index).padStart(3, '0')}`,
  recordingId: `t${index}`,
  artistId: `a${index}`,
  tempo: 90 + (index % 60),
  key: index % 12,
  mode: index % 2,
  energy: (index % 10) / 10,
  explicit: false,
  genre: ['jazz', 'rock', 'folk'][index % 3] ?? null,
  score: 1000 - index,
  artistPlays: 0,
  evidence: [],
  ...rest,
});
const pool = (
  count: number,
  each: (index: number) => Partial<WeeklyCandidate> = () => ({}),
): WeeklyCandidate[] =>
  Array.from({ length: count }, (_, index) => ({
    candidate: candidate(index),
    score: 1 - index / count,
    knownArtist: false,
    ...each(index),
  }));
const random = () => createRandom(1, 'weekly').next;

describe('a week', () => {
  test('is thirty and thirty reserves, none twice, one per artist', () => {
    const { tracks, reserves } = chooseWeekly(pool(200), new Map(), random());
    expect(tracks).toHaveLength(30);
    expect(reserves).toHaveLength(30);
    expect(new Set([...tracks, ...reserves].map(({ index }) => index)).size).toBe(60);
    expect(chooseWeekly(pool(200), new Map(), random())).toEqual({ tracks, reserves });
    for (const { score, parts } of tracks)
      expect(score).toBeCloseTo(parts.relevance + parts.novelty + parts.reward, 12);
  });

  test('has two or three known artists among the first five, where there are known and unknown ones', () => {
    for (const share of [0.02, 0.1, 0.5, 0.9]) {
      const list = pool(200, (index) => ({ knownArtist: (index * 37) % 100 < share * 100 }));
      const { tracks } = chooseWeekly(list, new Map(), random());
      const known = tracks.slice(0, 5).filter(({ index }) => list[index]?.knownArtist === true).length;
      expect(known, `${share}`).toBeGreaterThanOrEqual(2);
      expect(known, `${share}`).toBeLessThanOrEqual(3);
    }
  });

  test('follows the listener’s genres', () => {
    const shares = new Map([
      ['jazz', 0.8],
      ['folk', 0.2],
    ]);
    const genresOf = (wanted: ReadonlyMap<string, number>) => {
      const list = pool(300, () => ({ score: 1 }));
      const { tracks } = chooseWeekly(list, wanted, random());
      return tracks.map(({ index }) => list[index]?.candidate.genre);
    };
    const count = (genres: readonly unknown[], genre: string) => genres.filter((one) => one === genre).length;
    const calibrated = genresOf(shares);
    expect(count(calibrated, 'jazz')).toBeGreaterThan(count(genresOf(new Map()), 'jazz'));
    expect(count(calibrated, 'jazz')).toBeGreaterThan(count(calibrated, 'folk'));
  });

  test('of few candidates, of one artist, or of none is what there is', () => {
    expect(chooseWeekly([], new Map(), random())).toEqual({ tracks: [], reserves: [] });
    expect(chooseWeekly(pool(7), new Map(), random()).tracks).toHaveLength(7);
    const one = pool(50, (index) => ({ candidate: candidate(index, { artistId: 'only' }) }));
    expect(chooseWeekly(one, new Map(), random()).tracks).toHaveLength(30);
  });

  test('reads with what was refused replaced in its place, in the order of the reserves', () => {
    const stored = {
      tracks: ['a', 'b', 'c', 'd'].map((itemId) => ({ itemId })),
      reserves: ['w', 'x', 'y'].map((itemId) => ({ itemId })),
    };
    const refused = new Map([
      ['b', 'heard'],
      ['w', 'dislike'],
      ['c', 'dislike'],
      ['d', 'heard'],
    ]);
    const { tracks, replaced } = readWeekly(stored, ({ itemId }) => refused.get(itemId));
    expect(tracks.map(({ itemId }) => itemId)).toEqual(['a', 'x', 'y']);
    expect(replaced).toEqual([
      { itemId: 'b', reason: 'heard', by: 'x' },
      { itemId: 'c', reason: 'dislike', by: 'y' },
      { itemId: 'd', reason: 'heard', by: null },
    ]);
  });
});

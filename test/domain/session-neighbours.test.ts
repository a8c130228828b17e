import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  latestFirst,
  rankNext,
  SESSION_WEIGHTS,
  type SessionWeights,
  type TrackSessions,
} from '../../shared/domain/session-neighbours.ts';

type Known = ReadonlyMap<number, TrackSessions<number>>;

/** The description written out: for every track of the catalogue, every seed, every session, every match. */
function twinScore(track: number, running: readonly number[], known: Known, weights: SessionWeights) {
  const latest = running.filter((played, at) => running.lastIndexOf(played) === at).reverse();
  const seeds = latest.slice(0, weights.seeds);
  const everything = [...known.values()].flatMap(({ rules, sessions }) => [
    ...rules.map((rule) => rule.track),
    ...sessions.flatMap(({ tracks }) => tracks.map((entry) => entry.track)),
  ]);
  const bySessions = (wanted: number) => {
    let sum = 0;
    const ids = new Set(seeds.flatMap((seed) => known.get(seed)?.sessions.map(({ id }) => id) ?? []));
    for (const id of ids) {
      const finder = seeds.find((seed) => known.get(seed)?.sessions.some((session) => session.id === id));
      const found = known.get(finder ?? -1)?.sessions.find((session) => session.id === id);
      if (finder === undefined || found === undefined) continue;
      const members = [{ track: finder, distance: 0 }, ...found.tracks];
      const shared = members.filter((member) => latest.includes(member.track));
      const place = (member: { track: number }) => latest.indexOf(member.track);
      const likeness = shared.reduce((all, m) => all + 1 / (place(m) + 1) ** weights.matchDecay, 0);
      const match = shared.toSorted((a, b) => place(a) - place(b))[0] ?? { distance: 0 };
      for (const member of found.tracks) {
        const steps = member.distance - match.distance;
        if (member.track !== wanted || steps === 0) continue;
        const side = steps > 0 ? 1 : weights.before;
        sum += likeness ** weights.likeness * side * Math.abs(steps) ** -weights.distanceDecay;
      }
    }
    return sum;
  };
  const byRules = (wanted: number) => {
    let sum = 0;
    for (const [place, seed] of seeds.entries())
      for (const rule of known.get(seed)?.rules ?? [])
        if (rule.track === wanted) sum += rule.share / (place + 1) ** weights.ruleDecay;
    return sum;
  };
  const share = (value: number, of: (wanted: number) => number) => {
    const best = Math.max(0, ...everything.map(of));
    return best === 0 ? 0 : value / best;
  };
  const at = latest.indexOf(track);
  const kept = at === -1 ? 1 : weights.repeated;
  const repeat = at === -1 ? 0 : at === 0 ? weights.repeatLast : weights.repeatEarlier / at;
  return (
    kept * (share(bySessions(track), bySessions) + weights.rules * share(byRules(track), byRules)) + repeat
  );
}

const TRACKS = 12;
const anyTrack = fc.nat(TRACKS - 1);
const anyRunning = fc.array(anyTrack, { minLength: 1, maxLength: 9 });

/** Whole sessions of distinct tracks, and what each of their tracks knows of them; rules at will. */
const anyKnown: fc.Arbitrary<Known> = fc
  .record({
    sessions: fc.array(fc.uniqueArray(anyTrack, { minLength: 2, maxLength: 6 }), { maxLength: 8 }),
    rules: fc.array(fc.tuple(anyTrack, anyTrack, fc.integer({ min: 1, max: 9 })), { maxLength: 25 }),
    forgets: fc.array(fc.boolean(), { minLength: TRACKS, maxLength: TRACKS }),
  })
  .map(({ sessions, rules, forgets }) => {
    const known = new Map<number, TrackSessions<number>>();
    for (let seed = 0; seed < TRACKS; seed++) {
      if (forgets[seed]) continue;
      const following = new Map(rules.filter(([from]) => from === seed).map(([, to, n]) => [to, n / 9]));
      following.delete(seed);
      known.set(seed, {
        rules: [...following].map(([track, share]) => ({ track, share })),
        sessions: sessions.flatMap((tracks, index) => {
          const at = tracks.indexOf(seed);
          const around = tracks.map((track, place) => ({ track, distance: place - at }));
          return at === -1 ? [] : [{ id: `s${index}`, tracks: around.filter(({ track }) => track !== seed) }];
        }),
      });
    }
    return known;
  });

const anyWeights: fc.Arbitrary<SessionWeights> = fc.record({
  seeds: fc.integer({ min: 1, max: 5 }),
  matchDecay: fc.constantFrom(0, 0.5, 1),
  likeness: fc.constantFrom(1, 2),
  distanceDecay: fc.constantFrom(0, 0.5, 1),
  before: fc.constantFrom(0.3, 1),
  ruleDecay: fc.constantFrom(0, 1),
  rules: fc.constantFrom(0.5, 1, 2),
  repeated: fc.constantFrom(0, 0.5, 1),
  repeatLast: fc.constantFrom(0, 0.7),
  repeatEarlier: fc.constantFrom(0, 0.4),
});

describe('rankNext', () => {
  test('scores every track as the description does, and leaves out those without a score', () => {
    fc.assert(
      fc.property(anyRunning, anyKnown, anyWeights, (running, known, weights) => {
        const ranked = new Map(rankNext(running, known, weights).map((next) => [next.track, next.score]));
        for (let track = 0; track < TRACKS; track++)
          expect(ranked.get(track) ?? 0).toBeCloseTo(twinScore(track, running, known, weights), 9);
      }),
      { numRuns: 300 },
    );
  });

  test('ranks best first, equal scores by track, each track once and none of nowhere', () => {
    fc.assert(
      fc.property(anyRunning, anyKnown, anyWeights, (running, known, weights) => {
        const ranked = rankNext(running, known, weights);
        const named = new Set(running);
        for (const { rules, sessions } of known.values()) {
          for (const { track } of rules) named.add(track);
          for (const { tracks } of sessions) for (const { track } of tracks) named.add(track);
        }
        expect(new Set(ranked.map(({ track }) => track)).size).toBe(ranked.length);
        for (const [index, next] of ranked.entries()) {
          expect(named.has(next.track)).toBe(true);
          const { sessions, rules, repeat } = next.parts;
          expect(next.score).toBe(sessions + rules + repeat);
          for (const seed of [next.seeds.sessions, next.seeds.rules])
            if (seed !== null) expect(running).toContain(seed);
          const before = ranked[index - 1];
          if (before === undefined) continue;
          expect(before.score).toBeGreaterThanOrEqual(next.score);
          if (before.score === next.score) expect(before.track).toBeLessThan(next.track);
        }
      }),
    );
  });

  test('does not depend on the order in which tracks, rules or members of sessions are given', () => {
    fc.assert(
      fc.property(anyRunning, anyKnown, (running, known) => {
        const turned = new Map(
          [...known].reverse().map(([track, { rules, sessions }]) => [
            track,
            {
              rules: rules.toReversed(),
              sessions: sessions.toReversed().map(({ id, tracks }) => ({ id, tracks: tracks.toReversed() })),
            },
          ]),
        );
        const rounded = (of: Known) =>
          new Map(
            rankNext(running, of, SESSION_WEIGHTS).map(({ track, score }) => [track, score.toPrecision(9)]),
          );
        expect(rounded(turned)).toEqual(rounded(known));
      }),
    );
  });

  test('a session that two tracks find counts once, from the later of them', () => {
    const tracks = [1, 2, 3, 4];
    const around = (at: number) => ({
      rules: [],
      sessions: [
        {
          id: 's',
          tracks: tracks.flatMap((track, place) => (place === at ? [] : [{ track, distance: place - at }])),
        },
      ],
    });
    const known = new Map([
      [1, around(0)],
      [2, around(1)],
    ]);
    const weights = { ...SESSION_WEIGHTS, likeness: 1, matchDecay: 1, distanceDecay: 1, repeated: 0 };
    const ranked = rankNext([1, 2], known, { ...weights, repeatLast: 0, repeatEarlier: 0 });
    expect(ranked.map(({ track, parts, seeds }) => [track, parts.sessions, seeds.sessions])).toEqual([
      [3, 1, 2],
      [4, 0.5, 2],
    ]);
  });

  test('who knows nothing of the session is told its own tracks at most, of no session nothing', () => {
    expect(rankNext([3, 1, 3, 2], new Map(), SESSION_WEIGHTS).map(({ track }) => track)).toEqual([2, 3, 1]);
    expect(rankNext([], new Map([[1, { rules: [], sessions: [] }]]), SESSION_WEIGHTS)).toEqual([]);
  });
});

test('latestFirst gives each track where it was played last', () => {
  expect(latestFirst([1, 2, 1, 3, 2])).toEqual([2, 3, 1]);
  expect(latestFirst([])).toEqual([]);
});

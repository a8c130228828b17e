/** Co-listening against the formula of the algorithms written out, and neighbours by sound against every pair. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyHistory, CROWD, runs } from './any-history.ts';
import { type History, type Row, runStages } from './stage-fixture.ts';
import { type Recording, recordingsOf } from './twin/catalogue.ts';
import { groupRows, NAMED, namesOf } from './twin/named.ts';

const STAGES = [
  ...['seeds', 'degrees', 'near_neighbours', 'closeness', 'neighbours'],
  ...['artist_seeds', 'artist_degrees', 'artist_neighbours'],
];

type Twins = Map<number, Map<number, { score: number; error: number }>>;

/**
 * s(i→j) = out(i) · in(j) · Σ_u d_u^-γ over the listeners u of both, in millionths and at most `most`: d of a listener
 * their distinct ids; the factors get an id and its distinct listeners.
 */
function coListening(
  pairs: readonly (readonly [listener: number, id: number])[],
  gamma: number,
  out: (id: number, listeners: number) => number,
  into: (id: number, listeners: number) => number,
  most = Number.POSITIVE_INFINITY,
): Twins {
  const idsOf = new Map(
    [...Map.groupBy(pairs, ([u]) => u)].map(([u, of]) => [u, new Set(of.map(([, i]) => i))]),
  );
  const listenersOf = new Map(
    [...Map.groupBy(pairs, ([, i]) => i)].map(([i, of]) => [i, new Set(of.map(([u]) => u))]),
  );
  const scores: Twins = new Map();
  for (const [i, ofI] of listenersOf) {
    const to = new Map<number, { score: number; error: number }>();
    for (const [j, ofJ] of listenersOf) {
      const both = [...ofI.intersection(ofJ)];
      if (i === j || both.length === 0) continue;
      const sum = both.reduce((total, u) => total + (idsOf.get(u)?.size ?? Number.NaN) ** -gamma, 0);
      const factors = out(i, ofI.size) * into(j, ofJ.size);
      // Every weight is kept in whole millionths, and so is the score.
      to.set(j, { score: Math.min(factors * sum * 1e6, most), error: 0.5 * both.length * factors + 0.5001 });
    }
    scores.set(i, to);
  }
  return scores;
}

function checkNeighbours(found: readonly Row[], id: 'tid' | 'aid', expected: Twins, limit: number): number {
  const rows = groupRows(found, (row) => String(row[id]));
  for (const [from, to] of expected) {
    const theirs = rows.get(String(from)) ?? [];
    expect(theirs.map(({ place }) => place)).toEqual(theirs.map((_, index) => index + 1));
    const positive = [...to.values()].filter(({ score, error }) => score - error > 0).length;
    expect(theirs.length).toBeGreaterThanOrEqual(Math.min(limit, positive));
    expect(theirs.length).toBeLessThanOrEqual(Math.min(limit, to.size));
    for (const [index, row] of theirs.entries()) {
      const twin = to.get(Number(row.neighbour));
      if (twin === undefined) throw new Error(`${from} and ${row.neighbour} share no listener.`);
      expect(Math.abs(Number(row.score) - twin.score)).toBeLessThanOrEqual(twin.error);
      const before = theirs[index - 1];
      if (before === undefined) continue;
      const falls = Number(before.score) > Number(row.score);
      expect(falls || (before.score === row.score && Number(before.neighbour) < Number(row.neighbour))).toBe(
        true,
      );
    }
    const kept = new Set(theirs.map(({ neighbour }) => Number(neighbour)));
    const worst = theirs.length < limit ? 0.5 : Number(theirs.at(-1)?.score);
    for (const [neighbour, { score, error }] of to)
      if (!kept.has(neighbour)) expect(score - error).toBeLessThanOrEqual(worst);
  }
  expect([...rows.keys()].every((from) => expected.has(Number(from)))).toBe(true);
  return found.length;
}

test('neighbours are the sum over common listeners by how close the company of both is, written out', async () => {
  let pairs = 0;
  const exponents = fc.constantFrom(
    { alpha: 0.6, beta: 0.4, near_beta: 0.2, crowding: 0.6, gamma: 0.5, most_near: 1e7 },
    { alpha: 1, beta: 0, near_beta: 0, crowding: 0, gamma: 0, most_near: 1e7 },
    { alpha: 0.25, beta: 0.75, near_beta: 1, crowding: 1, gamma: 1, most_near: 1e7 },
    // So low that scores meet it.
    { alpha: 0.6, beta: 0.4, near_beta: 0.2, crowding: 4, gamma: 2, most_near: 500_000 },
  );
  const limit = fc.constantFrom(2, 5, 200);
  await fc.assert(
    fc.asyncProperty(anyHistory, exponents, limit, limit, async (history, powers, near, neighbours) => {
      const parameters = { ...powers, near_neighbours: near, neighbours, artist_neighbours: neighbours };
      const rows = await runStages(history, { stages: STAGES, parameters });
      const pairsOf = (seeds: string, degrees: string, id: 'tid' | 'aid') => {
        const found = rows(seeds).map((row) => [Number(row.lid), Number(row[id])] as const);
        expect(rows(degrees).map((row) => [row[id], row.listeners])).toEqual(
          [...Map.groupBy(found, ([, to]) => to)]
            .map(([to, of]) => [to, of.length])
            .sort(([a], [b]) => Number(a) - Number(b)),
        );
        return found;
      };
      const { alpha, beta, near_beta, crowding, gamma } = powers;
      const tracks = pairsOf('seeds', 'degrees', 'tid');
      const nearest = coListening(
        tracks,
        gamma,
        () => 1,
        (_, d) => d ** -near_beta,
      );
      pairs += checkNeighbours(rows('near_neighbours'), 'tid', nearest, near);
      const closeness = new Map(
        [...Map.groupBy(rows('near_neighbours'), (row) => Number(row.tid))].map(([tid, of]) => [
          tid,
          of.reduce((sum, row) => sum + Number(row.score), 0) / of.length / 1e6,
        ]),
      );
      const close = (id: number) => closeness.get(id) ?? Number.NaN;
      const scaled = coListening(
        tracks,
        gamma,
        (i) => 1 / close(i),
        (j) => close(j) ** -crowding,
        powers.most_near,
      );
      pairs += checkNeighbours(rows('neighbours'), 'tid', scaled, neighbours);
      const artists = coListening(
        pairsOf('artist_seeds', 'artist_degrees', 'aid'),
        gamma,
        (_, d) => d ** -alpha,
        (_, d) => d ** -beta,
      );
      pairs += checkNeighbours(rows('artist_neighbours'), 'aid', artists, neighbours);
    }),
    runs(8, [
      CROWD,
      { alpha: 0.6, beta: 0.4, near_beta: 0.2, crowding: 0.6, gamma: 0.5, most_near: 1e7 },
      5,
      5,
    ]),
  );
  expect(pairs).toBeGreaterThan(200);
});

interface Sound {
  readonly recording: Recording;
  readonly tempo: number;
  readonly energy: number;
  readonly valence: number;
}

/** Tempo, energy and valence in the units of the stage, with the tempo folded into one octave of 80 to 160 BPM. */
function soundOf(recording: Recording): Sound | undefined {
  const { tempo, energy, valence } = recording.audio;
  if (recording.kind !== 'track' || tempo === null || tempo <= 0 || energy === null) return undefined;
  const tenths = Math.round(tempo * 10);
  const folded = tenths >= 1600 ? Math.floor(tenths / 2) : tenths < 800 ? tenths * 2 : tenths;
  return {
    recording,
    tempo: folded,
    energy: Math.round(energy * 1000),
    valence: valence === null ? 500 : Math.round(valence * 1000),
  };
}

const apart = (a: number, b: number, most: number, points: number) =>
  points - Math.floor((Math.min(Math.abs(a - b), most) * points) / most);

function alike(a: Sound, b: Sound): number {
  const {
    genres: [genreA],
    year: yearA,
  } = a.recording;
  const {
    genres: [genreB],
    year: yearB,
  } = b.recording;
  return (
    apart(a.tempo, b.tempo, 200, 450) +
    apart(a.energy, b.energy, 1000, 350) +
    apart(a.valence, b.valence, 1000, 200) +
    (genreA !== undefined && genreA === genreB ? 150 : 0) +
    (yearA !== null && yearB !== null && Math.abs(yearA - yearB) <= 5 ? 50 : 0)
  );
}

/** By recording, the best `limit` others of its block of its cell of tempo and energy. */
function soundAlike(history: History, blockSize: number, limit: number): Map<string, (string | number)[][]> {
  const sounds = [...recordingsOf(history).values()].flatMap((recording) => soundOf(recording) ?? []);
  const cells = Map.groupBy(sounds, ({ tempo, energy }) =>
    [Math.floor(tempo / 100), Math.floor(energy / 200)].join(),
  );
  const found = new Map<string, (string | number)[][]>();
  for (const cell of cells.values()) {
    cell.sort(
      (a, b) => a.valence - b.valence || (a.recording.recordingId < b.recording.recordingId ? -1 : 1),
    );
    for (const [index, sound] of cell.entries()) {
      const block = cell.slice(index - (index % blockSize), index - (index % blockSize) + blockSize);
      const others = block
        .filter((other) => other !== sound)
        .map((other) => [other.recording.recordingId, alike(sound, other)] as [string, number])
        .sort(([a, scoreA], [b, scoreB]) => scoreB - scoreA || (a < b ? -1 : 1))
        .slice(0, limit);
      if (others.length > 0)
        found.set(
          sound.recording.recordingId,
          others.map((other, place) => [...other, place + 1]),
        );
    }
  }
  return found;
}

test('neighbours by sound are the best of the block, compared pair by pair', async () => {
  let pairs = 0;
  await fc.assert(
    fc.asyncProperty(
      anyHistory,
      fc.constantFrom(2, 3, 100),
      fc.constantFrom(1, 4),
      async (history, block, limit) => {
        const rows = await runStages(history, {
          stages: [...NAMED, 'audio_neighbours'],
          parameters: { block_size: block, audio_neighbours: limit },
        });
        const names = namesOf(rows);
        const found = groupRows(rows('audio_neighbours'), ({ tid }) => names.recording(tid));
        const expected = soundAlike(history, block, limit);
        expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
        for (const [recording, others] of expected)
          expect(
            found.get(recording)?.map((row) => [names.recording(row.neighbour), row.score, row.place]),
          ).toEqual(others);
        pairs += rows('audio_neighbours').length;
      },
    ),
    runs(16, [CROWD, 100, 4]),
  );
  expect(pairs).toBeGreaterThan(50);
});

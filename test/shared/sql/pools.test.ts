/** Candidate pools of listeners, items and groups against the description written out, and as serving parses them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Candidate, parseCandidates } from '../../../shared/domain/candidate.ts';
import { DAY_MS } from '../../../shared/domain/time.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../../../shared/sql/parameters.ts';
import { event, NOW } from '../../domain/some-events.ts';
import { anyHistory, CROWD, runs } from './any-history.ts';
import { type History, NOTHING, type Row, type Rows, runStages } from './stage-fixture.ts';
import { type Recording, recordingsOf } from './twin/catalogue.ts';
import { listenersOf } from './twin/listeners.ts';
import { groupRows, NAMED, type Names, namesOf } from './twin/named.ts';
import { POOL_INPUTS, poolsOf } from './twin/pools.ts';

const STAGES = [...NAMED, ...POOL_INPUTS, 'transitions', 'listener_pools', 'related_items', 'shared_pools'];

interface Told {
  readonly history: History;
  readonly rows: Rows;
  readonly names: Names;
  readonly recordings: ReadonlyMap<string, Recording>;
  readonly parameters: Parameters;
}

const candidatesOf = (rows: readonly Row[], key: string, column: string): Map<string, readonly Candidate[]> =>
  new Map(rows.map((row) => [String(row[key]), parseCandidates(String(row[column]))]));

function checkListenerPools({ history, rows, names, recordings, parameters }: Told): number {
  const pools = candidatesOf(rows('listener_pools'), 'listener_id', 'pool');
  const expected = poolsOf(rows, parameters);
  expect([...pools.keys()].sort()).toEqual([...expected.keys()].map(names.listener).sort());
  let candidates = 0;
  for (const [lid, entries] of expected) {
    const pool = pools.get(names.listener(lid)) ?? [];
    const itemOf = (tid: unknown) => (recordings.get(names.recording(tid)) as Recording).itemId;
    expect(
      pool.map(({ recordingId, score, artistPlays, evidence }) => ({
        recordingId,
        score,
        artistPlays,
        evidence,
      })),
    ).toEqual(
      entries.map(({ tid, score, artistPlays, evidence }) => ({
        recordingId: names.recording(tid),
        score: score / 1000,
        artistPlays,
        evidence: evidence.map(({ generator, score: share, seed }) => ({
          generator,
          score: share / 1000,
          seed:
            seed === null
              ? null
              : ['artist', 'release'].includes(generator)
                ? names.artist(seed)
                : itemOf(seed),
        })),
      })),
    );
    candidates += pool.length;
  }
  for (const row of rows('listener_pools'))
    expect(row.candidates).toBe(pools.get(String(row.listener_id))?.length);
  for (const { listenerId, signals, controls } of listenersOf(history, recordings).values())
    for (const candidate of pools.get(listenerId) ?? []) {
      expect(signals.heard.has(candidate.recordingId)).toBe(false);
      expect(signals.disliked.has(candidate.recordingId)).toBe(false);
      expect(controls.blocking({ ...candidate, explicit: false })).toBeUndefined();
    }
  return candidates;
}

/** Lines of a pool that belongs to no listener: shares of the best by generator, weighed. */
function checkShares(
  pool: readonly Candidate[],
  generators: ReadonlyMap<string, { weight: number; scores: ReadonlyMap<string, number> }>,
): void {
  const entries = new Map<string, { score: number; evidence: Candidate['evidence'][number][] }>();
  for (const [generator, { weight, scores }] of generators) {
    const best = Math.max(1, ...scores.values());
    for (const [recordingId, score] of scores) {
      const entry = entries.get(recordingId) ?? { score: 0, evidence: [] };
      const share = Math.floor((score * 1000) / best);
      entry.score += share * weight;
      entry.evidence.push({ generator: generator as 'co', score: share / 1000, seed: null });
      entries.set(recordingId, entry);
    }
  }
  const ranked = [...entries].sort(([a, x], [b, y]) => y.score - x.score || (a < b ? -1 : 1));
  expect(pool.map(({ recordingId, score, evidence }) => [recordingId, { score, evidence }])).toEqual(
    ranked.map(([id, { score, evidence }]) => [id, { score: score / 1000, evidence }]),
  );
  expect(pool.every(({ artistPlays }) => artistPlays === null)).toBe(true);
}

function checkRelated({ history, rows, names, recordings, parameters }: Told): void {
  const related = candidatesOf(rows('related_items'), 'item_id', 'related');
  const items = new Set(history.items.map(({ itemId }) => itemId));
  for (const { itemId } of recordings.values()) items.add(itemId);
  expect([...related.keys()].sort()).toEqual([...items].sort());
  const placed = (stage: string, limit: number) =>
    groupRows(
      rows(stage).filter(({ place }) => Number(place) <= limit),
      ({ tid }) => names.recording(tid),
    );
  const sources = [
    ['co', 'neighbours', 'neighbour', 'score', parameters.related_neighbours, parameters.weight_co_listening],
    ['next', 'transitions', 'next_tid', 'weight', parameters.related_next, parameters.weight_next],
    ['audio', 'audio_neighbours', 'neighbour', 'score', parameters.related_audio, parameters.weight_audio],
  ] as const;
  const groups = sources.map(([, stage, , , limit]) => placed(stage, limit));
  for (const [recordingId, { itemId, itemIds }] of recordings) {
    const generators = new Map(
      sources.map(([generator, , other, score, , weight], index) => [
        generator as string,
        {
          weight,
          scores: new Map(
            (groups[index]?.get(recordingId) ?? []).map((row) => [
              names.recording(row[other]),
              Number(row[score]),
            ]),
          ),
        },
      ]),
    );
    for (const name of new Set([itemId, ...itemIds])) checkShares(related.get(name) ?? [], generators);
  }
}

function checkSharedPools({ rows, names, recordings, parameters }: Told): void {
  const pools = candidatesOf(rows('shared_pools'), 'pool_key', 'pool');
  const expected = new Map<string, Row[]>();
  const put = (key: string, row: Row) => expected.set(key, [...(expected.get(key) ?? []), row]);
  const popularity = new Map(rows('popularity').map((row) => [row.tid, row]));
  for (const row of rows('popularity')) {
    const genre = recordings.get(names.recording(row.tid))?.genres[0];
    put(`popular#${row.kind}`, row);
    if (genre !== undefined && row.kind === 'track') put(`genre#${genre}`, row);
  }
  for (const { aid, tid, kind } of rows('artist_tracks'))
    if (kind === 'track') put(`artist#${names.artist(aid)}`, popularity.get(tid) as Row);
  if (parameters.pool_size === 0) expected.clear();
  expect([...pools.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [key, members] of expected) {
    const best = members
      .sort((a, b) => Number(b.score) - Number(a.score) || Number(a.tid) - Number(b.tid))
      .slice(0, parameters.pool_size);
    const scores = best.map((row) => Number(row.score));
    const shares = scores.map((score) => Math.floor((score * 1000) / Math.max(1, ...scores)));
    expect(
      pools.get(key)?.map(({ recordingId, score, evidence }) => ({ recordingId, score, evidence })),
      key,
    ).toEqual(
      best.map((row, index) => ({
        recordingId: names.recording(row.tid),
        score: ((shares[index] ?? 0) * parameters.popular_score) / 1000,
        evidence: [{ generator: 'popular', score: (shares[index] ?? 0) / 1000, seed: null }],
      })),
    );
  }
}

const anySettings: fc.Arbitrary<Partial<Parameters>> = fc.constantFrom(
  {},
  {
    history_cap: 3,
    neighbours: 2,
    pool_size: 5,
    pool_artists: 1,
    pool_own_artists: 3,
    related_neighbours: 1,
  },
  {
    pool_audio_seeds: 1,
    pool_tag_seeds: 2,
    tag_neighbours: 3,
    pool_popular: 2,
    block_size: 4,
    weight_audio: 900,
    pool_tracks_per_artist: 1,
    pool_tracks_per_own_artist: 2,
    pool_own_artists: 2,
  },
  { pool_size: 0 },
  { early_ms: 400 * DAY_MS, pool_tracks_per_own_artist: 1, pool_own_artists: 20 },
) as fc.Arbitrary<Partial<Parameters>>;

test('pools hold what the generators propose, weighed, without anything heard or ruled out', async () => {
  let candidates = 0;
  let releases = 0;
  await fc.assert(
    fc.asyncProperty(anyHistory, anySettings, async (history, settings) => {
      const rows = await runStages(history, { stages: STAGES, parameters: settings });
      const parameters = { ...DEFAULT_PARAMETERS, ...settings };
      const told = { history, rows, names: namesOf(rows), recordings: recordingsOf(history), parameters };
      candidates += checkListenerPools(told);
      for (const { pool } of rows('listener_pools'))
        releases += parseCandidates(String(pool)).filter(({ evidence }) =>
          evidence.some(({ generator }) => generator === 'release'),
        ).length;
      checkRelated(told);
      checkSharedPools(told);
    }),
    runs(8, [CROWD, { early_ms: 400 * DAY_MS }]),
  );
  expect(candidates).toBeGreaterThan(100);
  expect(releases).toBeGreaterThan(20);
});

test('nobody listens so much that a pool cannot be computed', async () => {
  const both = ['a', 'b'].map((recordingId) => event({ recordingId, plays: 2 ** 40 }));
  const other = ['a', 'b', 'new'].map((recordingId) => event({ listenerId: 'l2', recordingId }));
  const history = { ...NOTHING, events: [...both, ...other], cutoff: NOW + 1 };
  // So much scaling that scores meet their bound.
  const rows = await runStages(history, { stages: STAGES, parameters: { crowding: 50, gamma: 4 } });
  const most = (column: string, stage: string) => Math.max(...rows(stage).map((row) => Number(row[column])));
  expect(most('taste', 'seeds')).toBe(DEFAULT_PARAMETERS.most_taste);
  expect(most('score', 'neighbours')).toBe(DEFAULT_PARAMETERS.most_near);
  const { most_taste, most_near } = DEFAULT_PARAMETERS;
  expect(BigInt(most_taste) * BigInt(most_near) * 65_536n + 65_535n).toBeLessThan(2n ** 63n);
  const pool = parseCandidates(String(rows('listener_pools')[0]?.pool));
  expect(pool.map(({ itemId }) => itemId)).toEqual(['item-of-new']);
});

test('a pool of many seeds still names the right ones', async () => {
  const ids = Array.from({ length: 300 }, (_, index) => `r${String(index).padStart(3, '0')}`);
  const heard = ids.map((recordingId, day) => event({ recordingId, occurredAt: NOW - day * DAY_MS }));
  const others = ['r000', 'r280', 'new'].map((recordingId) => event({ listenerId: 'l2', recordingId }));
  const favourite = event({ recordingId: 'r280', occurredAt: NOW - 280 * DAY_MS, plays: 90_000 });
  const history = { ...NOTHING, events: [...heard, favourite, ...others], cutoff: NOW + 1 };
  const rows = await runStages(history, { stages: STAGES, parameters: { history_cap: 400 } });
  const pool = parseCandidates(String(rows('listener_pools')[0]?.pool));
  expect(pool.map(({ itemId, evidence }) => [itemId, evidence[0]?.seed])).toEqual([
    ['item-of-new', 'item-of-r280'],
  ]);
});

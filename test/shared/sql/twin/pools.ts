/** A listener's pool as stages/listener_pools.sql describes it, with sums in maps and ranks by sorting. */
import type { Parameters } from '../../../../shared/sql/parameters.ts';
import type { Row, Rows } from '../stage-fixture.ts';

/** Stages that poolsOf() reads. */
export const POOL_INPUTS = [
  'seeds',
  'neighbours',
  'artist_seeds',
  'artist_neighbours',
  'artist_tracks',
  'new_releases',
  'audio_neighbours',
  'tag_neighbours',
  'popularity',
  'affinity_tracks',
  'affinity_artists',
  'rejected',
  'recordings',
];

export interface PoolEntry {
  readonly tid: number;
  /** Weighed, in thousandths of the weights. */
  readonly score: number;
  readonly artistPlays: number;
  /** Scores in thousandths; a seed is a tid (co, audio, tags), an aid (artist, release) or null. */
  readonly evidence: readonly {
    readonly generator: string;
    readonly score: number;
    readonly seed: number | null;
  }[];
}

interface Proposal {
  score: number;
  strongest: number;
  seed: number | null;
}

type Proposals = Map<number, Proposal>;

const number = (row: Row, name: string): number => Number(row[name]);

/** Adds a contribution; the seed of the largest one is kept, of equal ones the first. */
function add(to: Proposals, id: number, score: number, seed: number | null): void {
  const known = to.get(id);
  if (known === undefined) to.set(id, { score, strongest: score, seed });
  else {
    known.score += score;
    if (score > known.strongest) Object.assign(known, { strongest: score, seed });
  }
}

function from(rows: readonly Row[], id: string): (value: unknown) => readonly Row[] {
  const groups = Map.groupBy(rows, (row) => row[id]);
  return (value) => groups.get(value as number) ?? [];
}

function artistProposals(
  seeds: readonly Row[],
  kind: unknown,
  rows: Rows,
  parameters: Parameters,
  known: ReadonlySet<number>,
): { proposals: Proposals; releases: Proposals } {
  const neighboursOf = from(rows('artist_neighbours'), 'aid');
  const tracksOf = from(rows('artist_tracks'), 'aid');
  const releasesOf = from(rows('new_releases'), 'aid');
  const wanted: Proposals = new Map();
  const own = new Set<number>();
  for (const [index, seed] of seeds.entries()) {
    const aid = number(seed, 'aid');
    const alike = neighboursOf(aid).filter(
      ({ place }) => index < parameters.pool_artists && Number(place) <= parameters.pool_artist_neighbours,
    );
    const taste = number(seed, 'taste');
    if (index < parameters.pool_own_artists) {
      own.add(aid);
      add(wanted, aid, Math.floor((taste * parameters.own_artist_score) / 1000), aid);
    }
    for (const row of alike)
      add(wanted, number(row, 'neighbour'), Math.floor((taste * number(row, 'score')) / 1000), aid);
  }
  const proposals: Proposals = new Map();
  const releases: Proposals = new Map();
  for (const [aid, { score, seed }] of wanted) {
    if (score <= 0) continue;
    const tracks = tracksOf(aid).filter((track) => track.kind === kind);
    const places = new Map(tracks.map((track) => [number(track, 'tid'), number(track, 'place')]));
    const lately = new Map<number, number>();
    if (own.has(aid)) {
      const out = releasesOf(aid)
        .filter((row) => row.kind === kind)
        .sort((a, b) => number(a, 'place') - number(b, 'place'));
      for (const row of out) lately.set(number(row, 'tid'), number(row, 'freshness'));
      const later = [...places].sort(([, a], [, b]) => a - b).map(([tid]) => tid);
      const inOrder = [...new Set([...lately.keys(), ...later])].filter((tid) => !known.has(tid));
      places.clear();
      for (const [index, tid] of inOrder.entries()) places.set(tid, index + 1);
    }
    const deepest = own.has(aid) ? parameters.pool_tracks_per_own_artist : parameters.pool_tracks_per_artist;
    for (const [tid, place] of places) {
      if (place > deepest) continue;
      add(proposals, tid, Math.floor((score * 10) / (9 + place)), seed);
      const freshness = lately.get(tid);
      if (freshness !== undefined) add(releases, tid, freshness, seed);
    }
  }
  return { proposals, releases };
}

function trackProposals(seeds: readonly Row[], neighbours: readonly Row[]): Proposals {
  const neighboursOf = from(neighbours, 'tid');
  const proposals: Proposals = new Map();
  for (const seed of seeds) {
    if (number(seed, 'taste') === 0) continue;
    for (const row of neighboursOf(seed.tid))
      add(
        proposals,
        number(row, 'neighbour'),
        number(seed, 'taste') * number(row, 'score'),
        number(seed, 'tid'),
      );
  }
  return proposals;
}

/** By lid, best first. Listeners without seeds have no pool. */
export function poolsOf(rows: Rows, parameters: Parameters): Map<number, PoolEntry[]> {
  const seedsOf = Map.groupBy(rows('seeds'), (row) => number(row, 'lid'));
  const artistSeedsOf = from(rows('artist_seeds'), 'lid');
  const artistOf = new Map(rows('recordings').map((row) => [row.tid, row.aid]));
  const knownBy = from([...rows('affinity_tracks'), ...rows('rejected')], 'lid');
  const artistsOf = from(rows('affinity_artists'), 'lid');
  return new Map(
    [...seedsOf].map(([lid, seeds]) => {
      const kind = seeds[0]?.kind;
      const known = new Set(knownBy(lid).map(({ tid }) => Number(tid)));
      const popular: Proposals = new Map();
      for (const row of rows('popularity'))
        if (row.kind === kind && number(row, 'place') <= parameters.pool_popular)
          add(popular, number(row, 'tid'), number(row, 'score'), null);
      const preferred = seeds.filter((seed) => number(seed, 'preference') <= parameters.pool_audio_seeds);
      const described = seeds.filter((seed) => number(seed, 'preference') <= parameters.pool_tag_seeds);
      const byArtist = artistProposals(artistSeedsOf(lid), kind, rows, parameters, known);
      const generators = [
        ['co', parameters.weight_co_listening, trackProposals(seeds, rows('neighbours'))],
        ['artist', parameters.weight_artist, byArtist.proposals],
        ['release', 0, byArtist.releases],
        ['audio', parameters.weight_audio, trackProposals(preferred, rows('audio_neighbours'))],
        ['tags', parameters.weight_tags, trackProposals(described, rows('tag_neighbours'))],
        ['popular', parameters.weight_popularity, popular],
      ] as const;
      const total = generators.reduce((sum, [, weight]) => sum + weight, 0);
      const plays = new Map(artistsOf(lid).map((row) => [row.aid, number(row, 'plays')]));
      const entries = new Map<number, { score: number; evidence: PoolEntry['evidence'][number][] }>();
      for (const [generator, weight, proposals] of generators) {
        const fresh = [...proposals].filter(([tid]) => !known.has(tid));
        const best = Math.max(1, ...fresh.map(([, { score }]) => score));
        for (const [tid, { score, seed }] of fresh) {
          const millionths = Math.round((score * 1_000_000) / best);
          const entry = entries.get(tid) ?? { score: 0, evidence: [] };
          entry.score += millionths * weight;
          entry.evidence.push({ generator, score: Math.floor(millionths / 1000), seed });
          entries.set(tid, entry);
        }
      }
      const ranked = [...entries].sort(
        ([a, { score: scoreA }], [b, { score: scoreB }]) => scoreB - scoreA || a - b,
      );
      return [
        lid,
        ranked.slice(0, parameters.pool_size).map(([tid, { score, evidence }]) => ({
          tid,
          score: Math.floor(score / Math.max(1, total)),
          artistPlays: plays.get(artistOf.get(tid) ?? null) ?? 0,
          evidence,
        })),
      ];
    }),
  );
}

/** Candidates of every origin: the listener's pool, what goes with a seed or with live plays, what is popular. */
import { type Candidate, parseCandidates } from '../domain/candidate.ts';
import { mergeCandidates, type RankingWeights } from '../domain/ranking.ts';
import type { RowTable } from '../schema/rows.ts';
import type { ListenerView, Part, Reading, ReadingDeps } from './reading.ts';

/** How many of the latest live plays lend their neighbours to a pool that was built before them. */
const LIVE_SEEDS = 5;

/** Tracks first; where people listen by artist alone, the build knows no track. */
const POPULAR_POOLS = ['popular#track', 'popular#artist'];

/** The pool text of a row as of the build. */
async function readPool(
  deps: ReadingDeps,
  table: RowTable,
  key: string,
  qualifier: string,
  build: number,
): Promise<readonly Candidate[] | undefined> {
  const row = await deps.rows.read(table, key, [
    { family: 'build', qualifiers: [qualifier], timestamps: [build] },
  ]);
  return row?.cells[0] === undefined ? undefined : parseCandidates(row.cells[0].value);
}

/** What goes with an item; undefined where the build does not know the item. Evidence names the item as seed. */
export async function relatedTo(
  deps: ReadingDeps,
  reading: Reading,
  itemId: string,
  build: number | undefined,
): Promise<Candidate[] | undefined> {
  if (build === undefined) return undefined;
  const pool = await reading.attempt(
    'related',
    () => readPool(deps, 'catalog', itemId, 'related', build),
    undefined,
  );
  return pool?.map((candidate) => ({
    ...candidate,
    evidence: candidate.evidence.map((evidence) => ({ ...evidence, seed: itemId })),
  }));
}

/** The most popular tracks; none, and `popularity` degraded, where the build has them not. */
export async function popular(
  deps: ReadingDeps,
  reading: Reading,
  build: number | undefined,
): Promise<readonly Candidate[]> {
  const part: Part = 'popularity';
  const find = async () => {
    if (build === undefined) return undefined;
    for (const key of POPULAR_POOLS) {
      const pool = await readPool(deps, 'pools', key, 'pool', build);
      if (pool !== undefined) return pool;
    }
    return undefined;
  };
  const pool = await reading.attempt(part, find, undefined);
  if (pool === undefined) reading.degraded.add(part);
  return pool ?? [];
}

/** Candidates found from what was played since the build, weighed as such. */
async function fromLivePlays(
  deps: ReadingDeps,
  reading: Reading,
  view: ListenerView,
  weights: RankingWeights,
): Promise<Candidate[]> {
  const seeds = view.signals.recent
    .filter((listen) => !listen.skipped && !listen.private && view.signals.recordings.has(listen.recordingId))
    .slice(0, LIVE_SEEDS);
  const found = await Promise.all(
    [...new Set(seeds.map(({ itemId }) => itemId))].map((itemId) =>
      relatedTo(deps, reading, itemId, view.build),
    ),
  );
  return found.flatMap((candidates) =>
    (candidates ?? []).map((candidate) => ({ ...candidate, score: candidate.score * weights.liveSeed })),
  );
}

/** On what an answer rests: the listener's own build, what they played since, or everybody's favourites. */
export type Basis = 'build' | 'signals' | 'popularity';

/** One candidate per recording from pool and live plays; from popularity alone for a listener nobody knows. */
export async function candidatesFor(
  deps: ReadingDeps,
  reading: Reading,
  view: ListenerView,
  weights: RankingWeights,
): Promise<{ basis: Basis; candidates: readonly Candidate[] }> {
  const own = view.built?.candidates ?? [];
  const live = await fromLivePlays(deps, reading, view, weights);
  // A pool holds each recording once: without live plays there is nothing to merge.
  if (own.length > 0)
    return { basis: 'build', candidates: live.length === 0 ? own : mergeCandidates([...own, ...live]) };
  const everybodys = await popular(deps, reading, view.build);
  return {
    basis: live.length > 0 ? 'signals' : 'popularity',
    candidates: mergeCandidates([...live, ...everybodys]),
  };
}

/** Candidates of every origin: the listener's pool, what goes with a seed or with live plays, what is popular. */
import { type Candidate, parseCandidates } from '../../shared/domain/candidate.ts';
import { mergeCandidates, type RankingWeights } from '../../shared/domain/ranking.ts';
import type { RowTable } from '../../shared/schema/rows.ts';
import type { ListenerView, Part, Reading, ReadingDeps } from './reading.ts';

/** How many of the latest live plays lend their neighbours to a pool that was built before them. */
const LIVE_SEEDS = 5;

/** The pool text of a row as of the best readable build that has one. */
async function readPool(
  deps: ReadingDeps,
  table: RowTable,
  key: string,
  qualifier: string,
  builds: readonly number[],
): Promise<Candidate[] | undefined> {
  for (const build of builds) {
    const row = await deps.rows.read(table, key, [
      { family: 'build', qualifiers: [qualifier], timestamps: [build] },
    ]);
    if (row?.cells[0] !== undefined) return parseCandidates(row.cells[0].value);
  }
  return undefined;
}

/** What goes with an item; undefined where no build knows the item. Evidence names the item as seed. */
export async function relatedTo(
  deps: ReadingDeps,
  reading: Reading,
  itemId: string,
  builds: readonly number[],
): Promise<Candidate[] | undefined> {
  const pool = await reading.attempt(
    'related',
    () => readPool(deps, 'catalog', itemId, 'related', builds),
    undefined,
  );
  return pool?.map((candidate) => ({
    ...candidate,
    evidence: candidate.evidence.map((evidence) => ({ ...evidence, seed: itemId })),
  }));
}

/** The most popular tracks; none, and `popularity` degraded, where no build has them. */
export async function popular(
  deps: ReadingDeps,
  reading: Reading,
  builds: readonly number[],
): Promise<Candidate[]> {
  const part: Part = 'popularity';
  const pool = await reading.attempt(
    part,
    () => readPool(deps, 'pools', 'popular#track', 'pool', builds),
    undefined,
  );
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
      relatedTo(deps, reading, itemId, view.builds),
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
): Promise<{ basis: Basis; candidates: Candidate[] }> {
  const own = view.built?.candidates ?? [];
  const live = await fromLivePlays(deps, reading, view, weights);
  if (own.length > 0) return { basis: 'build', candidates: mergeCandidates([...own, ...live]) };
  const everybodys = await popular(deps, reading, view.builds);
  return {
    basis: live.length > 0 ? 'signals' : 'popularity',
    candidates: mergeCandidates([...live, ...everybodys]),
  };
}

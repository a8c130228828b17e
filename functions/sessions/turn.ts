/** One turn: from what a session has become to its next tracks, each with its reasons; nothing is written here. */
import type { Candidate } from '../../shared/domain/candidate.ts';
import { mergeCandidates } from '../../shared/domain/ranking.ts';
import { nextTracks, orderNext, proposeTracks } from '../../shared/domain/steered-session-next.ts';
import { createRandom } from '../../shared/random.ts';
import { briefListenerOf, readBeside, readRelated } from './material.ts';
import { type Turn, type TurnInput, writeTurn } from './turn-answer.ts';
import { unmetBy } from './unmet.ts';

/** Seeds and liked tracks whose neighbours are read. */
const SEEDS_READ = 10;
const LIKED_READ = 5;
/** What goes with a track that was just liked, against what goes with a seed. */
const LIKED_SHARE = 0.6;
const SEQUENCE_MS = 2_000;

/** Retrieves, scores, reranks and orders `asked.count` tracks, or as many as there are, and writes the turn's answer. */
export async function takeTurn(input: TurnInput): Promise<Turn> {
  const { deps, stages, material, state, asked } = input;
  const { view, snapshot } = material;
  const liked = asked.feedback.filter(({ strength }) => strength > 0).map(({ itemId }) => itemId);
  const related = await readRelated(deps, stages, view.build, {
    items: [...new Set([...state.seeds.tracks.slice(0, SEEDS_READ), ...liked.slice(-LIKED_READ)])],
    artists: state.seeds.artists.slice(0, SEEDS_READ),
  });
  const seeds = new Set([...state.seeds.tracks, ...state.seeds.artists]);
  const found = [...related.items, ...related.artists].map(
    ([seed, candidates]) => [candidates, seeds.has(seed) ? 1 : LIKED_SHARE] as const,
  );
  const evidence = mergeCandidates([...found.flatMap(([candidates]) => candidates), ...material.pool]);
  const beside = await readBeside(deps, stages, snapshot, evidence, state.seeds.tracks);
  const proposed = await stages.run('score', () =>
    proposeTracks(state, {
      snapshots: [snapshot, beside],
      listener: briefListenerOf(view),
      candidates: shareOfBest(found),
      seed: state.turns,
      count: asked.count,
    }),
  );
  const chosen = await stages.run('rerank', () => nextTracks(state, proposed.proposals, asked.count));
  const random = createRandom(0, `session ${state.id} ${state.turns}`).next;
  const { arc } = state.brief;
  const tracks = await stages.run('sequence', (part) =>
    part('sequence', SEQUENCE_MS, async () => orderNext(chosen, asked.previous, { arc, random }), chosen),
  );
  const unmet = unmetBy(tracks, proposed, asked.count);
  return writeTurn(input, tracks, unmet, evidence);
}

/** 0 to 1 by item id: the best candidate of each seed counts its share, and the most of several seeds holds. */
function shareOfBest(
  found: readonly (readonly [candidates: readonly Candidate[], share: number])[],
): Map<string, number> {
  const shares = new Map<string, number>();
  for (const [candidates, share] of found) {
    const best = candidates.reduce((most, { score }) => Math.max(most, score), 0) || 1;
    for (const { itemId, score } of candidates)
      shares.set(itemId, Math.max(shares.get(itemId) ?? 0, (share * score) / best));
  }
  return shares;
}

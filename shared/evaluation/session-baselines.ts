/** Published next-track methods to hold a ranking against, over whole train sessions without any cap of a build. */
import type { SessionRanker } from './session-evaluation.ts';
import type { TrackSequence } from './session-file.ts';

const STEPS = 10;
const RULE_TRACKS = 5;
const SAMPLE = 1000;

type Scores = Map<number, number>;

function add(scores: Scores, track: number, score: number): void {
  scores.set(track, (scores.get(track) ?? 0) + score);
}

/** Best first, of scores above 0; equal scores by track, ascending. */
function best(scores: Scores, k: number): number[] {
  return [...scores]
    .filter(([, score]) => score > 0)
    .sort(([a, scoreA], [b, scoreB]) => scoreB - scoreA || a - b)
    .slice(0, k)
    .map(([track]) => track);
}

/** Indices of the train sessions that hold a track, most recent (last in the file) first. */
function indexSessions(train: readonly TrackSequence[]): Map<number, number[]> {
  const holding = new Map<number, number[]>();
  for (let index = train.length - 1; index >= 0; index--)
    for (const track of new Set(train[index])) {
      const list = holding.get(track);
      if (list === undefined) holding.set(track, [index]);
      else list.push(index);
    }
  return holding;
}

/** Item-KNN: the last track's cosine `|A∩B| / √(|A|·|B|)` over the sessions that hold either. */
export function itemKnnRanker(train: readonly TrackSequence[]): SessionRanker {
  const holding = indexSessions(train);
  return {
    name: 'item-KNN, last track',
    rank(prefix, k) {
      const last = prefix.at(-1) ?? -1;
      const together: Scores = new Map();
      for (const index of holding.get(last) ?? [])
        for (const track of new Set(train[index])) if (track !== last) add(together, track, 1);
      for (const [track, times] of together)
        together.set(track, times / Math.sqrt(holding.get(track)?.length ?? 1));
      return best(together, k);
    },
  };
}

/** Sequential rules: Σ 1/distance within ten steps, of the last five tracks, the n-th from the end divided by n. */
export function sequentialRulesRanker(train: readonly TrackSequence[]): SessionRanker {
  const rules = new Map<number, Scores>();
  for (const session of train)
    for (const [at, track] of session.entries()) {
      const after = rules.get(track) ?? new Map<number, number>();
      rules.set(track, after);
      for (let steps = 1; steps <= STEPS && at + steps < session.length; steps++)
        add(after, session[at + steps] ?? -1, 1 / steps);
    }
  return {
    name: 'sequential rules',
    rank(prefix, k) {
      const scores: Scores = new Map();
      for (const [place, track] of prefix.slice(-RULE_TRACKS).toReversed().entries())
        for (const [next, weight] of rules.get(track) ?? []) add(scores, next, weight / (place + 1));
      return best(scores, k);
    },
  };
}

/**
 * V-SKNN: of the 1000 most recent sessions that share a track with the running one, the k most alike; a shared track
 * n tracks before the last weighs 1/(n + 1), and what they hold votes by its rarity, ln(sessions/holding). The variant
 * of Ludewig & Jannach 2018 that did best on the validation part of the sessions it was chosen on.
 */
export function vsknnRanker(train: readonly TrackSequence[], neighbours: number): SessionRanker {
  const holding = indexSessions(train);
  const distinct = train.map((session) => [...new Set(session)]);
  return {
    name: `V-SKNN, k=${neighbours}`,
    rank(prefix, k) {
      const weights = new Map(prefix.map((track, at) => [track, 1 / (prefix.length - at)]));
      const likeness: Scores = new Map();
      for (const [track, weight] of weights)
        for (const index of holding.get(track) ?? []) add(likeness, index, weight);
      const sampled = [...likeness].sort(([a], [b]) => b - a).slice(0, SAMPLE);
      const nearest = sampled.sort(([a, x], [b, y]) => y - x || b - a).slice(0, neighbours);
      const scores: Scores = new Map();
      for (const [index, alike] of nearest)
        for (const track of distinct[index] ?? [])
          add(scores, track, alike * Math.log(train.length / (holding.get(track)?.length ?? 1)));
      return best(scores, k);
    },
  };
}

/** Rankers that anything better must beat: what everybody plays, what was heard last, what is played most. */
import { compareText, type Timeline } from './timeline.ts';

/** Ranks recordings for one listener, best first, knowing train alone. */
export interface Ranker {
  readonly name: string;
  /** Should rank well beyond k: a slice keeps only some of the list. A recording appears at most once. */
  readonly rank: (listenerId: string) => readonly string[];
}

/** The recordings that most train listeners played, the same for everybody. */
export function popularityRanker(timeline: Timeline): Ranker {
  const ranked = [...timeline.popularity.keys()];
  return { name: 'popularity', rank: () => ranked };
}

/** The listener's own recordings, last heard first; recordings of one instant by ascending id. */
export function recencyRanker(timeline: Timeline): Ranker {
  const rank = (listenerId: string) => byScore(timeline, listenerId, (tally) => tally.lastAt);
  return { name: 'recency', rank };
}

/** The listener's own recordings, most played first, then last heard first, then by ascending id. */
export function frequencyRanker(timeline: Timeline): Ranker {
  const rank = (listenerId: string) => byScore(timeline, listenerId, (tally) => tally.plays);
  return { name: 'frequency', rank };
}

interface Tally {
  lastAt: number;
  plays: number;
}

function byScore(timeline: Timeline, listenerId: string, score: (tally: Tally) => number): string[] {
  const tallies = new Map<string, Tally>();
  for (const { recordingId, occurredAt, played } of timeline.listeners.get(listenerId)?.history ?? []) {
    const tally = tallies.get(recordingId) ?? { lastAt: occurredAt, plays: 0 };
    tally.lastAt = Math.max(tally.lastAt, occurredAt);
    tally.plays += played ? 1 : 0;
    tallies.set(recordingId, tally);
  }
  return [...tallies]
    .sort(([idA, a], [idB, b]) => score(b) - score(a) || b.lastAt - a.lastAt || compareText(idA, idB))
    .map(([recordingId]) => recordingId);
}

/** Rankers that anything better must beat: what everybody plays, what was heard last or most, and blind discovery. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { compareText, type Timeline } from './timeline.ts';

/** Ranks recordings for one listener, best first, knowing train alone. */
export interface Ranker {
  readonly name: string;
  /** Should rank well beyond k: a slice keeps only some of the list. A recording appears at most once. */
  readonly rank: (listenerId: string) => readonly string[];
}

/**
 * The recordings that most train listeners played, then, since few listeners play little of a catalogue, those that it
 * calls popular (`elsewhere`, ties by ascending id); the same for everybody.
 */
export function popularityRanker(
  timeline: Timeline,
  elsewhere: ReadonlyMap<string, number> = new Map(),
): Ranker {
  const described = [...elsewhere]
    .filter(([recordingId]) => !timeline.popularity.has(recordingId))
    .sort(([idA, a], [idB, b]) => b - a || compareText(idA, idB))
    .map(([recordingId]) => recordingId);
  const ranked = [...timeline.popularity.keys(), ...described];
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

/**
 * Recordings of a catalogue that the listener never heard, those of the artist they played most first, of one artist
 * in the order of the catalogue. `artists`: artist by recording, null where unknown; such and unplayed artists are left out.
 */
export function artistPopularityRanker(
  timeline: Timeline,
  artists: ReadonlyMap<string, string | null>,
): Ranker {
  const recordings = Map.groupBy(artists.keys(), (recordingId) => artists.get(recordingId) ?? null);
  const rank = (listenerId: string) => {
    const listener = timeline.listeners.get(listenerId);
    const plays = new Map<string, number>();
    for (const { recordingId, played } of listener?.history ?? []) {
      const artistId = artists.get(recordingId) ?? null;
      if (artistId !== null && played) plays.set(artistId, (plays.get(artistId) ?? 0) + 1);
    }
    return [...plays]
      .sort(([idA, a], [idB, b]) => b - a || compareText(idA, idB))
      .flatMap(([artistId]) => recordings.get(artistId) ?? [])
      .filter((recordingId) => !listener?.heard.has(recordingId));
  };
  return { name: 'artist popularity', rank };
}

/** Recordings of a catalogue that the listener never heard, shuffled once by the seed. Throws as the generator does. */
export function randomRanker(timeline: Timeline, catalogue: readonly string[], seed: number): Ranker {
  const generator = xoroshiro128plus(seed);
  const places = new Map(catalogue.map((recordingId) => [recordingId, generator.next() >>> 0]));
  const shuffled = [...places].sort(([idA, a], [idB, b]) => a - b || compareText(idA, idB)).map(([id]) => id);
  const rank = (listenerId: string) =>
    shuffled.filter((recordingId) => !timeline.listeners.get(listenerId)?.heard.has(recordingId));
  return { name: 'random', rank };
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

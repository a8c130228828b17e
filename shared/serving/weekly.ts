/** Act: a week's playlist made out of what one listener could be offered, and what came of an earlier one. */
import { sharesOf } from '../domain/calibration.ts';
import type { ListeningEvent } from '../domain/event.ts';
import { isPlay, isSkip } from '../domain/event.ts';
import { compareEvents } from '../domain/event-order.ts';
import { standingFeedback } from '../domain/feedback.ts';
import { mergeCandidates, type RankingWeights } from '../domain/ranking.ts';
import { isRetained } from '../domain/retention.ts';
import {
  chooseWeekly,
  WEEKLY_RESERVES,
  WEEKLY_SIZE,
  WEEKLY_WEIGHTS,
  type WeeklyTrack,
} from '../domain/weekly.ts';
import type { StoredTrack, StoredWeek } from '../rows/weekly-playlists.ts';
import { type Basis, candidatesFor, popular } from './candidates.ts';
import type { ListenerView, Reading, ReadingDeps } from './reading.ts';
import { type Choice, choose, notionOf } from './recommend.ts';
import { soundsOfRecent } from './sounds.ts';

/** Candidates that are weighed against each other for one week. */
const CONSIDERED = 300;

/** A week made now; `basis` tells what of. Only one made of the listener's own build is worth keeping. */
export async function makeWeek(
  deps: ReadingDeps,
  reading: Reading,
  view: ListenerView,
  {
    week,
    weights,
    random,
    chance,
  }: { week: string; weights: RankingWeights; random: () => number; chance: () => number },
): Promise<{ readonly basis: Basis; readonly made: StoredWeek }> {
  const { basis, candidates } = await candidatesFor(deps, reading, view, weights);
  const request = {
    count: CONSIDERED,
    perArtist: CONSIDERED,
    freshness: 'unheard',
    describe: await soundsOfRecent(deps, reading, view),
  } as const;
  let choices = choose(candidates, view, weights, request);
  if (choices.length < WEEKLY_SIZE + WEEKLY_RESERVES && basis === 'build') {
    const wider = [...candidates, ...(await popular(deps, reading, view.build))];
    choices = choose(mergeCandidates(wider), view, weights, request);
  }
  const genres = new Map(view.built?.taste?.genres.map(({ name, plays }) => [name, plays]));
  const { tracks, reserves } = chooseWeekly(
    choices.map(({ candidate, score }) => ({
      candidate,
      score,
      knownArtist: knowsArtist(view, candidate.artistId, candidate.artistPlays),
    })),
    sharesOf(genres),
    random,
    { exploration: weights.exploration, random: chance },
  );
  const stored = ({ index, score, parts, propensity }: WeeklyTrack): StoredTrack => {
    const { candidate, notion } = choices[index] as Choice;
    return { ...candidate, rankedScore: score, parts, notion, propensity };
  };
  return {
    basis,
    made: {
      week,
      createdAt: reading.now,
      build: view.build ?? 0,
      version: WEEKLY_WEIGHTS.version,
      tracks: tracks.map(stored),
      reserves: reserves.map(stored),
    },
  };
}

function knowsArtist(view: ListenerView, artistId: string | null, plays: number | null): boolean {
  if (artistId === null) return false;
  if ((plays ?? 0) > 0 || view.signals.artists.has(artistId)) return true;
  return view.built?.taste?.artists.some(({ id }) => id === artistId) ?? false;
}

/** A stored track as a choice, its notion as of now. */
export function choiceOf(track: StoredTrack, view: ListenerView | undefined): Choice {
  const { rankedScore, parts, notion, propensity = 1, ...candidate } = track;
  return {
    candidate,
    score: rankedScore,
    parts,
    propensity,
    notion: view === undefined ? notion : notionOf(view, candidate),
  };
}

export interface Outcome {
  readonly itemId: string;
  readonly recordingId: string;
  readonly plays: number;
  readonly skips: number;
  readonly saved: boolean;
  readonly retained: boolean;
}

/** What came of each track of a week by the listener's events since it was made. */
export function outcomesOf({ createdAt, tracks }: StoredWeek, events: readonly ListeningEvent[]): Outcome[] {
  const ordered = events.filter((event) => event.occurredAt >= createdAt).sort(compareEvents);
  const open = ordered.filter((event) => !event.private);
  const { saved } = standingFeedback(open);
  return tracks.map(({ itemId, recordingId, artistId }) => {
    const own = open.filter((event) => event.recordingId === recordingId);
    const added = own.some(({ type }) => type === 'playlist_add');
    return {
      itemId,
      recordingId,
      plays: own.filter(isPlay).length,
      skips: own.filter(isSkip).length,
      saved: saved.has(recordingId) || added,
      retained: isRetained(ordered, { recordingId, artistId, genres: [] }, createdAt),
    };
  });
}

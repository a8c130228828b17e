/** Act: filter, rank, spread over artists. Decisions only; what they need was read before. */
import type { Candidate } from '../../shared/domain/candidate.ts';
import { onlineNotion } from '../../shared/domain/discovery.ts';
import type { TrackSound } from '../../shared/domain/harmony.ts';
import {
  capArtists,
  currentSounds,
  type Ranked,
  type RankingWeights,
  rank,
} from '../../shared/domain/ranking.ts';
import type { ListenerView } from './reading.ts';

export interface Choice extends Ranked {
  readonly notion: string;
}

export interface Request {
  readonly count: number;
  readonly perArtist: number;
  /** `unheard` for discovery surfaces; `not-lately` keeps out what was heard within the session span. */
  readonly freshness: 'unheard' | 'not-lately';
  readonly describe: (itemId: string) => TrackSound | undefined;
}

/** True when the listener heard the recording, as far as filter, recent history and live events tell. */
export function hasHeard(view: ListenerView, recordingId: string): boolean {
  return (
    view.signals.heard.has(recordingId) ||
    (view.built?.recent.has(recordingId) ?? false) ||
    (view.built?.heard?.has(recordingId) ?? false)
  );
}

function isLately(view: ListenerView, recordingId: string, weights: RankingWeights): boolean {
  const at = view.signals.heard.get(recordingId)?.lastAt;
  return at !== undefined && at > view.signals.now - weights.sessionMs;
}

/** The notion of discovery that an item is for this listener now; what was heard asks the build's history. */
export function notionOf(view: ListenerView, candidate: Candidate): string {
  if (hasHeard(view, candidate.recordingId))
    return view.built?.recent.get(candidate.recordingId)?.forgottenFavourite === true
      ? 'forgotten_favourite'
      : 'familiar';
  return onlineNotion(candidate, {
    heard: new Set<string>(),
    artistPlays: (artistId) => {
      const built =
        candidate.artistPlays ?? view.built?.taste?.artists.find(({ id }) => id === artistId)?.plays ?? 0;
      return built + (view.signals.artists.get(artistId)?.plays ?? 0);
    },
  });
}

/** The best allowed candidates in order. */
export function choose(
  candidates: readonly Candidate[],
  view: ListenerView,
  weights: RankingWeights,
  { count, perArtist, freshness, describe }: Request,
): Choice[] {
  const allowed = candidates.filter(
    (candidate) =>
      view.controls.blocking(candidate) === undefined &&
      !view.signals.disliked.has(candidate.recordingId) &&
      (freshness === 'unheard'
        ? !hasHeard(view, candidate.recordingId)
        : !isLately(view, candidate.recordingId, weights)),
  );
  const ranked = rank(allowed, view.signals, currentSounds(view.signals, weights, describe), weights);
  return capArtists(ranked, count, perArtist).map((entry) => ({
    ...entry,
    notion: notionOf(view, entry.candidate),
  }));
}

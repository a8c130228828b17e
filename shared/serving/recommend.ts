/** Act: filter, rank, spread over artists. Decisions only; what they need was read before. */
import type { Candidate } from '../domain/candidate.ts';
import { onlineNotion } from '../domain/discovery.ts';
import { explore, NO_EXPLORATION } from '../domain/exploration.ts';
import type { TrackSound } from '../domain/harmony.ts';
import {
  capArtists,
  currentSounds,
  demoteFamiliar,
  familiarPlaces,
  type Ranked,
  type RankingWeights,
  rank,
  type ScoreParts,
  scoreParts,
} from '../domain/ranking.ts';
import { modelParts } from '../domain/ranking-model.ts';
import { hasRemembered } from '../rows/listener-row.ts';
import type { ListenerView } from './reading.ts';

export interface Choice extends Ranked {
  readonly parts: Readonly<Record<string, number>>;
  /** Where it stands among items that are not choices; without it, where it stands among the choices. */
  readonly position?: number;
  readonly notion: string;
  /** See explore(); without it what is served was certain to be. */
  readonly propensity?: number;
}

export interface Request {
  readonly count: number;
  readonly perArtist: number;
  /**
   * `unheard` for discovery surfaces; `mixed` keeps out what was heard within the session span, and leaves to what was
   * heard before as many places as weights and dial say, more only where nothing else is left.
   */
  readonly freshness: 'unheard' | 'mixed';
  readonly describe: (itemId: string) => TrackSound | undefined;
  /** Numbers in [0, 1) where the surface leaves places to chance, as the weights say how many. */
  readonly chance?: () => number;
}

/**
 * True when the listener heard the recording, as far as filter, recent history and live events tell. Its item too is
 * looked for where that costs no digest: it was heard under its own id while nobody knew its recording.
 */
export function hasHeard(
  { signals, built }: Pick<ListenerView, 'signals' | 'built'>,
  { itemId, recordingId }: Pick<Candidate, 'itemId' | 'recordingId'>,
): boolean {
  return (
    signals.heard.has(recordingId) ||
    signals.heard.has(itemId) ||
    (built?.recent.has(recordingId) ?? false) ||
    (built?.recent.has(itemId) ?? false) ||
    (built?.heard !== undefined && hasRemembered(built.heard, recordingId))
  );
}

function isLately(
  { lately, signals }: ListenerView,
  { itemId, recordingId }: Candidate,
  weights: RankingWeights,
): boolean {
  const at = (lately.get(recordingId) ?? lately.get(itemId))?.lastAt;
  return at !== undefined && at > signals.now - weights.sessionMs;
}

/** The notion of discovery that an item is for this listener now; what was heard asks the build's history. */
export function notionOf(view: ListenerView, candidate: Candidate): string {
  if (hasHeard(view, candidate))
    return view.built?.recent.get(candidate.recordingId)?.forgottenFavourite === true
      ? 'forgotten_favourite'
      : 'familiar';
  const built = playsInBuild(view, candidate);
  // The build names the favourite artists only: of another one it is not known that they are new.
  if (built === undefined) return 'new_track';
  const notion = onlineNotion(candidate, {
    heard: new Set<string>(),
    artistPlays: (artistId) => built + (view.signals.artists.get(artistId)?.plays ?? 0),
  });
  return notion === 'new_artist' && candidate.broadens === true ? 'taste_broadening' : notion;
}

/** The listener's plays of the candidate's artist up to the build; undefined where the build does not tell. */
function playsInBuild({ built }: ListenerView, { artistId, artistPlays }: Candidate): number | undefined {
  if (built === undefined || artistPlays !== null) return artistPlays ?? 0;
  return built.taste?.artists.find(({ id }) => id === artistId)?.plays;
}

/** The best allowed candidates in order. A dislike, said by event or by control, is a control of the row. */
export function choose(
  candidates: readonly Candidate[],
  view: ListenerView,
  weights: RankingWeights,
  { count, perArtist, freshness, describe, chance }: Request,
): Choice[] {
  if (!view.isKnown) return [];
  const allowed = candidates.filter(
    (candidate) =>
      view.controls.blocking(candidate) === undefined &&
      (freshness === 'unheard' ? !hasHeard(view, candidate) : !isLately(view, candidate, weights)),
  );
  const sounds = currentSounds(view.signals, weights, describe);
  const { dial } = view.controls;
  const exploration = chance === undefined ? NO_EXPLORATION : weights.exploration;
  const wanted = count + exploration.among - 1;
  const ranked = rank(allowed, view.signals, sounds, weights, dial);
  const mixed =
    freshness === 'unheard'
      ? ranked
      : demoteFamiliar(
          ranked,
          ({ candidate }) => hasHeard(view, candidate),
          familiarPlaces(weights, count, dial),
          perArtist * wanted,
        );
  const spread = capArtists(mixed, wanted, perArtist);
  return explore(spread, count, exploration, chance ?? certain).map(
    ({ item: { candidate, score }, propensity }) => ({
      candidate,
      score,
      parts: explained(scoreParts(candidate, view.signals, sounds, weights, dial), candidate, view, weights),
      notion: notionOf(view, candidate),
      propensity,
    }),
  );
}

/** With a ranking model, its addends by feature instead of the pool's share that they sum to; what live plays add stays. */
function explained(
  parts: ScoreParts,
  { recordingId }: Candidate,
  { built }: ListenerView,
  weights: RankingWeights,
): Choice['parts'] {
  if (built?.model === undefined) return parts;
  const own = built.candidates.find((candidate) => candidate.recordingId === recordingId);
  if (own === undefined) return parts;
  const addends = Object.entries(modelParts(own, built.model)).map(
    ([feature, share]) => [feature, (weights.pool * own.score * share) / 1000] as const,
  );
  const rest = parts.pool - addends.reduce((sum, [, addend]) => sum + addend, 0);
  return { ...parts, pool: rest, ...Object.fromEntries(addends) };
}

/** Nothing is left to chance. */
const certain = () => 1;

/** What a listener did since the last turn, as strengths that move the session's average. Pure. */
import { COMPLETED_SHARE, PLAY_THRESHOLD_MS } from './event.ts';
import { idKey, type SessionFeedback, type SessionState } from './steered-session.ts';
import {
  type AverageWeights,
  foldEvent,
  type SessionAverage,
  type SessionTraits,
} from './steered-session-average.ts';

export interface PlayedTrack {
  readonly itemId: string;
  readonly msPlayed: number;
  /** Where in the track it was skipped, milliseconds; absent: not skipped, as far as the player says. */
  readonly skippedAtMs?: number | undefined;
}

export interface TurnFeedback {
  /** In the order of playing. */
  readonly played: readonly PlayedTrack[];
  /** Item ids. */
  readonly saved: readonly string[];
  readonly disliked: readonly string[];
}

export interface KnownTrack extends SessionTraits {
  readonly itemId: string;
  readonly recordingId: string;
  readonly durationMs: number | null;
}

export const FEEDBACK_STRENGTH = {
  /** A whole play; part of one counts its share. */
  completed: 0.5,
  /** Skipped at once; later counts what was left of the track. */
  skipped: -1,
  saved: 1,
  disliked: -1,
  /** What a track of unknown length is taken to last, milliseconds. */
  usualMs: 210_000,
} as const;

/** −1 to .5: a skip by how much of the track was left, anything else by how much of it was heard. */
export function playStrength({ msPlayed, skippedAtMs }: PlayedTrack, durationMs: number | null): number {
  const length = durationMs !== null && durationMs > 0 ? durationMs : FEEDBACK_STRENGTH.usualMs;
  const heard = Math.min(1, Math.max(0, skippedAtMs ?? msPlayed) / length);
  const isSkip = skippedAtMs !== undefined || (msPlayed < PLAY_THRESHOLD_MS && heard < COMPLETED_SHARE);
  return isSkip && heard < COMPLETED_SHARE
    ? FEEDBACK_STRENGTH.skipped * (1 - heard)
    : FEEDBACK_STRENGTH.completed * heard;
}

export interface FoldedFeedback {
  readonly state: SessionState;
  readonly feedback: readonly {
    readonly itemId: string;
    readonly kind: SessionFeedback;
    readonly strength: number;
  }[];
  /** Item ids of which nothing is known: they bar themselves and move nothing. */
  readonly unknown: readonly string[];
}

/**
 * Plays in their order, then saves, then dislikes, so that the last word is the clearest. Whatever was played, and what
 * is disliked, is not served any more in this session.
 */
export function foldFeedback(
  state: SessionState,
  { played, saved, disliked }: TurnFeedback,
  describe: (itemId: string) => KnownTrack | undefined,
  weights?: AverageWeights,
): FoldedFeedback {
  const events = [
    ...played.map((play) => {
      const strength = playStrength(play, describe(play.itemId)?.durationMs ?? null);
      return {
        itemId: play.itemId,
        kind: strength < 0 ? ('skipped' as const) : ('played' as const),
        strength,
      };
    }),
    ...saved.map((itemId) => ({ itemId, kind: 'saved' as const, strength: FEEDBACK_STRENGTH.saved })),
    ...disliked.map((itemId) => ({
      itemId,
      kind: 'disliked' as const,
      strength: FEEDBACK_STRENGTH.disliked,
    })),
  ];
  let average: SessionAverage = state.average;
  const barred = new Set(state.barred);
  const unknown = new Set<string>();
  for (const { itemId, strength } of events) {
    const track = describe(itemId);
    barred.add(idKey(itemId));
    if (track === undefined) {
      unknown.add(itemId);
      continue;
    }
    barred.add(idKey(track.recordingId));
    average = foldEvent(average, track, strength, weights);
  }
  return {
    state: { ...state, average, barred: [...barred] },
    feedback: events,
    unknown: [...unknown],
  };
}

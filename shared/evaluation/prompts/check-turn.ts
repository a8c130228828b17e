/** Whether a follow-up moved a playlist the way it asked for. */
import type { IndexedItem } from '../../domain/indexed-item.ts';
import type { Attribute, Turn } from './prompt-set.ts';
import type { KnownTo } from './track-check.ts';

export interface TurnVerdict {
  /** Strictly further in the asked direction; false where either value is unknown. */
  readonly moved: boolean;
  readonly before: number | null;
  readonly after: number | null;
}

/** Compares the playlists before and after a turn in the attribute that the turn is about. */
export function checkTurn(
  turn: Turn,
  before: readonly IndexedItem[],
  after: readonly IndexedItem[],
  listener: KnownTo,
): TurnVerdict {
  const [was, is] = [measure(turn.attribute, before, listener), measure(turn.attribute, after, listener)];
  const change = was === null || is === null ? 0 : is - was;
  return { moved: turn.direction === 'up' ? change > 0 : change < 0, before: was, after: is };
}

/**
 * BPM, energy, valence (0 to 1) and popularity (0 to 1000) as means of what is known; novelty as the share of
 * recordings that the listener has not heard; length in tracks. Null: known of no track.
 */
export function measure(
  attribute: Attribute,
  playlist: readonly IndexedItem[],
  listener: KnownTo,
): number | null {
  switch (attribute) {
    case 'bpm':
      return meanOf(playlist.map(({ tempo }) => tempo));
    case 'energy':
      return meanOf(playlist.map(({ energy }) => energy));
    case 'valence':
      return meanOf(playlist.map(({ valence }) => valence));
    case 'popularity':
      return meanOf(playlist.map(({ popularity }) => popularity));
    case 'novelty':
      return meanOf(playlist.map(({ recordingId }) => (listener.heardRecordings.has(recordingId) ? 0 : 1)));
    case 'length':
      return playlist.length;
  }
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

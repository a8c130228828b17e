/** Why a track is in a playlist that was asked for. */
import type { Brief } from './brief.ts';
import type { Relaxable } from './brief-constraints.ts';
import type { BriefParts } from './brief-scoring.ts';
import type { IndexedItem } from './indexed-item.ts';
import { hasMood, isVersion } from './moods.ts';

export const BRIEF_REASONS = [
  'seed_artist',
  'like_seeds',
  'goes_with_seeds',
  'genre',
  'mood',
  'energy',
  'valence',
  'bpm',
  'year',
  'version',
  'taste',
  'well_known',
  'little_known',
  'new_to_listener',
  'heard_before',
] as const;

export interface BriefReason {
  readonly reason: (typeof BRIEF_REASONS)[number];
  /** What of the track it is: an artist id, a genre, a tempo; null where there is nothing to add. */
  readonly value: string | number | null;
}

/** A likeness from here on is worth naming. */
const LIKE = 0.3;
const TASTE = 0.05;

/** In the order of what the brief asked for: seeds, demands that the track satisfies, then the listener's own. */
export function reasonsFor(
  item: IndexedItem,
  {
    brief,
    parts,
    violated,
    isNew,
  }: {
    readonly brief: Brief;
    readonly parts: BriefParts;
    readonly violated: readonly Relaxable[];
    readonly isNew: boolean;
  },
): BriefReason[] {
  const reasons: BriefReason[] = [];
  const add = (reason: BriefReason['reason'], value: string | number | null = null) =>
    reasons.push({ reason, value });
  const named = [...brief.seedArtists, ...brief.onlyArtists];
  if (item.artistId !== null && named.includes(item.artistId)) add('seed_artist', item.artistId);
  else if (parts.seeds >= LIKE) add('like_seeds');
  if (parts.related > 0) add('goes_with_seeds');
  const asked = new Set(brief.genres.map((genre) => genre.toLowerCase()));
  for (const genre of item.genres) if (asked.has(genre.toLowerCase())) add('genre', genre);
  for (const mood of brief.moods) if (hasMood(item, mood)) add('mood', mood);
  const isMet = (constraint: Relaxable) => !violated.includes(constraint);
  if (brief.energy !== null && isMet('energy')) add('energy', item.energy);
  if (brief.valence !== null && isMet('valence')) add('valence', item.valence);
  if (brief.bpm !== null && isMet('bpm')) add('bpm', item.tempo);
  if (brief.years !== null && isMet('years')) add('year', item.year);
  for (const version of brief.versions) if (isVersion(item.title, version)) add('version', version);
  if (parts.taste >= TASTE) add('taste');
  if (brief.popularity > 0 && parts.popularity > 0) add('well_known');
  if (brief.popularity < 0 && parts.popularity > 0) add('little_known');
  const asksForNew = brief.familiarity === 'unheard' || brief.familiarity === 'new_artists';
  if (isNew && (asksForNew || parts.novelty > 0)) add('new_to_listener');
  if (!isNew && (brief.familiarity === 'heard' || parts.novelty > 0)) add('heard_before');
  return reasons;
}

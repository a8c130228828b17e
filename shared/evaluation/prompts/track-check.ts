/** Whether one track meets a constraint; what is not known of it meets nothing that was asked for. */
import type { Range } from '../../domain/brief.ts';
import type { CatalogueSnapshot, IndexedItem } from '../../domain/indexed-item.ts';
import { hasMood, isVersion, isWithin } from '../../domain/moods.ts';
import { artistIdOf } from '../../domain/recording.ts';
import type { TrackConstraint } from './constraint.ts';

/** The listener who asks, as far as constraints need it. */
export interface KnownTo {
  readonly heardRecordings: ReadonlySet<string>;
  /** Artist ids. */
  readonly heardArtists: ReadonlySet<string>;
}

export interface World {
  readonly snapshot: CatalogueSnapshot;
  readonly listener: KnownTo;
}

const rangeOf = ({ min, max }: { min?: number | undefined; max?: number | undefined }): Range => ({
  min: min ?? null,
  max: max ?? null,
});

/** True where the track is by one of the named artists; spellings that fold alike are one artist. */
export function isBy(track: IndexedItem, names: readonly string[]): boolean {
  const artistId = track.artistId ?? (track.artist === null ? null : artistIdOf(track.artist));
  return artistId !== null && names.some((name) => artistIdOf(name) === artistId);
}

/** True where the track meets the constraint. `not_…` forbids what is known to be so; every other kind wants it known. */
export function meets(
  track: IndexedItem,
  constraint: TrackConstraint,
  { snapshot, listener }: World,
): boolean {
  switch (constraint.kind) {
    case 'genre':
      return track.genres.some((genre) => constraint.anyOf.includes(genre));
    case 'not_genre':
      return !track.genres.some((genre) => constraint.noneOf.includes(genre));
    case 'year':
      return isWithin(track.year, rangeOf(constraint));
    case 'not_year':
      return !isWithin(track.year, rangeOf(constraint));
    case 'recent':
      return isWithin(track.year, {
        min: new Date(snapshot.build).getUTCFullYear() - constraint.years,
        max: null,
      });
    case 'bpm':
      return isWithin(track.tempo, rangeOf(constraint));
    case 'not_bpm':
      return !isWithin(track.tempo, rangeOf(constraint));
    case 'energy':
      return isWithin(track.energy, rangeOf(constraint));
    case 'not_energy':
      return !isWithin(track.energy, rangeOf(constraint));
    case 'valence':
      return isWithin(track.valence, rangeOf(constraint));
    case 'mood':
      return constraint.anyOf.some((mood) => hasMood(track, mood));
    case 'not_mood':
      return !constraint.noneOf.some((mood) => hasMood(track, mood));
    case 'artist_only':
      return isBy(track, constraint.names);
    case 'not_artist':
      return !isBy(track, constraint.names);
    case 'no_version':
      return !constraint.versions.some((version) => isVersion(track.title, version));
    case 'only_version':
      return constraint.versions.some((version) => isVersion(track.title, version));
    case 'clean':
      return track.explicit === false;
    case 'unheard':
      return !listener.heardRecordings.has(track.recordingId);
    case 'heard':
      return listener.heardRecordings.has(track.recordingId);
    case 'new_artists':
      return track.artistId !== null && !listener.heardArtists.has(track.artistId);
  }
}

/** Tracks of the catalogue that meet every one of the constraints. */
export function eligibleTracks(constraints: readonly TrackConstraint[], world: World): IndexedItem[] {
  return world.snapshot.items.filter(
    (item) => item.kind === 'track' && constraints.every((constraint) => meets(item, constraint, world)),
  );
}

/** Tracks of the generated artists, their re-releases, and the gaps that real catalogues have. */
import { bareItem, type CatalogueItem } from '../domain/item.ts';
import { canonicalTitle, recordingIdOf } from '../domain/recording.ts';
import { clampedNormal, cumulate, drawIndex, type Random } from '../random.ts';
import type { SimulatedArtist } from './artists.ts';
import { GENRES, type GenreProfile } from './genres.ts';
import { albumTitle, trackTitle } from './names.ts';

export const SOURCE = 'generated';

/** Shares of tracks for which the catalogue does not know something. */
export const MISSING_SHARES = {
  audioFeatures: 0.25,
  /** Key and mode alone, of the tracks that have the other features. */
  key: 0.04,
  genre: 0.1,
  year: 0.08,
  duration: 0.05,
  explicit: 0.1,
  album: 0.03,
} as const;

const RERELEASE_SHARE = 0.03;
const LIVE_SHARE = 0.02;
const GUEST_SHARE = 0.03;
const TRACKS_PER_ALBUM = 8;
const RELEASE_NOTES = [' - Remastered 2011', ' - 2019 Remaster', ' (Remastered)', ' (Deluxe Edition)'];

/** A track with what it truly is, whether or not the catalogue says so; listening follows the truth. */
export interface SimulatedTrack {
  readonly item: CatalogueItem;
  readonly artist: number;
  /** Index into GENRES. */
  readonly genre: number;
  readonly tempo: number;
  readonly energy: number;
  readonly durationMs: number;
}

interface Discography {
  readonly titles: Set<string>;
  readonly albums: { readonly title: string; readonly year: number }[];
  readonly originals: SimulatedTrack[];
}

/** `count` tracks with ids `track-00000` on; every artist has one as long as count allows. */
export function generateTracks(
  random: Random,
  artists: readonly SimulatedArtist[],
  count: number,
  updatedAt: number,
): SimulatedTrack[] {
  const latestYear = new Date(updatedAt).getUTCFullYear();
  const productivity = cumulate(artists.map((artist) => artist.standing ** 0.5));
  const discographies = artists.map((): Discography => ({ titles: new Set(), albums: [], originals: [] }));
  return Array.from({ length: count }, (_, index) => {
    const artistIndex = index < artists.length ? index : drawIndex(random, productivity);
    const artist = artists[artistIndex] as SimulatedArtist;
    const discography = discographies[artistIndex] as Discography;
    const itemId = `track-${String(index).padStart(5, '0')}`;
    if (discography.originals.length > 0 && random.chance(RERELEASE_SHARE))
      return rerelease(random, random.pick(discography.originals), itemId, latestYear);
    const track = original(random, {
      artist,
      artistIndex,
      artists,
      discography,
      itemId,
      updatedAt,
      latestYear,
    });
    discography.originals.push(track);
    return track;
  });
}

interface Making {
  readonly artist: SimulatedArtist;
  readonly artistIndex: number;
  readonly artists: readonly SimulatedArtist[];
  readonly discography: Discography;
  readonly itemId: string;
  readonly updatedAt: number;
  readonly latestYear: number;
}

function original(random: Random, making: Making): SimulatedTrack {
  const { artist, discography, itemId } = making;
  const genre = random.pick(artist.genres);
  const profile = GENRES[genre] as GenreProfile;
  const album = currentAlbum(random, making);
  const title = freshTitle(random, discography.titles) + guestCredit(random, making);
  const tempo = clampedNormal(random, ...profile.tempo, 50, 210);
  const energy = clampedNormal(random, ...profile.energy, 0.01, 1);
  const durationMs = Math.round(clampedNormal(random, ...profile.duration, 75, 900) * 1000);
  const full: CatalogueItem = {
    ...bareItem(itemId, SOURCE, making.updatedAt),
    recordingId: recordingIdOf({ itemId, title, artist: artist.name }),
    title,
    artist: artist.name,
    artistId: artist.artistId,
    album: album.title,
    genres: artist.genres.map((index) => (GENRES[index] as GenreProfile).name),
    tempo: Math.round(tempo * 10) / 10,
    key: random.chance(0.5) ? random.pick(profile.keys) : random.int(12),
    mode: random.chance(profile.majorShare) ? 1 : 0,
    energy: Math.round(energy * 1000) / 1000,
    valence: Math.round(clampedNormal(random, ...profile.valence, 0, 1) * 1000) / 1000,
    year: album.year,
    explicit: random.chance(profile.explicitShare),
    durationMs,
  };
  return { item: withGaps(random, full), artist: making.artistIndex, genre, tempo, energy, durationMs };
}

/** The same recording on a later release: another item, equal artist and canonical title. */
function rerelease(
  random: Random,
  track: SimulatedTrack,
  itemId: string,
  latestYear: number,
): SimulatedTrack {
  const { item } = track;
  const title = `${item.title ?? ''}${random.pick(RELEASE_NOTES)}`;
  return {
    ...track,
    item: {
      ...item,
      itemId,
      title,
      recordingId: recordingIdOf({ itemId, title, artist: item.artist }),
      album: item.album === null ? null : `${item.album} (Deluxe Edition)`,
      year: item.year === null ? null : Math.min(latestYear, item.year + 5 + random.int(20)),
    },
  };
}

function currentAlbum(
  random: Random,
  { artist, discography, latestYear }: Making,
): Discography['albums'][number] {
  const index = Math.floor(discography.originals.length / TRACKS_PER_ALBUM);
  const known = discography.albums[index];
  if (known) return known;
  const previous = discography.albums[index - 1];
  const year = previous ? Math.min(latestYear, previous.year + 1 + random.int(4)) : artist.debut;
  const album = { title: albumTitle(random), year };
  discography.albums.push(album);
  return album;
}

/** A title whose recording the artist does not have yet; some are live versions, which are recordings of their own. */
function freshTitle(random: Random, taken: Set<string>): string {
  for (let attempt = 1; ; attempt++) {
    const drawn = trackTitle(random) + (random.chance(LIVE_SHARE) ? ' (Live)' : '');
    const title = attempt > 20 ? `${drawn} No. ${taken.size}` : drawn;
    const canonical = canonicalTitle(title);
    if (taken.has(canonical)) continue;
    taken.add(canonical);
    return title;
  }
}

function guestCredit(random: Random, { artist, artists }: Making): string {
  if (!random.chance(GUEST_SHARE)) return '';
  const guest = random.pick(artists);
  return guest === artist ? '' : ` (feat. ${guest.name})`;
}

function withGaps(random: Random, item: CatalogueItem): CatalogueItem {
  const lacks = (what: keyof typeof MISSING_SHARES) => random.chance(MISSING_SHARES[what]);
  const unanalysed = lacks('audioFeatures');
  const keyless = lacks('key') || unanalysed;
  return {
    ...item,
    tempo: unanalysed ? null : item.tempo,
    energy: unanalysed ? null : item.energy,
    valence: unanalysed ? null : item.valence,
    key: keyless ? null : item.key,
    mode: keyless ? null : item.mode,
    genres: lacks('genre') ? [] : item.genres,
    year: lacks('year') ? null : item.year,
    durationMs: lacks('duration') ? null : item.durationMs,
    explicit: lacks('explicit') ? null : item.explicit,
    album: lacks('album') ? null : item.album,
  };
}

/**
 * Telling podcasts from music in Spotify account data, which has one pair of columns for both. Judged per artist,
 * on evidence only; without evidence it is music.
 */
import { artistIdOf } from '../domain/recording.ts';
import { RecentMap } from './recent-map.ts';

/** A listen this long is rarely a track: 82 of 71,491 tracks of the public feature sets are (0.11%). */
export const EPISODE_LISTEN_MS = 20 * 60_000;
/** Different titles that must be heard that long: one may be a DJ set or a symphony. */
export const EPISODE_TITLES = 2;
/** Longer listens than this are long for music: 0.7% of the same tracks. */
export const LONG_LISTEN_MS = 10 * 60_000;
/** Share of an artist's listening time that must lie in long listens: one long album track is no show. */
export const LONG_SHARE = 0.5;
/** What shows call themselves, in every language that has the word. */
export const SHOW_NAME = /(^|[^\p{L}\p{N}])podcasts?($|[^\p{L}\p{N}])/iu;

export type Because = 'told' | 'name' | 'length';

export interface ArtistListening {
  readonly name: string;
  plays: number;
  totalMs: number;
  longMs: number;
  longestMs: number;
  /** At most EPISODE_TITLES titles heard for EPISODE_LISTEN_MS. */
  readonly episodeTitles: Set<string>;
}

export interface ShowFound {
  readonly name: string;
  readonly plays: number;
  readonly longestMs: number;
  readonly because: Because;
}

/** What was decided, for the report. Names are listed in order of plays. */
export interface PodcastReport {
  readonly artists: number;
  readonly plays: number;
  readonly shows: readonly ShowFound[];
  /** Would have been shows, but a catalogue knows them as music artists. */
  readonly knownMusic: readonly Omit<ShowFound, 'because'>[];
  /** Kept as music although some listen was as long as an episode's. */
  readonly undecided: readonly Omit<ShowFound, 'because'>[];
}

/** Why an artist's listening looks like a show's; null where it does not. */
export function classifyArtist(listening: ArtistListening): 'name' | 'length' | null {
  if (SHOW_NAME.test(listening.name)) return 'name';
  const episodes = listening.episodeTitles.size >= EPISODE_TITLES;
  return episodes && listening.longMs >= LONG_SHARE * listening.totalMs ? 'length' : null;
}

/** Collects what a first pass over account data shows; memory grows with distinct artists, not with plays. */
export class PodcastEvidence {
  private readonly byArtist = new Map<string, ArtistListening>();
  private readonly ids = new RecentMap<string>(65_536);
  private readonly music = new Set<string>();
  private readonly told = new Set<string>();
  private verdicts: Map<string, Because> | null = null;

  addListen(artist: string, title: string, msPlayed: number): void {
    const artistId = this.idOf(artist);
    let seen = this.byArtist.get(artistId);
    if (seen === undefined) {
      seen = { name: artist, plays: 0, totalMs: 0, longMs: 0, longestMs: 0, episodeTitles: new Set() };
      this.byArtist.set(artistId, seen);
    }
    seen.plays += 1;
    seen.totalMs += msPlayed;
    seen.longestMs = Math.max(seen.longestMs, msPlayed);
    if (msPlayed >= LONG_LISTEN_MS) seen.longMs += msPlayed;
    if (msPlayed >= EPISODE_LISTEN_MS && seen.episodeTitles.size < EPISODE_TITLES)
      seen.episodeTitles.add(title);
  }

  /** A feature file, or music of a history that tells the two apart, has this artist. */
  addMusicArtist(artistId: string | null): void {
    if (artistId !== null && this.byArtist.has(artistId)) this.music.add(artistId);
  }

  /** A history that tells the two apart has this show. */
  addShow(artistId: string | null): void {
    if (artistId !== null && this.byArtist.has(artistId)) this.told.add(artistId);
  }

  /** Ids of artists that look like shows or are told to be. */
  candidates(): string[] {
    return [...this.byArtist].flatMap(([id, seen]) => (this.because(id, seen) === null ? [] : [id]));
  }

  /** Ends the collecting: a known music artist is music, whatever else speaks for a show. */
  decide(): void {
    this.verdicts = new Map();
    for (const [id, seen] of this.byArtist) {
      const because = this.because(id, seen);
      if (because !== null && !this.music.has(id)) this.verdicts.set(id, because);
    }
  }

  /** True where the artist was decided to be a show. */
  isShow(artist: string): boolean {
    return this.verdicts?.has(this.idOf(artist)) ?? false;
  }

  report(): PodcastReport {
    const shows: ShowFound[] = [];
    const knownMusic: Omit<ShowFound, 'because'>[] = [];
    const undecided: Omit<ShowFound, 'because'>[] = [];
    let plays = 0;
    for (const [id, seen] of this.byArtist) {
      const { name, longestMs } = seen;
      const found = { name, plays: seen.plays, longestMs };
      const because = this.verdicts?.get(id);
      plays += seen.plays;
      if (because !== undefined) shows.push({ ...found, because });
      else if (this.because(id, seen) !== null) knownMusic.push(found);
      else if (longestMs >= EPISODE_LISTEN_MS) undecided.push(found);
    }
    for (const list of [shows, knownMusic, undecided]) list.sort((a, b) => b.plays - a.plays);
    return { artists: this.byArtist.size, plays, shows, knownMusic, undecided };
  }

  private because(id: string, seen: ArtistListening): Because | null {
    return this.told.has(id) ? 'told' : classifyArtist(seen);
  }

  private idOf(artist: string): string {
    const known = this.ids.get(artist);
    if (known !== undefined) return known;
    const id = artistIdOf(artist) ?? '';
    this.ids.set(artist, id);
    return id;
  }
}

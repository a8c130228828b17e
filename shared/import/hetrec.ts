/** HetRec 2011 Last.fm: artists as items, tags as genres, aggregated listening counts without times. */
import { EVENT_VERSION, type ListeningEvent } from '../domain/event.ts';
import { bareItem } from '../domain/item.ts';
import { artistIdOf } from '../domain/recording.ts';
import { EARLIEST_LISTEN, isValidId, type ListenMaker, MAX_NAME_LENGTH } from './listen.ts';
import type { Converted, Read } from './record.ts';

/** The set's own date: it gives counts up to its release in May 2011 and no times. */
export const HETREC_DATE = Date.UTC(2011, 4, 1);
/** Genres per artist, by number of taggers. */
export const TOP_TAGS = 5;
/** Fewer taggers than this are one person's word. */
export const MIN_TAGGERS = 3;
/** Frequent tags that speak of the tagger and not of the music. */
export const NOT_GENRES: ReadonlySet<string> = new Set([
  ...['seen live', 'love', 'love at first listen', '<3', 'awesome', 'amazing', 'beautiful', 'sexy', 'cool'],
  ...['favorite', 'favorites', 'favourite', 'favourites', 'favorite artists', 'favourite artists'],
]);

export const HETREC_HEADERS = {
  'hetrec-tags': ['tagID\ttagValue'],
  'hetrec-tagged-artists': [
    'userID\tartistID\ttagID\ttimestamp',
    'userID\tartistID\ttagID\tday\tmonth\tyear',
  ],
  'hetrec-artists': ['id\tname\turl\tpictureURL'],
  'hetrec-user-artists': ['userID\tartistID\tweight'],
  'hetrec-friends': ['userID\tfriendID'],
} as const;

export type HetrecPart = keyof typeof HETREC_HEADERS;

/** Which part a first line is the header of; null for any other line. */
export function hetrecPartOf(line: string): HetrecPart | null {
  const parts = Object.keys(HETREC_HEADERS) as HetrecPart[];
  return parts.find((part) => HETREC_HEADERS[part].some((header) => header === line.trim())) ?? null;
}

/** Rows of tab-separated fields, without the header and blank lines; quotes mean nothing here. */
export async function* readTabbed(
  lines: AsyncIterable<readonly Read<string>[]>,
): AsyncGenerator<Read<string[]>[]> {
  for await (const batch of lines) {
    yield batch.flatMap((line): Read<string[]>[] => {
      if (!('value' in line)) return [line];
      if (line.line === 1 || line.value.trim() === '') return [];
      return [{ line: line.line, value: line.value.split('\t') }];
    });
  }
}

/** The files of one set, converted in the order tags, tagged artists, artists, listening. */
export class HetrecSet {
  private readonly tags = new Map<string, string>();
  private readonly taggers = new Map<string, Map<string, number>>();
  private readonly names = new Map<string, string>();
  private readonly maker: ListenMaker;
  private readonly hasArtists: boolean;

  /** `hasArtists`: artists.dat is there, so that an artist it does not name is an error of the data. */
  constructor(maker: ListenMaker, hasArtists: boolean) {
    this.maker = maker;
    this.hasArtists = hasArtists;
  }

  convert(part: HetrecPart, row: readonly string[]): Converted {
    const expected = HETREC_HEADERS[part].map((header) => header.split('\t').length);
    if (!expected.includes(row.length))
      return { skip: `has ${row.length} fields instead of ${expected.join(' or ')}` };
    const [first = '', second = '', third = ''] = row;
    if (!/^\d{1,15}$/.test(first)) return { skip: 'its first id is no whole number' };
    if (part === 'hetrec-tags') return this.addTag(first, second);
    if (part === 'hetrec-artists') return this.addArtist(first, second);
    if (!/^\d{1,15}$/.test(second)) return { skip: 'its second id is no whole number' };
    if (part === 'hetrec-tagged-artists') return this.addTagging(second, third, row.slice(3));
    if (part === 'hetrec-user-artists') return this.listen(first, second, third);
    return { described: true };
  }

  private addTag(id: string, value: string): Converted {
    const tag = value.trim().toLowerCase().replace(/\s+/g, ' ');
    if (tag === '') return { skip: 'tag is empty' };
    this.tags.set(id, tag);
    return { described: true };
  }

  private addTagging(artist: string, tagId: string, date: readonly string[]): Converted {
    const [day, month, year] = date.map(Number);
    const at = date.length === 1 ? Number(date[0]) : Date.UTC(year ?? Number.NaN, (month ?? 0) - 1, day);
    if (!Number.isFinite(at)) return { skip: 'date is no number' };
    if (at < EARLIEST_LISTEN) return { skip: 'is dated before 2000-01-01' };
    const tag = this.tags.get(tagId);
    if (tag === undefined) return { skip: 'tag is not in tags.dat' };
    let counts = this.taggers.get(artist);
    if (counts === undefined) {
      counts = new Map();
      this.taggers.set(artist, counts);
    }
    counts.set(tag, (counts.get(tag) ?? 0) + 1);
    return { described: true };
  }

  private addArtist(id: string, name: string): Converted {
    const artistId = artistIdOf(name);
    if (artistId === null) return { skip: 'name is empty' };
    if (name.length > MAX_NAME_LENGTH) return { skip: `name is longer than ${MAX_NAME_LENGTH} characters` };
    this.names.set(id, name.trim());
    const item = bareItem(itemIdOf(id), this.maker.source, this.maker.receivedAt);
    const named = { title: name.trim(), artist: name.trim(), artistId };
    return { item: { ...item, ...named, kind: 'artist', genres: this.genresOf(id) } };
  }

  /** Top tags by number of taggers, then by name. */
  genresOf(artist: string): string[] {
    return [...(this.taggers.get(artist) ?? [])]
      .filter(([tag, taggers]) => taggers >= MIN_TAGGERS && !NOT_GENRES.has(tag))
      .sort(([tagA, a], [tagB, b]) => b - a || (tagA < tagB ? -1 : 1))
      .slice(0, TOP_TAGS)
      .map(([tag]) => tag);
  }

  private listen(user: string, artist: string, weight: string): Converted {
    const plays = Number(weight);
    if (!Number.isSafeInteger(plays) || plays <= 0) return { skip: 'weight is no whole number above 0' };
    const name = this.names.get(artist);
    if (name === undefined && this.hasArtists) return { skip: 'artist is not in artists.dat' };
    const itemId = itemIdOf(artist);
    const listenerId = `hetrec-${user}`;
    if (!isValidId(itemId)) return { skip: 'item id is not printable ASCII of at most 128 bytes' };
    const event: ListeningEvent = {
      version: EVENT_VERSION,
      type: 'listen',
      eventId: this.maker.eventId(listenerId, [itemId]),
      listenerId,
      itemId,
      recordingId: itemId,
      artistId: name === undefined ? null : artistIdOf(name),
      occurredAt: HETREC_DATE,
      receivedAt: this.maker.receivedAt,
      msPlayed: null,
      durationMs: null,
      skipped: false,
      plays,
      private: false,
      context: {},
      source: this.maker.source,
    };
    return { event, item: null };
  }
}

const itemIdOf = (artist: string): string => `hetrec-artist:${artist}`;

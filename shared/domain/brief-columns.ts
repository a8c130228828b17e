/** A build's catalogue by columns, so that a brief reads some numbers per track and not the whole track. */
import { VERSIONS, type Version } from './brief.ts';
import type { CatalogueSnapshot, IndexedItem } from './indexed-item.ts';
import { isVersion } from './moods.ts';

/** Row i is of `items[i]`. NaN: not known. */
export interface Columns {
  readonly items: readonly IndexedItem[];
  readonly isTrack: Uint8Array;
  readonly tempo: Float64Array;
  readonly energy: Float64Array;
  readonly valence: Float64Array;
  readonly year: Float64Array;
  /** 1 explicit, 0 not, −1 not known. */
  readonly explicit: Int8Array;
  /** Into `artists`; −1 where there is none. */
  readonly artist: Int32Array;
  readonly artists: readonly string[];
  readonly artistNumbers: ReadonlyMap<string, number>;
  /** Of row i: `genre[genreStart[i]]` up to, not including, `genre[genreStart[i + 1]]`. */
  readonly genreStart: Int32Array;
  /** Into `genres`. */
  readonly genre: Int32Array;
  readonly genres: readonly string[];
  /** Of item ids, 32 bits. */
  readonly hash: Uint32Array;
  /** Bit v: the title says VERSIONS[v]. Read from the titles when first asked for. */
  versions(): Uint8Array;
}

const known = new WeakMap<CatalogueSnapshot, Columns>();

/** Made once per snapshot, which never changes; a tenth of a second for 100,000 items. */
export function columnsOf(snapshot: CatalogueSnapshot): Columns {
  let columns = known.get(snapshot);
  if (columns === undefined) {
    columns = makeColumns(snapshot.items);
    known.set(snapshot, columns);
  }
  return columns;
}

function makeColumns(items: readonly IndexedItem[]): Columns {
  const numbers = (read: (item: IndexedItem) => number | null) =>
    Float64Array.from(items, (item) => read(item) ?? Number.NaN);
  const artists = numbering();
  const genres = numbering();
  const genreStart = new Int32Array(items.length + 1);
  const genre: number[] = [];
  for (const [row, item] of items.entries()) {
    for (const name of item.genres) genre.push(genres.numberOf(name));
    genreStart[row + 1] = genre.length;
  }
  let versions: Uint8Array | undefined;
  return {
    items,
    isTrack: Uint8Array.from(items, ({ kind }) => (kind === 'track' ? 1 : 0)),
    tempo: numbers(({ tempo }) => tempo),
    energy: numbers(({ energy }) => energy),
    valence: numbers(({ valence }) => valence),
    year: numbers(({ year }) => year),
    explicit: Int8Array.from(items, ({ explicit }) => (explicit === null ? -1 : Number(explicit))),
    artist: Int32Array.from(items, ({ artistId }) => (artistId === null ? -1 : artists.numberOf(artistId))),
    artists: artists.names,
    artistNumbers: artists.numbers,
    genreStart,
    genre: Int32Array.from(genre),
    genres: genres.names,
    hash: Uint32Array.from(items, ({ itemId }) => hashOf(itemId)),
    versions() {
      versions ??= Uint8Array.from(items, ({ title }) => versionBits(title));
      return versions;
    },
  };
}

function numbering() {
  const numbers = new Map<string, number>();
  const names: string[] = [];
  return {
    numbers,
    names,
    numberOf(name: string): number {
      let number = numbers.get(name);
      if (number === undefined) {
        number = names.length;
        numbers.set(name, number);
        names.push(name);
      }
      return number;
    },
  };
}

/** VERSIONS as bits. */
export function bitsOf(versions: readonly Version[]): number {
  return versions.reduce((bits, version) => bits | (1 << VERSIONS.indexOf(version)), 0);
}

function versionBits(title: string | null): number {
  // Only what stands in brackets or behind a dash says so; most titles have neither.
  if (title === null || !/[([]|\s[-–—]\s/.test(title)) return 0;
  return bitsOf(VERSIONS.filter((version) => isVersion(title, version)));
}

/** FNV-1a of the UTF-16 units. */
export function hashOf(id: string): number {
  let hash = 2_166_136_261;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 16_777_619);
  return hash >>> 0;
}

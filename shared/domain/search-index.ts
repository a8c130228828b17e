/** An index of words in memory: a sorted vocabulary and, of each word, which documents have it where and how much. */
import type { CatalogueSnapshot } from './indexed-item.ts';
import {
  type FindablePlaylist,
  SEARCH_KINDS,
  type SearchDocument,
  searchDocuments,
} from './search-documents.ts';
import { searchWords } from './search-words.ts';

/** Where a document has a word: bits of a posting. */
export const IN_TITLE = 1;
export const IN_ARTIST = 2;
export const IN_ALBUM = 4;
/** It begins the title. */
export const BEGINS = 8;
/** It is the whole title. */
export const IS_TITLE = 16;

/** BM25F (Robertson, Zaragoza: The Probabilistic Relevance Framework, 2009): weight of a field, and length's part. */
export const FIELD_WEIGHTS = { title: 3, artist: 2, album: 1 } as const;
export const LENGTH_SHARE = 0.75;
const FIELDS = ['title', 'artist', 'album'] as const;

export interface SearchIndex {
  /** Epoch ms: the build it is of. */
  readonly build: number;
  readonly documents: readonly SearchDocument[];
  /** Per document: place of its kind in SEARCH_KINDS. */
  readonly kinds: Uint8Array;
  /** Documents of each kind, in the order of SEARCH_KINDS. */
  readonly sizes: Uint32Array;
  readonly popularity: Uint16Array;
  /** Per document: its artist in `artists`, -1 for none. */
  readonly artistOf: Int32Array;
  /** Place of each artist id. */
  readonly artists: ReadonlyMap<string, number>;
  /** Distinct words of the title, per document. */
  readonly titleWords: Uint8Array;
  /** Sorted by UTF-16 unit. */
  readonly vocabulary: readonly string[];
  /** Per word, a set of its letters, to rule out most of the vocabulary at once. */
  readonly letters: Uint32Array;
  /** UTF-16 units of each word. */
  readonly lengths: Uint8Array;
  /** Postings of word w are starts[w] to starts[w + 1]. */
  readonly starts: Uint32Array;
  readonly postings: {
    readonly document: Uint32Array;
    readonly places: Uint8Array;
    readonly weight: Float32Array;
  };
}

export interface IndexOptions {
  readonly playlists?: readonly FindablePlaylist[];
  /** Called every few milliseconds of work and awaited: lets others have the thread. */
  readonly pause?: () => Promise<void>;
}

const DOCUMENTS_A_SLICE = 500;

/** Builds the index; the same snapshot gives the same index. */
export async function buildSearchIndex(
  snapshot: CatalogueSnapshot,
  { playlists = [], pause = async () => {} }: IndexOptions = {},
): Promise<SearchIndex> {
  const documents = await searchDocuments(snapshot, playlists, pause);
  const read = await readDocuments(documents, pause);
  const { vocabulary, placeOf } = await sortWords(read.words, pause);
  const { starts, postings } = await invert(read, placeOf, pause);
  return {
    build: snapshot.build,
    documents,
    ...(await columnsOf(documents, pause)),
    titleWords: read.titleWords,
    vocabulary,
    letters: Uint32Array.from(vocabulary, lettersOf),
    lengths: Uint8Array.from(vocabulary, ({ length }) => length),
    starts,
    postings,
  };
}

/** A set of the word's letters in 32 bits; letters that share a bit make it less sharp, never wrong. */
export function lettersOf(word: string): number {
  let set = 0;
  for (let i = 0; i < word.length; i++) set |= 1 << (word.charCodeAt(i) & 31);
  return set >>> 0;
}

async function columnsOf(
  documents: readonly SearchDocument[],
  pause: () => Promise<void>,
): Promise<Pick<SearchIndex, 'kinds' | 'sizes' | 'popularity' | 'artists' | 'artistOf'>> {
  const kinds = new Uint8Array(documents.length);
  const sizes = new Uint32Array(SEARCH_KINDS.length);
  const popularity = new Uint16Array(documents.length);
  const artists = new Map<string, number>();
  const artistOf = new Int32Array(documents.length).fill(-1);
  for (const [d, document] of documents.entries()) {
    const kind = SEARCH_KINDS.indexOf(document.kind);
    kinds[d] = kind;
    sizes[kind] = (sizes[kind] as number) + 1;
    popularity[d] = document.popularity;
    if (document.artistId !== null) {
      const artist = artists.get(document.artistId) ?? artists.size;
      artists.set(document.artistId, artist);
      artistOf[d] = artist;
    }
    if (d % (DOCUMENTS_A_SLICE * 8) === 0) await pause();
  }
  return { kinds, sizes, popularity, artists, artistOf };
}

/** Words by document in the order read: `word[i]` with `places[i]`, document d's from starts[d] to starts[d + 1]. */
interface ReadDocuments {
  readonly words: readonly string[];
  readonly word: readonly number[];
  readonly places: readonly number[];
  readonly starts: Uint32Array;
  readonly titleWords: Uint8Array;
  /** Words per field, title artist album: of a document at 3 × its place. */
  readonly lengths: Uint8Array;
}

/** A field's words by number, each with its bits; joined forms after those that count. */
interface ReadField {
  readonly words: readonly number[];
  readonly length: number;
  readonly distinct: number;
  readonly isWhole: readonly boolean[];
}

async function readDocuments(
  documents: readonly SearchDocument[],
  pause: () => Promise<void>,
): Promise<ReadDocuments> {
  const numbers = new Map<string, number>();
  const numberOf = (word: string): number => {
    const known = numbers.get(word) ?? numbers.size;
    numbers.set(word, known);
    return known;
  };
  // Artists and albums repeat; titles hardly do.
  const cache = new Map<string, ReadField>();
  const readCached = (text: string): ReadField => {
    const known = cache.get(text) ?? readField(text, numberOf);
    cache.set(text, known);
    return known;
  };
  const word: number[] = [];
  const places: number[] = [];
  const starts = new Uint32Array(documents.length + 1);
  const titleWords = new Uint8Array(documents.length);
  const lengths = new Uint8Array(documents.length * FIELDS.length);
  for (const [d, document] of documents.entries()) {
    FIELDS.forEach((name, f) => {
      const text = document[name];
      if (text === null) return;
      const field = f === 0 ? readField(text, numberOf) : readCached(text);
      lengths[d * FIELDS.length + f] = field.length;
      if (f === 0) titleWords[d] = field.distinct;
      field.words.forEach((number, i) => {
        word.push(number);
        const ofTitle = f === 0 ? (i === 0 ? BEGINS : 0) | (field.isWhole[i] === true ? IS_TITLE : 0) : 0;
        places.push((1 << f) | ofTitle);
      });
    });
    starts[d + 1] = word.length;
    if (d % DOCUMENTS_A_SLICE === 0) await pause();
  }
  return { words: [...numbers.keys()], word, places, starts, titleWords, lengths };
}

function readField(text: string, numberOf: (word: string) => number): ReadField {
  const { words, joined } = searchWords(text);
  const whole = words.join('');
  const all = [...words, ...joined];
  return {
    words: all.map(numberOf),
    length: words.length,
    distinct: new Set(words).size,
    isWhole: all.map((word) => word === whole),
  };
}

/** Sorts by first letter and then within it, so that no sort takes long. */
async function sortWords(
  words: readonly string[],
  pause: () => Promise<void>,
): Promise<{ vocabulary: string[]; placeOf: Uint32Array }> {
  const byLetter = new Map<number, number[]>();
  for (const [number, word] of words.entries()) {
    const letter = word.charCodeAt(0);
    const group = byLetter.get(letter);
    if (group === undefined) byLetter.set(letter, [number]);
    else group.push(number);
  }
  const vocabulary: string[] = [];
  const placeOf = new Uint32Array(words.length);
  for (const [, group] of [...byLetter].sort(([a], [b]) => a - b)) {
    await pause();
    for (const number of group.sort((a, b) => ((words[a] as string) < (words[b] as string) ? -1 : 1))) {
      placeOf[number] = vocabulary.length;
      vocabulary.push(words[number] as string);
    }
  }
  return { vocabulary, placeOf };
}

/** From words by document to documents by word, repeats of a word in a document added up. */
async function invert(
  { word, places, starts: documentStarts, lengths }: ReadDocuments,
  placeOf: Uint32Array,
  pause: () => Promise<void>,
): Promise<Pick<SearchIndex, 'starts' | 'postings'>> {
  const documents = documentStarts.length - 1;
  const normOf = await fieldNorms(lengths, pause);
  const starts = new Uint32Array(placeOf.length + 1);
  const lastDocument = new Int32Array(placeOf.length).fill(-1);
  /** Calls `visit` for each word of each document in order, `isNew` where it is the first of that word there. */
  const each = async (visit: (w: number, i: number, d: number, isNew: boolean) => void) => {
    lastDocument.fill(-1);
    for (let d = 0; d < documents; d++) {
      for (let i = documentStarts[d] as number; i < (documentStarts[d + 1] as number); i++) {
        const w = placeOf[word[i] as number] as number;
        visit(w, i, d, lastDocument[w] !== d);
        lastDocument[w] = d;
      }
      if (d % (DOCUMENTS_A_SLICE * 8) === 0) await pause();
    }
  };
  await each((w, _i, _d, isNew) => {
    if (isNew) starts[w + 1] = (starts[w + 1] as number) + 1;
  });
  for (let w = 0; w < placeOf.length; w++) starts[w + 1] = (starts[w + 1] as number) + (starts[w] as number);
  const total = starts[placeOf.length] as number;
  const postings = {
    document: new Uint32Array(total),
    places: new Uint8Array(total),
    weight: new Float32Array(total),
  };
  const next = starts.slice();
  await each((w, i, d, isNew) => {
    const at = isNew ? (next[w] as number) : (next[w] as number) - 1;
    if (isNew) next[w] = at + 1;
    const bits = places[i] as number;
    postings.document[at] = d;
    postings.places[at] = (postings.places[at] as number) | bits;
    postings.weight[at] = (postings.weight[at] as number) + normOf(d, bits);
  });
  return { starts, postings };
}

/** What one occurrence of a word weighs: `w_f / (1 − b + b·length/average length)` of its field. */
async function fieldNorms(
  lengths: Uint8Array,
  pause: () => Promise<void>,
): Promise<(document: number, bits: number) => number> {
  await pause();
  const n = FIELDS.length;
  const sums = FIELDS.map(() => 0);
  const having = FIELDS.map(() => 0);
  lengths.forEach((length, i) => {
    if (length === 0) return;
    sums[i % n] = (sums[i % n] as number) + length;
    having[i % n] = (having[i % n] as number) + 1;
  });
  const averages = sums.map((sum, f) => sum / Math.max(1, having[f] as number));
  return (document, bits) => {
    const f = (bits & IN_TITLE) !== 0 ? 0 : (bits & IN_ARTIST) !== 0 ? 1 : 2;
    const share = (lengths[document * n + f] as number) / (averages[f] as number);
    return FIELD_WEIGHTS[FIELDS[f] as (typeof FIELDS)[number]] / (1 - LENGTH_SHARE + LENGTH_SHARE * share);
  };
}

/** Which documents have which words of a query, and how well: one pass over the postings of each word's spellings. */
import { BEGINS, IN_ARTIST, IN_TITLE, IS_TITLE, type SearchIndex } from './search-index.ts';
import { plainSpellings, type Spelling, slippedSpellings } from './search-spellings.ts';

/** BM25's saturation of a word that is said again and again. */
export const K1 = 1.2;

/** What a word counts by where it stands in a document. */
const PLACE_FACTORS = Float32Array.from({ length: 32 }, (_, places) => {
  if ((places & IN_TITLE) !== 0) return (places & BEGINS) !== 0 ? 1 : 0.95;
  return (places & IN_ARTIST) !== 0 ? 0.9 : 0.7;
});

/** Per document; only what `found` names is of this query. */
export interface Matches {
  /** Words asked for. */
  readonly asked: number;
  /** Documents that have any of the words. */
  readonly found: Uint32Array;
  /** How many of the words it has. */
  readonly words: Uint8Array;
  /** Sum over words of how well its spelling and place fit, up to 1 each. */
  readonly spelling: Float32Array;
  /** BM25 over words, each counted as its best spelling. */
  readonly relevance: Float32Array;
  /** Bits of where and how its words were found. */
  readonly bits: Uint8Array;
  /** True where all of its title was named letter for letter, and nothing that is not of it or its artist. */
  isExact(document: number): boolean;
}

interface Scratch {
  readonly found: Uint32Array;
  readonly words: Uint8Array;
  readonly spelling: Float32Array;
  readonly relevance: Float32Array;
  readonly bits: Uint8Array;
  readonly titleWords: Uint8Array;
  readonly artistWords: Uint8Array;
  /** Of the word at hand. */
  readonly having: Uint32Array;
  readonly quality: Float32Array;
  readonly weight: Float32Array;
  readonly how: Uint8Array;
  size: number;
}

/** Kept per index: a query is answered in one go, so nothing else uses it meanwhile. */
const scratches = new WeakMap<SearchIndex, Scratch>();

function scratchOf(index: SearchIndex): Scratch {
  const kept = scratches.get(index);
  if (kept !== undefined) {
    clear(kept);
    return kept;
  }
  const n = index.documents.length;
  const made: Scratch = {
    found: new Uint32Array(n),
    words: new Uint8Array(n),
    spelling: new Float32Array(n),
    relevance: new Float32Array(n),
    bits: new Uint8Array(n),
    titleWords: new Uint8Array(n),
    artistWords: new Uint8Array(n),
    having: new Uint32Array(n),
    quality: new Float32Array(n),
    weight: new Float32Array(n),
    how: new Uint8Array(n),
    size: 0,
  };
  scratches.set(index, made);
  return made;
}

function clear(scratch: Scratch): void {
  const { words, spelling, relevance, bits, titleWords, artistWords } = scratch;
  for (const d of scratch.found.subarray(0, scratch.size))
    words[d] = spelling[d] = relevance[d] = bits[d] = titleWords[d] = artistWords[d] = 0;
  scratch.size = 0;
}

/**
 * Looks up distinct words; with `slips` also what slips of the pen made of others. The arrays are good until the
 * next call for the same index.
 */
export function matchWords(index: SearchIndex, words: readonly string[], slips: boolean): Matches {
  const scratch = scratchOf(index);
  for (const [i, word] of words.entries()) {
    const isLast = i === words.length - 1;
    const spellings = plainSpellings(index, word, isLast);
    if (slips) spellings.push(...slippedSpellings(index, word, isLast));
    addWord(index, scratch, spellings);
  }
  const { titleWords, artistWords, bits } = scratch;
  return {
    ...scratch,
    asked: words.length,
    found: scratch.found.subarray(0, scratch.size),
    isExact: (d) => {
      const ofTitle = titleWords[d] as number;
      const isAll =
        ofTitle > 0 && (ofTitle === index.titleWords[d] || ((bits[d] as number) & IS_TITLE) !== 0);
      return isAll && ofTitle + (artistWords[d] as number) === words.length;
    },
  };
}

function addWord(index: SearchIndex, scratch: Scratch, spellings: readonly Spelling[]): void {
  const count = readPostings(index, scratch, spellings);
  const { found, words, spelling, relevance, bits, having, quality, weight, how } = scratch;
  // Robertson and Spärck Jones, kept above 0; a word's spellings are one word to it.
  const idf = Math.log(1 + (index.documents.length - count + 0.5) / (count + 0.5));
  for (let i = 0; i < count; i++) {
    const d = having[i] as number;
    if (words[d] === 0) found[scratch.size++] = d;
    const w = weight[d] as number;
    words[d] = (words[d] as number) + 1;
    spelling[d] = (spelling[d] as number) + (quality[d] as number);
    relevance[d] = (relevance[d] as number) + (idf * w * (K1 + 1)) / (w + K1);
    bits[d] = (bits[d] as number) | (how[d] as number);
    quality[d] = weight[d] = how[d] = 0;
  }
}

/** Fills `having` with the documents of a word's spellings and the best of each; answers how many they are. */
function readPostings(
  { starts, postings }: SearchIndex,
  scratch: Scratch,
  spellings: readonly Spelling[],
): number {
  const { having, quality, weight, how, titleWords, artistWords } = scratch;
  let count = 0;
  for (const spelling of spellings) {
    const isItself = spelling.how === 0;
    const end = starts[spelling.word + 1] as number;
    for (let at = starts[spelling.word] as number; at < end; at++) {
      const d = postings.document[at] as number;
      const places = postings.places[at] as number;
      if (quality[d] === 0) having[count++] = d;
      const fits = spelling.quality * (PLACE_FACTORS[places] as number);
      if (fits > (quality[d] as number)) {
        quality[d] = fits;
        how[d] = spelling.how | (isItself ? places & ~BEGINS : places & ~(BEGINS | IS_TITLE));
      }
      const weighs = spelling.quality * (postings.weight[at] as number);
      if (weighs > (weight[d] as number)) weight[d] = weighs;
      if (!isItself) continue;
      if ((places & IN_TITLE) !== 0) titleWords[d] = (titleWords[d] as number) + 1;
      else if ((places & IN_ARTIST) !== 0) artistWords[d] = (artistWords[d] as number) + 1;
    }
  }
  return count;
}

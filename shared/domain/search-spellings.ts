/** Which words of the vocabulary a word of a query may mean: itself, what it begins, and what a slip made of it. */
import { forgivenSlips, trigramSimilarity, wordDistance } from './edit-distance.ts';
import { lettersOf, type SearchIndex } from './search-index.ts';

/** How a word was found, as bits beside the places of a posting. */
export const AS_BEGINNING = 32;
export const WITH_SLIPS = 64;

export interface Spelling {
  /** Place in the vocabulary. */
  readonly word: number;
  /** 1 for the word itself, less the further it is from it. */
  readonly quality: number;
  /** 0, AS_BEGINNING, WITH_SLIPS or both. */
  readonly how: number;
}

/** Letters from which on a word that is not the last is taken for a beginning too. */
const LEAST_BEGINNING = 3;

/** First place whose word is not before `text`. */
function firstFrom(vocabulary: readonly string[], text: string): number {
  let low = 0;
  let high = vocabulary.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((vocabulary[middle] as string) < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The word itself and, where it is long enough or still being typed, the words it begins. */
export function plainSpellings({ vocabulary }: SearchIndex, word: string, isLast: boolean): Spelling[] {
  const found: Spelling[] = [];
  const takesBeginnings = isLast || word.length >= LEAST_BEGINNING;
  for (let w = firstFrom(vocabulary, word); vocabulary[w]?.startsWith(word) === true; w++) {
    const { length } = vocabulary[w] as string;
    if (length === word.length) found.push({ word: w, quality: 1, how: 0 });
    else if (takesBeginnings)
      found.push({ word: w, quality: 0.75 + (0.2 * word.length) / length, how: AS_BEGINNING });
    else break;
  }
  return found;
}

/**
 * Words within the slips a word of its length is forgiven (see forgivenSlips), nearer ones by their trigrams; of a
 * word still being typed also those that begin so, with the same first letter.
 */
export function slippedSpellings(index: SearchIndex, word: string, isLast: boolean): Spelling[] {
  const slips = forgivenSlips(word);
  if (slips === 0) return [];
  const { vocabulary, letters, lengths } = index;
  const ours = lettersOf(word);
  const sameStart = isLast
    ? [firstFrom(vocabulary, word.charAt(0)), firstFrom(vocabulary, `${word.charAt(0)}\uffff`)]
    : [0, 0];
  const found: Spelling[] = [];
  for (let w = 0; w < vocabulary.length; w++) {
    const theirs = letters[w] as number;
    if (bits(ours & ~theirs) > slips) continue;
    const longer = (lengths[w] as number) - word.length;
    const maybeWhole = Math.abs(longer) <= slips && bits(theirs & ~ours) <= slips;
    const maybeBeginning = longer > 0 && w >= (sameStart[0] as number) && w < (sameStart[1] as number);
    if (!maybeWhole && !maybeBeginning) continue;
    const other = vocabulary[w] as string;
    if (other.startsWith(word)) continue;
    const distance = wordDistance(word, other, slips);
    if (maybeWhole && distance.whole <= slips)
      found.push({ word: w, quality: 0.4 + 0.3 * trigramSimilarity(word, other), how: WITH_SLIPS });
    else if (maybeBeginning && distance.beginning <= slips) {
      const quality = 0.35 + 0.25 * trigramSimilarity(word, other.slice(0, word.length));
      found.push({ word: w, quality, how: WITH_SLIPS | AS_BEGINNING });
    }
  }
  return found;
}

/** How many bits are set. */
function bits(set: number): number {
  let x = set - ((set >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

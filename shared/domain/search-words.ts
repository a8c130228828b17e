/** Text as search compares it: folded, in Latin letters where there is a common way, cut into words. */
import { foldLetters } from './text-folding.ts';
import { toLatin } from './transliteration.ts';

/** Words of a text beyond these are not looked at, letters of a word beyond those neither. */
export const MAX_WORDS = 24;
const MAX_LETTERS = 32;

/** Scripts written without spaces: each sign is a word. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu;
const BETWEEN_WORDS = /[^\p{L}\p{N}\p{M}]+/u;

export interface SearchWords {
  /** In order, repeats kept, at most MAX_WORDS. */
  readonly words: readonly string[];
  /** What punctuation split, as it is typed without: `acdc` of AC/DC, `aha` of a-ha. */
  readonly joined: readonly string[];
}

/** Words of a name or a query; none of a text of punctuation alone. */
export function searchWords(text: string): SearchWords {
  const folded = toLatin(foldLetters(text)).replaceAll('&', ' and ').replace(UNSPACED, ' $& ');
  const words: string[] = [];
  const joined: string[] = [];
  for (const chunk of folded.split(/\s+/)) {
    const parts = chunk.split(BETWEEN_WORDS).filter((part) => part !== '');
    for (const part of parts.slice(0, MAX_WORDS - words.length)) words.push(shortened(part));
    if (words.length === MAX_WORDS) break;
    if (parts.length > 1) joined.push(shortened(parts.join('')));
  }
  return { words, joined };
}

function shortened(word: string): string {
  return word.length > MAX_LETTERS ? word.slice(0, MAX_LETTERS) : word;
}

/** A prompt's words put together to what they mean: phrases, genres, artists and quantities, the longest first. */
import { LANGUAGES } from './brief-languages.ts';
import { type Quantity, readQuantity } from './brief-numbers.ts';
import { Spellings } from './brief-spelling.ts';
import type { Word } from './brief-text.ts';
import type { Vocabulary } from './brief-vocabulary.ts';
import { LONGEST_PHRASE, MEANINGS, type Meaning } from './brief-words.ts';
import { foldWords } from './text-folding.ts';

export type LexemeMeaning =
  | Meaning
  | { readonly kind: 'genre'; readonly genre: string; readonly isOwnName: boolean }
  | { readonly kind: 'artist'; readonly name: string }
  | { readonly kind: 'quantity'; readonly quantity: Quantity; readonly isFurther: boolean }
  | { readonly kind: 'unknown' };

export interface Lexeme {
  readonly meaning: LexemeMeaning;
  /** Words `from` up to, not including, `to`. */
  readonly from: number;
  readonly to: number;
  readonly parted: Word['parted'];
}

/** Looks for misspelt names in one text; each costs some microseconds. */
const MOST_GUESSES = 200;
/** A name of one word that is shorter needs a cue before it. Letters. */
const SHORTEST_NAME = 4;
/** What an own genre of the catalogue is not taken for: a prompt means these words as such. */
const STRONGER = new Set(['cue', 'moods', 'version', 'clean']);

/** What may be misspelt: of other words too many are everyday words themselves (`shower`, `slower`). */
const FORGIVEN = new Set(['moods', 'activity', 'version', 'popularity']);

let spellings: Spellings | undefined;

/** The only word of the table that this one is with one typo. */
function meaningMisspelt(word: string): Meaning | undefined {
  spellings ??= new Spellings(
    [...MEANINGS].flatMap(([phrase, { kind }]) =>
      FORGIVEN.has(kind) && /^\S{5,}$/.test(phrase) ? [phrase] : [],
    ),
  );
  return MEANINGS.get(spellings.nearest(word) ?? '');
}

/** `now`: the current year. Every word belongs to exactly one lexeme. */
export function readLexemes(words: readonly Word[], vocabulary: Vocabulary, now: number): Lexeme[] {
  const lexer = new Lexer(words, vocabulary, now);
  const lexemes: Lexeme[] = [];
  for (let at = 0; at < words.length; ) {
    const { meaning, length } = lexer.read(at, lexemes.at(-1)?.meaning);
    lexemes.push({ meaning, from: at, to: at + length, parted: (words[at] as Word).parted });
    at += length;
  }
  return lexemes;
}

interface Found {
  readonly meaning: LexemeMeaning;
  readonly length: number;
}

/** False for synonyms, and for sub-genres that only stand for what contains them. */
function isOwnName(phrase: string, genre: string): boolean {
  return phrase === foldWords(genre);
}

class Lexer {
  readonly #words: readonly Word[];
  readonly #vocabulary: Vocabulary;
  readonly #now: number;
  readonly #isShouted: boolean;
  #guesses = MOST_GUESSES;

  constructor(words: readonly Word[], vocabulary: Vocabulary, now: number) {
    this.#words = words;
    this.#vocabulary = vocabulary;
    this.#now = now;
    this.#isShouted = !words.some(({ original }) => /\p{Ll}/u.test(original));
  }

  read(at: number, before: LexemeMeaning | undefined): Found {
    const quantity = this.#readQuantity(at);
    const named = this.#readNamed(at, before);
    const isArtist = named?.meaning.kind === 'artist';
    if (quantity !== undefined && quantity.length + (isArtist ? 0 : 1) > (named?.length ?? 0))
      return quantity;
    if (named !== undefined && named.meaning.kind !== 'filler') return named;
    return this.#readMisspelt(at) ?? named ?? { meaning: { kind: 'unknown' }, length: 1 };
  }

  #readQuantity(at: number): Found | undefined {
    const read = readQuantity(this.#words, at, this.#now);
    if (read === undefined || read.words === 0) return undefined;
    const { quantity, words, isFurther = false } = read;
    if (quantity !== undefined) return { meaning: { kind: 'quantity', quantity, isFurther }, length: words };
    // A number that counts nothing known: small ones in words say little (`one of those`).
    const isDigits = this.#words.slice(at, at + words).some(({ text }) => /^\d/.test(text));
    return { meaning: { kind: isDigits ? 'unknown' : 'filler' }, length: words };
  }

  /** The longest of a phrase, a genre and an artist. */
  #readNamed(at: number, before: LexemeMeaning | undefined): Found | undefined {
    const most = Math.max(LONGEST_PHRASE, this.#vocabulary.longest);
    for (let length = Math.min(most, this.#words.length - at); length > 0; length--) {
      const phrase = this.#phrase(at, length);
      if (phrase === undefined) continue;
      const known = MEANINGS.get(phrase) ?? LANGUAGES.get(phrase);
      const genre = this.#vocabulary.genreSpelt(phrase);
      const isOwnGenre = genre !== undefined && this.#vocabulary.genres.includes(genre);
      if (this.#isArtist(at, length, phrase, before)) {
        const [artist] = this.#vocabulary.artistsSpelt(phrase);
        if (artist !== undefined) return { meaning: { kind: 'artist', name: artist.name }, length };
      }
      const isPlain = known === undefined || known.kind === 'filler';
      if (genre !== undefined && (isPlain || (isOwnGenre && !STRONGER.has(known.kind))))
        return { meaning: { kind: 'genre', genre, isOwnName: isOwnName(phrase, genre) }, length };
      if (known !== undefined) return { meaning: known, length };
    }
    return undefined;
  }

  /** Names made of everyday words only need a cue or capitals: `Happy House`, `Air`. */
  #isArtist(at: number, length: number, phrase: string, before: LexemeMeaning | undefined): boolean {
    if (this.#vocabulary.artistsSpelt(phrase).length === 0) return false;
    const own = this.#words.slice(at, at + length);
    const isEveryday = own.every(({ text }) => this.#isKnown(text)) || phrase.length < SHORTEST_NAME;
    if (!isEveryday) return true;
    if (length > 1 && own.every(({ text }) => MEANINGS.get(text)?.kind === 'filler')) return true;
    if (before?.kind === 'cue' && /^(?:like|by|from)$/.test(before.cue)) return true;
    return !this.#isShouted && at > 0 && own.every(({ original }) => /^\p{Lu}/u.test(original));
  }

  #isKnown(word: string): boolean {
    return MEANINGS.has(word) || LANGUAGES.has(word) || this.#vocabulary.genreSpelt(word) !== undefined;
  }

  #readMisspelt(at: number): Found | undefined {
    const { text } = this.#words[at] as Word;
    const isUnknown = !this.#isKnown(text);
    for (let length = Math.min(this.#vocabulary.longest, this.#words.length - at); length > 0; length--) {
      const phrase = this.#phrase(at, length);
      if (phrase === undefined || (!isUnknown && (length === 1 || !this.#hasUnknown(at, length)))) continue;
      if (this.#guesses-- <= 0) break;
      const artist = this.#vocabulary.artistMisspelt(phrase);
      if (artist !== undefined) return { meaning: { kind: 'artist', name: artist.name }, length };
    }
    if (/\d/.test(text)) return undefined;
    for (const length of [2, 1]) {
      const phrase = at + length > this.#words.length ? undefined : this.#phrase(at, length);
      if (phrase === undefined || !this.#hasUnknown(at, length)) continue;
      const genre = this.#vocabulary.genreMisspelt(phrase);
      if (genre !== undefined) return { meaning: { kind: 'genre', genre, isOwnName: true }, length };
    }
    if (!isUnknown) return undefined;
    const meaning = meaningMisspelt(text);
    return meaning === undefined ? undefined : { meaning, length: 1 };
  }

  #hasUnknown(at: number, length: number): boolean {
    return this.#words.slice(at, at + length).some(({ text }) => !this.#isKnown(text));
  }

  /** Undefined where a pause lies within. */
  #phrase(at: number, length: number): string | undefined {
    let phrase = '';
    for (let i = at; i < at + length; i++) {
      const word = this.#words[i] as Word;
      if (i > at && word.parted !== 'no') return undefined;
      phrase += (i > at ? ' ' : '') + word.text;
    }
    return phrase;
  }
}

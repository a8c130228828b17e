/** Quantities in words and digits: years and decades, tempi, numbers of tracks, lengths of time. */
import { MOST_MINUTES, type Range } from './brief.ts';
import { type Value, ValueReader } from './brief-number-values.ts';
import {
  ABOUT_TEMPO,
  bounded,
  COMPARISONS,
  type Comparison,
  EXACT_TEMPO,
  FAR,
  HOURS,
  LEAST_BOUND,
  LONGEST_COMPARISON,
  MINUTES,
  TRACKS,
  words,
} from './brief-number-words.ts';
import type { Word } from './brief-text.ts';

export type Quantity =
  | { readonly kind: 'years'; readonly range: Range; readonly isDecade: boolean }
  | { readonly kind: 'bpm'; readonly range: Range }
  | { readonly kind: 'tracks'; readonly count: number }
  | { readonly kind: 'minutes'; readonly minutes: number };

export interface ReadQuantity {
  /** Undefined: a number that stands for nothing known. */
  readonly quantity: Quantity | undefined;
  /** Words it takes up. */
  readonly words: number;
  /** More tracks or minutes than there are: `10 more songs`. */
  readonly isFurther?: boolean;
}

/** What begins at `words[at]`; undefined where no number does. `now` is the current year. */
export function readQuantity(text: readonly Word[], at: number, now: number): ReadQuantity | undefined {
  const reader = new Reader(text, at, now);
  return reader.read();
}

/** Whether words in between are no numbers and no sentence ends there: then a number counts what comes. */
function countsTracks(text: readonly Word[], after: number): boolean {
  for (let i = after; i < Math.min(text.length, after + FAR); i++) {
    const { text: word, parted } = text[i] as Word;
    if (i > after && parted !== 'no') return false;
    if (i === after && parted === 'sentence') return false;
    if (TRACKS.has(word)) return true;
    if (/^\d/.test(word) || word === 'and' || MINUTES.has(word) || HOURS.has(word) || word === 'bpm')
      return false;
  }
  return false;
}

class Reader extends ValueReader {
  read(): ReadQuantity | undefined {
    const { comparison, isTempo } = this.#readComparison();
    if (comparison === 'last') return this.#readLast();
    this.skip('the', 'an', 'a');
    const minutes = this.readTime();
    if (minutes !== undefined) return this.#minutes(minutes, comparison);
    const first = this.readValue();
    if (first === undefined) return undefined;
    const second = this.#readSecond(comparison, first.kind);
    const min = Math.min(first.min, second?.min ?? first.min);
    const max = Math.max(first.max, second?.max ?? first.max);
    const kind = second?.kind === 'decade' ? second.kind : first.kind;
    if (kind === 'decade') return this.#years(comparison, min, max, true);
    return this.#readUnit(comparison, { min, max, kind }, isTempo, second !== undefined);
  }

  /** The last of several comparisons: `from before`, `at around`. */
  #readComparison(): { comparison: Comparison; isTempo: boolean } {
    let comparison: Comparison = 'exact';
    let isTempo = false;
    for (let found = true; found; ) {
      found = false;
      for (let length = LONGEST_COMPARISON; length > 0 && !found; length--) {
        const phrase = this.phrase(length);
        const next = phrase === undefined ? undefined : COMPARISONS.get(phrase);
        if (next === undefined || phrase === undefined) continue;
        found = true;
        this.at += length;
        if (/\bat$|\b(?:faster|slower|quicker|tempo|bpm)\b/.test(phrase)) isTempo = true;
        if (next !== 'exact') comparison = next;
      }
    }
    return { comparison, isTempo };
  }

  /** `the last ten years`, `the past decade`, `last year`. */
  #readLast(): ReadQuantity | undefined {
    const value = this.readNumber() ?? (this.skip('few') ? 5 : undefined);
    const unit = this.word();
    const years = { year: 1, years: 1, decade: 10, decades: 10 }[unit];
    if (years === undefined) return undefined;
    this.at++;
    const min = Math.max(1000, this.now - (value ?? 1) * years);
    return this.#done({ kind: 'years', range: { min, max: null }, isDecade: false });
  }

  /** The other end of a range. Two numbers with `and` are one only after `between`, two decades always. */
  #readSecond(comparison: Comparison, kind: Value['kind']): Value | undefined {
    const from = this.at;
    const word = this.word();
    const isRange = word === 'to' || word === 'through' || word === 'until' || word === 'till';
    if (!isRange && !(word === 'and' && comparison === 'between')) return undefined;
    this.at++;
    this.skip('the');
    if (isRange && kind !== 'number' && this.skip('now', 'today', 'present', 'date'))
      return { min: this.now, max: this.now, kind: 'year' };
    const second = this.readValue();
    const isLike = second !== undefined && (second.kind === 'number') === (kind === 'number');
    if (isLike) return second;
    this.at = from;
    return undefined;
  }

  #readUnit(comparison: Comparison, value: Value, isTempo: boolean, isRange: boolean): ReadQuantity {
    const isUp = /^\+$/.test(this.text[this.at]?.original ?? '') && this.next();
    if (isUp) return this.#readUnit('least', value, isTempo, isRange);
    const isFurther = this.word() === 'more' && this.next();
    const word = this.word();
    if (word === 'bpm' || this.phrase(3) === 'beats per minute') {
      this.at += word === 'bpm' ? 1 : 3;
      return this.#tempo(comparison, value, isRange);
    }
    if (MINUTES.has(word) && this.next()) return this.#minutes(value.max);
    if (HOURS.has(word) && this.next()) return this.#minutes(value.max * 60);
    if (TRACKS.has(word) || (value.kind !== 'year' && countsTracks(this.text, this.at)))
      return { ...this.#done({ kind: 'tracks', count: value.max }), isFurther };
    if (value.kind === 'year') return this.#years(comparison, value.min, value.max, false);
    const isBeat = value.min >= 50 && value.max <= 220;
    if (isBeat && (isTempo || (isRange && comparison !== 'about')))
      return this.#tempo(comparison, value, isRange);
    const before = this.text[this.start - 1]?.text ?? '';
    if (/^(?:it|top|of|exactly|playlist)$/.test(before) || isFurther)
      return { ...this.#done({ kind: 'tracks', count: value.max }), isFurther };
    return this.#done(undefined);
  }

  #tempo(comparison: Comparison, { min, max }: Value, isRange: boolean): ReadQuantity {
    const share = isRange ? 0 : comparison === 'about' ? ABOUT_TEMPO : EXACT_TEMPO;
    const width = (value: number) => Math.round(value * share);
    const isUp =
      this.skip('onwards') || this.skipEither('or more', 'or faster', 'or higher', 'and up', 'and above');
    const range = bounded(isUp ? 'least' : comparison, min, max, 0, width);
    return this.#done({ kind: 'bpm', range });
  }

  #years(comparison: Comparison, min: number, max: number, isDecade: boolean): ReadQuantity {
    let kind = comparison;
    if (
      this.skip('onwards', 'onward', 'on') ||
      this.skipEither(
        ...words('and later; and after; and newer; and beyond; or later; or newer; and onwards'),
      )
    )
      kind = 'least';
    else if (this.skipEither(...words('or earlier; and earlier; or older; and older; or before; and before')))
      kind = 'most';
    const width = kind === 'about' && !isDecade ? 1 : 0;
    return this.#done({ kind: 'years', range: bounded(kind, min, max, 1, () => width), isDecade });
  }

  #minutes(minutes: number, comparison: Comparison = 'exact'): ReadQuantity {
    const isFurther = this.word() === 'more' && this.next();
    // How long each song is, is another matter.
    const next = this.phrase(2) ?? '';
    const isOfSongs = minutes < LEAST_BOUND && /^(?:most|below|least|above)$/.test(comparison);
    if (
      isOfSongs ||
      /^(?:per|each|a|long) ?(?:song|track|tune|songs|tracks|tunes)?$/.test(next) ||
      /^(?:each|apiece)$/.test(this.word())
    )
      return { quantity: undefined, words: this.at - this.start };
    const whole = Math.round(Math.min(MOST_MINUTES, Math.max(1, minutes)));
    return { ...this.#done({ kind: 'minutes', minutes: whole }), isFurther };
  }

  #done(quantity: Quantity | undefined): ReadQuantity {
    return { quantity, words: this.at - this.start };
  }
}

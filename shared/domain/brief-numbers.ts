/** Quantities in words and digits: years and decades, tempi, numbers of tracks, lengths of time. */
import { MOST_MINUTES, type Range } from './brief.ts';
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

type Comparison = 'exact' | 'about' | 'least' | 'above' | 'most' | 'below' | 'between' | 'last';

const words = (text: string): readonly string[] => text.split('; ');
const COMPARISONS: ReadonlyMap<string, Comparison> = new Map(
  (
    [
      [
        'exact',
        'in; at; from; of; from the year; the year; exactly; tempo; bpm; bpm of; tempo of; a tempo of; at a tempo of',
      ],
      [
        'about',
        'around; about; roughly; approximately; approx; circa; ca; some; nearly; almost; maybe; like; say; or so',
      ],
      [
        'least',
        'at least; since; from at least; minimum; min; no less than; no fewer than; not less than; not before; no earlier than; starting from; starting in; no slower than; not slower than; post; nothing slower than; nothing before; nothing from before; nothing older than; no older than; not older than; nothing under; nothing below; nothing earlier than',
      ],
      [
        'above',
        'over; above; more than; faster than; after; later than; newer than; younger than; north of; greater than; higher than; quicker than; longer than',
      ],
      [
        'most',
        'at most; up to; until; till; maximum; max; no more than; not more than; not over; not after; no later than; no longer than; not longer than; no faster than; not faster than; nothing faster than; nothing over; nothing above; nothing after; nothing from after; nothing newer than; nothing later than; no newer than; not newer than; not above',
      ],
      [
        'below',
        'under; below; less than; fewer than; slower than; before; prior to; older than; earlier than; pre; lower than; shorter than',
      ],
      ['between', 'between; anywhere between; anything between; somewhere between; between the'],
      ['last', 'last; past; previous; the last; the past; recent'],
    ] as const
  ).flatMap(([comparison, phrases]) => words(phrases).map((phrase) => [phrase, comparison] as const)),
);
const LONGEST_COMPARISON = 3;

const ONES = words(
  'zero; one; two; three; four; five; six; seven; eight; nine; ten; eleven; twelve; thirteen; fourteen; fifteen; sixteen; seventeen; eighteen; nineteen',
);
const TENS = words('twenty; thirty; forty; fifty; sixty; seventy; eighty; ninety');
const DECADES: ReadonlyMap<string, number> = new Map([
  ['twenties', 2020],
  ['thirties', 1930],
  ['forties', 1940],
  ['fifties', 1950],
  ['sixties', 1960],
  ['seventies', 1970],
  ['eighties', 1980],
  ['nineties', 1990],
  ['noughties', 2000],
  ['naughties', 2000],
  ['aughts', 2000],
  ['tens', 2010],
]);
const PART: Readonly<Record<string, readonly [number, number]>> = {
  early: [0, 3],
  mid: [3, 6],
  middle: [3, 6],
  late: [6, 9],
};
const TRACKS = new Set(
  words(
    'song; songs; track; tracks; tune; tunes; titles; numbers; pieces; bangers; hits; jams; anthems; cuts; recordings; gems; favourites; favorites; classics; ballads; banger',
  ),
);
const MINUTES = new Set(words('minutes; minute; min; mins; m'));
const HOURS = new Set(words('hour; hours; h; hr; hrs'));
/** Around a tempo that was named, as a share of it. */
const EXACT_TEMPO = 0.03;
const ABOUT_TEMPO = 0.05;
/** Words between a number and what it counts: `20 slow sad songs`. */
const FAR = 4;

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

interface Value {
  readonly min: number;
  readonly max: number;
  readonly kind: 'number' | 'year' | 'decade';
}

class Reader {
  readonly #text: readonly Word[];
  readonly #start: number;
  readonly #now: number;
  #at: number;

  constructor(text: readonly Word[], at: number, now: number) {
    this.#text = text;
    this.#start = at;
    this.#at = at;
    this.#now = now;
  }

  read(): ReadQuantity | undefined {
    const { comparison, isTempo } = this.#readComparison();
    if (comparison === 'last') return this.#readLast();
    this.#skip('the', 'an', 'a');
    const minutes = this.#readTime();
    if (minutes !== undefined) return this.#minutes(minutes);
    const first = this.#readValue();
    if (first === undefined) return undefined;
    const second = this.#readSecond(comparison, first.kind);
    const min = Math.min(first.min, second?.min ?? first.min);
    const max = Math.max(first.max, second?.max ?? first.max);
    const kind = first.kind === 'number' && second !== undefined ? second.kind : first.kind;
    if (kind === 'decade') return this.#years(comparison, min, max, true);
    return this.#readUnit(comparison, { min, max, kind }, isTempo, second !== undefined);
  }

  #word(ahead = 0): string {
    return this.#text[this.#at + ahead]?.text ?? '';
  }

  #skip(...skipped: string[]): boolean {
    if (!skipped.includes(this.#word()) || this.#word() === '') return false;
    this.#at++;
    return true;
  }

  #skipEither(...phrases: string[]): boolean {
    if (!phrases.includes(this.#phrase(2) ?? '')) return false;
    this.#at += 2;
    return true;
  }

  #isHour(): boolean {
    return HOURS.has(this.#word());
  }

  /** The last of several comparisons: `from before`, `at around`. */
  #readComparison(): { comparison: Comparison; isTempo: boolean } {
    let comparison: Comparison = 'exact';
    let isTempo = false;
    for (let found = true; found; ) {
      found = false;
      for (let length = LONGEST_COMPARISON; length > 0 && !found; length--) {
        const phrase = this.#phrase(length);
        const next = phrase === undefined ? undefined : COMPARISONS.get(phrase);
        if (next === undefined || phrase === undefined) continue;
        found = true;
        this.#at += length;
        if (
          /\b(?:at|tempo|bpm)$/.test(phrase) ||
          /\b(?:faster|slower|quicker)\b/.test(phrase) ||
          /\b(?:tempo|bpm)\b/.test(phrase)
        )
          isTempo = true;
        if (next !== 'exact') comparison = next;
      }
    }
    return { comparison, isTempo };
  }

  #phrase(length: number): string | undefined {
    let phrase = '';
    for (let i = 0; i < length; i++) {
      const word = this.#text[this.#at + i];
      if (word === undefined || (i > 0 && word.parted !== 'no')) return undefined;
      phrase += (i > 0 ? ' ' : '') + word.text;
    }
    return phrase;
  }

  /** `the last ten years`, `the past decade`, `last year`. */
  #readLast(): ReadQuantity | undefined {
    const value = this.#readNumber() ?? (this.#skip('few') ? 5 : undefined);
    const unit = this.#word();
    const years = { year: 1, years: 1, decade: 10, decades: 10 }[unit];
    if (years === undefined) return undefined;
    this.#at++;
    const min = Math.max(1000, this.#now - (value ?? 1) * years);
    return this.#done({ kind: 'years', range: { min, max: null }, isDecade: false });
  }

  /** Minutes of `half an hour`, `an hour and a half`, `two and a half hours`, `1h30`. */
  #readTime(): number | undefined {
    const from = this.#at;
    const minutes = this.#readMinutes();
    if (minutes === undefined) this.#at = from;
    return minutes;
  }

  #readMinutes(): number | undefined {
    if (this.#skip('half')) {
      this.#skip('an', 'a');
      return this.#isHour() && this.#next() ? 30 : undefined;
    }
    const quarters =
      this.#word() === 'three' && this.#word(1) === 'quarters' ? 3 : this.#word() === 'quarter' ? 1 : 0;
    if (quarters > 0) {
      this.#at += quarters === 3 ? 2 : 1;
      this.#skip('of');
      this.#skip('an', 'a');
      return this.#isHour() && this.#next() ? 15 * quarters : undefined;
    }
    const amount = this.#isHour() && this.#start < this.#at ? 1 : this.#readNumber();
    if (amount === undefined) return undefined;
    const whole = amount + this.#readHalf();
    if (MINUTES.has(this.#word()) && this.#next()) return whole;
    const unit = this.#word();
    if (!this.#isHour()) return undefined;
    this.#at++;
    return (whole + this.#readHalf()) * 60 + this.#readRest(unit);
  }

  /** The minutes of `an hour and ten minutes` and `1h30`. */
  #readRest(unit: string): number {
    const from = this.#at;
    const isAnd = this.#skip('and');
    const rest = this.#readNumber() ?? 60;
    if (rest < 60 && (this.#skip(...MINUTES) || (unit === 'h' && !isAnd))) return rest;
    this.#at = from;
    return 0;
  }

  #next(): true {
    this.#at++;
    return true;
  }

  #readHalf(): number {
    if (this.#phrase(3) !== 'and a half') return 0;
    this.#at += 3;
    return 0.5;
  }

  #readValue(): Value | undefined {
    return this.#readDecade() ?? this.#readPlain();
  }

  #readPlain(): Value | undefined {
    const isBare = /^\d{4}$/.test(this.#word());
    const value = this.#readNumber();
    if (value === undefined) return undefined;
    const isYear = isBare && value >= 1900 && value <= 2100;
    return { min: value, max: value, kind: isYear ? 'year' : 'number' };
  }

  #readDecade(): Value | undefined {
    const from = this.#at;
    const part = PART[this.#word()];
    if (part !== undefined) this.#at++;
    this.#skip('to');
    if (part !== undefined && PART[this.#word()] !== undefined) this.#at++;
    this.#skip('of', 'the');
    const century = /^(?:nineteen|twenty)$/.test(this.#word()) && DECADES.has(this.#word(1));
    const isTwenty = century && this.#word() === 'twenty';
    if (century) this.#at++;
    const decade = decadeOf(this.#word(), isTwenty);
    if (decade === undefined) {
      this.#at = from;
      return undefined;
    }
    this.#at++;
    const [first, last] = part ?? [0, decade % 100 === 0 && decade < 1900 ? 99 : 9];
    return { min: decade + first, max: decade + last, kind: 'decade' };
  }

  #readNumber(): number | undefined {
    const from = this.#at;
    const word = this.#word();
    if (/^\d{1,7}(?:\.\d{1,3})?$/.test(word)) {
      this.#at++;
      return Number(word);
    }
    if (word === 'couple' || (word === 'a' && this.#word(1) === 'couple')) {
      this.#at += word === 'a' ? 2 : 1;
      this.#skip('of');
      return 2;
    }
    if (word === 'half' && this.#word(1) === 'a' && this.#word(2) === 'dozen') {
      this.#at += 3;
      return 6;
    }
    this.#skip('a');
    let value: number | undefined;
    for (;;) {
      const next = this.#word();
      const ten = TENS.indexOf(next);
      const one = ONES.indexOf(next);
      const times = { dozen: 12, hundred: 100, thousand: 1000 }[next];
      if (ten >= 0 && (value === undefined || value % 100 === 0)) value = (value ?? 0) + 10 * (ten + 2);
      else if (one >= 0 && (value === undefined || value % 10 === 0)) value = (value ?? 0) + one;
      else if (times !== undefined && (value ?? 0) < 1000) value = (value ?? 1) * times;
      else break;
      this.#at++;
    }
    if (value === undefined) this.#at = from;
    return value;
  }

  /** The other end of a range. Two numbers with `and` are one only after `between`, two decades always. */
  #readSecond(comparison: Comparison, kind: Value['kind']): Value | undefined {
    const from = this.#at;
    const word = this.#word();
    const isRange = word === 'to' || word === 'through' || word === 'until' || word === 'till';
    if (!isRange && !(word === 'and' && comparison === 'between')) return undefined;
    this.#at++;
    this.#skip('the');
    if (isRange && kind !== 'number' && this.#skip('now', 'today', 'present', 'date'))
      return { min: this.#now, max: this.#now, kind: 'year' };
    const second = this.#readValue();
    if (second === undefined) this.#at = from;
    return second;
  }

  #readUnit(comparison: Comparison, value: Value, isTempo: boolean, isRange: boolean): ReadQuantity {
    const isFurther = this.#word() === 'more' && this.#next();
    const word = this.#word();
    if (word === 'bpm' || this.#phrase(3) === 'beats per minute') {
      this.#at += word === 'bpm' ? 1 : 3;
      return this.#tempo(comparison, value, isRange);
    }
    if (MINUTES.has(word) && this.#next()) return this.#minutes(value.max);
    if (HOURS.has(word) && this.#next()) return this.#minutes(value.max * 60);
    if (TRACKS.has(word) || (value.kind !== 'year' && countsTracks(this.#text, this.#at)))
      return { ...this.#done({ kind: 'tracks', count: value.max }), isFurther };
    if (value.kind === 'year') return this.#years(comparison, value.min, value.max, false);
    const isBeat = value.min >= 50 && value.max <= 220;
    if (isBeat && (isTempo || (isRange && comparison !== 'about')))
      return this.#tempo(comparison, value, isRange);
    const before = this.#text[this.#start - 1]?.text ?? '';
    if (/^(?:it|top|of|exactly|playlist)$/.test(before) || isFurther)
      return { ...this.#done({ kind: 'tracks', count: value.max }), isFurther };
    return this.#done(undefined);
  }

  #tempo(comparison: Comparison, { min, max }: Value, isRange: boolean): ReadQuantity {
    const share = isRange ? 0 : comparison === 'about' ? ABOUT_TEMPO : EXACT_TEMPO;
    const width = (value: number) => Math.round(value * share);
    const isUp =
      this.#skip('onwards') || this.#skipEither('or more', 'or faster', 'or higher', 'and up', 'and above');
    const range = bounded(isUp ? 'least' : comparison, min, max, 0, width);
    return this.#done({ kind: 'bpm', range });
  }

  #years(comparison: Comparison, min: number, max: number, isDecade: boolean): ReadQuantity {
    let kind = comparison;
    if (
      this.#skip('onwards', 'onward', 'on') ||
      this.#skipEither(
        ...words('and later; and after; and newer; and beyond; or later; or newer; and onwards'),
      )
    )
      kind = 'least';
    else if (
      this.#skipEither(...words('or earlier; and earlier; or older; and older; or before; and before'))
    )
      kind = 'most';
    const width = kind === 'about' && !isDecade ? 1 : 0;
    return this.#done({ kind: 'years', range: bounded(kind, min, max, 1, () => width), isDecade });
  }

  #minutes(minutes: number): ReadQuantity {
    const isFurther = this.#word() === 'more' && this.#next();
    // How long each song is, is another matter.
    const next = this.#phrase(2) ?? '';
    if (
      /^(?:per|each|a|long) ?(?:song|track|tune|songs|tracks|tunes)?$/.test(next) ||
      /^(?:each|apiece)$/.test(this.#word())
    )
      return { quantity: undefined, words: this.#at - this.#start };
    const whole = Math.round(Math.min(MOST_MINUTES, Math.max(1, minutes)));
    return { ...this.#done({ kind: 'minutes', minutes: whole }), isFurther };
  }

  #done(quantity: Quantity | undefined): ReadQuantity {
    return { quantity, words: this.#at - this.#start };
  }
}

/** `step`: 1 where `after 2010` does not mean 2010 itself. */
function bounded(
  comparison: Comparison,
  min: number,
  max: number,
  step: number,
  width: (value: number) => number,
): Range {
  switch (comparison) {
    case 'least':
      return { min, max: null };
    case 'above':
      return { min: max + step, max: null };
    case 'most':
      return { min: null, max };
    case 'below':
      return { min: null, max: min - step };
    default:
      return { min: min - width(min), max: max + width(max) };
  }
}

function decadeOf(word: string, isTwenty: boolean): number | undefined {
  const named = DECADES.get(word);
  if (named !== undefined) return isTwenty ? 2000 + (named % 100) : named;
  const digits = /^(\d{2}|\d{3}0)s$/.exec(word)?.[1];
  if (digits === undefined) return undefined;
  const value = Number(digits);
  if (digits.length === 4) return value >= 1000 && value < 2100 ? value : undefined;
  if (value % 10 !== 0) return undefined;
  return value <= 20 ? 2000 + value : 1900 + value;
}

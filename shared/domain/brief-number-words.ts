/** Words of quantities: comparisons, numbers, decades, units, and what they come to. */
import type { Range } from './brief.ts';

export type Comparison = 'exact' | 'about' | 'least' | 'above' | 'most' | 'below' | 'between' | 'last';

export const words = (text: string): readonly string[] => text.split('; ');
export const COMPARISONS: ReadonlyMap<string, Comparison> = new Map(
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
export const LONGEST_COMPARISON = 3;

export const ONES = words(
  'zero; one; two; three; four; five; six; seven; eight; nine; ten; eleven; twelve; thirteen; fourteen; fifteen; sixteen; seventeen; eighteen; nineteen',
);
export const TENS = words('twenty; thirty; forty; fifty; sixty; seventy; eighty; ninety');
export const DECADES: ReadonlyMap<string, number> = new Map([
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
export const PART: Readonly<Record<string, readonly [number, number]>> = {
  early: [0, 3],
  mid: [3, 6],
  middle: [3, 6],
  late: [6, 9],
};
export const TRACKS = new Set(
  words(
    'song; songs; track; tracks; tune; tunes; titles; numbers; pieces; bangers; hits; jams; anthems; cuts; recordings; gems; favourites; favorites; classics; ballads; banger',
  ),
);
export const MINUTES = new Set(words('minutes; minute; min; mins; m'));
export const HOURS = new Set(words('hour; hours; h; hr; hrs'));
/** Around a tempo that was named, as a share of it. */
export const EXACT_TEMPO = 0.03;
export const ABOUT_TEMPO = 0.05;
/** `under 4 minutes` is about each song. Minutes. */
export const LEAST_BOUND = 12;
/** Words between a number and what it counts: `20 slow sad songs`. */
export const FAR = 4;

/** `step`: 1 where `after 2010` does not mean 2010 itself. */
export function bounded(
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

export function decadeOf(word: string, isTwenty: boolean): number | undefined {
  const named = DECADES.get(word);
  if (named !== undefined) return isTwenty ? 2000 + (named % 100) : named;
  const digits = /^(\d{2}|\d{3}0)s$/.exec(word)?.[1];
  if (digits === undefined) return undefined;
  const value = Number(digits);
  if (digits.length === 4) return value >= 1000 && value < 2100 ? value : undefined;
  if (value % 10 !== 0) return undefined;
  return value <= 20 ? 2000 + value : 1900 + value;
}

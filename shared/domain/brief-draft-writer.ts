/** One thing that a prompt asks for, written into the draft as it was meant: wished for, ruled out, less, more. */
import type { Familiarity, Range } from './brief.ts';
import { createDraft, type Draft, meet } from './brief-draft.ts';
import type { LexemeMeaning } from './brief-lexemes.ts';
import type { Quantity } from './brief-numbers.ts';
import type { Axis } from './brief-words.ts';

/** How an item is meant. */
export type Mode = 'plain' | 'not' | 'less' | 'more' | 'only' | 'like' | 'by';

/** Everything but words that carry nothing by themselves. */
export type Item = Exclude<LexemeMeaning, { kind: 'cue' } | { kind: 'filler' } | { kind: 'unknown' }>;
type Mood = Extract<Item, { kind: 'moods' }>;

export class DraftWriter {
  readonly draft: Draft = createDraft();
  readonly #year: number;
  #isTempoExact = false;
  #isDecade = false;

  /** `year`: the current one. */
  constructor(year: number) {
    this.#year = year;
  }

  /** `leave` is called for what cannot be said in a brief, or contradicts what was said before. */
  write(item: Item, mode: Mode, isChoice: boolean, leave: () => void): void {
    const { draft } = this;
    const isNot = mode === 'not';
    const isLess = mode === 'less';
    switch (item.kind) {
      case 'genre': {
        // `latin, but no reggaeton`: the catalogue cannot tell them apart, and latin was asked for.
        if (isNot && !item.isOwnName && draft.genres.includes(item.genre)) {
          leave();
          return;
        }
        if (mode === 'only') draft.isGenreOnly = true;
        if (mode === 'more') draft.isGenreAdded = true;
        (isNot ? draft.exclude.genres : isLess ? draft.less.genres : draft.genres).push(item.genre);
        return;
      }
      case 'artist':
        this.#artist(item.name, mode);
        return;
      case 'moods':
        if (isNot) draft.exclude.moods.push(...item.moods);
        else if (isLess || mode === 'more') this.#lean(item, isLess ? -1 : 1, isChoice);
        else draft.moods.push({ moods: item.moods, isChoice });
        return;
      case 'version':
        (isNot || isLess ? draft.exclude.versions : draft.versions).push(item.version);
        return;
      case 'studio':
        if (!isNot && !isLess) draft.exclude.versions.push('live', 'demo');
        return;
      case 'sound':
        this.#sound(item.axis, isNot || isLess ? opposite(item.range) : item.range, leave);
        return;
      case 'heavy':
        this.#sound('energy', isNot || isLess ? { min: null, max: 0.65 } : { min: 0.75, max: null }, leave);
        if (!isNot && !isLess) draft.impliedGenres.push(...item.genres);
        return;
      case 'activity':
        if (isNot || isLess) leave();
        else draft.activities.push(item.activity);
        return;
      case 'popularity':
        if (mode === 'more') draft.relatives.set('popularity', item.value > 0 ? 1 : -1);
        else if (isLess) draft.relatives.set('popularity', item.value > 0 ? -1 : 1);
        else draft.popularity = isNot ? -item.value : item.value;
        return;
      case 'familiarity':
        this.#familiarity(item.value, mode);
        return;
      case 'discovery':
        if (mode === 'more' || isLess)
          draft.relatives.set('discovery', item.value > 0.5 === (mode === 'more') ? 1 : -1);
        else draft.discovery = isNot ? 1 - item.value : item.value;
        return;
      case 'arc':
        if (isNot) leave();
        else if (item.arc === 'workout' || draft.arc !== 'workout') draft.arc = item.arc;
        return;
      case 'clean':
        // `explicit` is allowed unless it is ruled out; to want it cannot be said in a brief.
        if (item.clean !== (isNot || isLess)) draft.cleanOnly = true;
        return;
      case 'era': {
        const { min, max } = item.era;
        const from = item.isRelative ? this.#year : 0;
        const range = { min: min === null ? null : min + from, max: max === null ? null : max + from };
        if (isLess || mode === 'more')
          draft.relatives.set('years', (max === null) === (mode === 'more') ? 1 : -1);
        else this.#years(range, false, isNot, leave);
        return;
      }
      case 'language':
        if (isNot || isLess) leave();
        else draft.languages.push(item.code);
        return;
      case 'length':
        draft.tracks ??= item.tracks;
        return;
      case 'relative':
        draft.relatives.set(item.axis, isNot || isLess ? (-item.direction as 1 | -1) : item.direction);
        return;
      case 'level':
        return;
      case 'quantity':
        this.#quantity(item.quantity, item.isFurther || mode === 'more', isNot, leave);
    }
  }

  #artist(name: string, mode: Mode): void {
    const { draft } = this;
    if (mode === 'not') draft.exclude.artists.push(name);
    else if (mode === 'less') draft.less.artists.push(name);
    else (mode === 'only' || mode === 'by' ? draft.onlyArtists : draft.seedArtists).push(name);
  }

  /** `more sad`, `less energetic`: directions on the axes that the mood is about. */
  #lean(item: Mood, sign: 1 | -1, isChoice: boolean): void {
    const [mood] = item.moods;
    const axes = mood === undefined ? undefined : LEANINGS[mood];
    if (axes === undefined) this.draft.moods.push({ moods: item.moods, isChoice });
    else for (const [axis, direction] of axes) this.draft.relatives.set(axis, (sign * direction) as 1 | -1);
  }

  #sound(axis: 'bpm' | 'energy' | 'valence', range: Range | undefined, leave: () => void): void {
    if (range === undefined) {
      leave();
      return;
    }
    const before = this.draft.sounds.get(axis);
    // A tempo in numbers is meant, whatever words say of it.
    if (axis === 'bpm' && this.#isTempoExact) return;
    const both = before === undefined ? range : meet(before, range);
    this.draft.sounds.set(axis, both ?? range);
    if (both === undefined) leave();
  }

  #familiarity(value: Familiarity, mode: Mode): void {
    const { draft } = this;
    if (mode === 'more' || mode === 'less') {
      draft.relatives.set('discovery', (value === 'heard') === (mode === 'less') ? 1 : -1);
      return;
    }
    const opposites = { any: 'any', unheard: 'heard', new_artists: 'heard', heard: 'unheard' } as const;
    draft.familiarity = mode === 'not' ? opposites[value] : value;
  }

  #quantity(quantity: Quantity, isFurther: boolean, isNot: boolean, leave: () => void): void {
    const { draft } = this;
    switch (quantity.kind) {
      case 'tracks':
        if (quantity.count > 200) leave();
        draft.tracks = quantity.count;
        draft.minutes = undefined;
        draft.isFurther = isFurther;
        return;
      case 'minutes':
        draft.minutes = quantity.minutes;
        draft.tracks = undefined;
        draft.isFurther = isFurther;
        return;
      case 'bpm': {
        const range = isNot ? opposite(quantity.range) : quantity.range;
        if (range === undefined || (range.max ?? 300) < 30 || (range.min ?? 30) > 300) {
          leave();
          return;
        }
        if (!this.#isTempoExact) draft.sounds.delete('bpm');
        this.#isTempoExact = false;
        this.#sound('bpm', clampTo([30, 300], range), leave);
        this.#isTempoExact = true;
        return;
      }
      case 'years':
        this.#years(quantity.range, quantity.isDecade, isNot, leave);
    }
  }

  /** Decades that are named together add up; bounds that are, narrow. */
  #years(range: Range, isDecade: boolean, isNot: boolean, leave: () => void): void {
    const { draft } = this;
    const wanted = clampTo([1000, 2100], isNot ? (opposite(range) ?? besides(range, this.#year)) : range);
    const before = draft.years;
    const isList = isDecade && this.#isDecade && !isNot;
    this.#isDecade = isDecade && !isNot;
    if (before === undefined) draft.years = wanted;
    else if (isList) draft.years = { min: least(before.min, wanted.min), max: most(before.max, wanted.max) };
    else {
      const both = meet(before, wanted);
      draft.years = both ?? wanted;
      if (both === undefined) leave();
    }
  }
}

const LEANINGS: Readonly<Partial<Record<string, readonly (readonly [Axis, 1 | -1])[]>>> = {
  happy: [['valence', 1]],
  sad: [['valence', -1]],
  calm: [['energy', -1]],
  energetic: [['energy', 1]],
  dark: [['valence', -1]],
  angry: [
    ['energy', 1],
    ['valence', -1],
  ],
  uplifting: [
    ['energy', 1],
    ['valence', 1],
  ],
  melancholic: [['valence', -1]],
};

/** Undefined for a range with two ends: what lies outside is no range. */
function opposite({ min, max }: Range): Range | undefined {
  if (min !== null && max !== null) return undefined;
  return {
    min: max === null ? null : max + (Number.isInteger(max) ? 1 : 0),
    max: min === null ? null : min - (Number.isInteger(min) ? 1 : 0),
  };
}

/** The longer side of what lies outside; recorded music begins about 1950. */
function besides({ min, max }: Range, year: number): Range {
  const [first, last] = [min ?? 1950, max ?? year];
  return first - 1950 >= year - last ? { min: null, max: first - 1 } : { min: last + 1, max: null };
}

function clampTo([low, high]: readonly [number, number], { min, max }: Range): Range {
  const within = (value: number) => Math.min(high, Math.max(low, value));
  return { min: min === null ? null : within(min), max: max === null ? null : within(max) };
}

const least = (a: number | null, b: number | null) => (a === null || b === null ? null : Math.min(a, b));
const most = (a: number | null, b: number | null) => (a === null || b === null ? null : Math.max(a, b));

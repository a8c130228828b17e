/** A prompt in English made a brief, over the catalogue's own names: the reader without a model, by rules. */
import type { Range } from './brief.ts';
import { briefOf, createDraft, type Draft, meet } from './brief-draft.ts';
import { type Lexeme, type LexemeMeaning, readLexemes } from './brief-lexemes.ts';
import type { Quantity } from './brief-numbers.ts';
import { readWords, type Word } from './brief-text.ts';
import type { Vocabulary } from './brief-vocabulary.ts';
import type { Axis, Cue } from './brief-words.ts';
import type { WrittenBrief } from './written-brief.ts';

/**
 * Reads any text, in linear time of what is read of it (its first MOST_READ units); what is not understood is in
 * `unread`, and a text of which nothing is understood makes an open brief. `now`: epoch ms, for `the last ten years`.
 */
export function parsePrompt(text: string, vocabulary: Vocabulary, now: number): WrittenBrief {
  const year = new Date(now).getUTCFullYear();
  return briefOf(readDraft(text, vocabulary, year), year);
}

/** As parsePrompt(), before it is made a brief of; `year`: the current one. */
export function readDraft(text: string, vocabulary: Vocabulary, year: number): Draft {
  const { words, isCut } = readWords(text);
  const interpreter = new Interpreter(words, year);
  const lexemes = readLexemes(words, vocabulary, year);
  const { draft } = interpreter;
  interpreter.run(lexemes);
  if (isCut) draft.unread.add('…');
  return draft;
}

type Mode = 'plain' | 'not' | 'less' | 'more' | 'only' | 'like' | 'by';

/** Everything but words that carry nothing. */
type Item = Exclude<LexemeMeaning, { kind: 'cue' } | { kind: 'filler' } | { kind: 'unknown' }>;

const MODES: Partial<Record<Cue, Mode>> = {
  not: 'not',
  less: 'less',
  more: 'more',
  only: 'only',
  like: 'like',
  by: 'by',
};

class Interpreter {
  readonly draft: Draft = createDraft();
  readonly #words: readonly Word[];
  readonly #year: number;
  #mode: Mode = 'plain';
  /** What the mode was said of so far; a list goes on with more of that kind. */
  #items: Item[] = [];
  #joint: 'none' | 'comma' | 'and' | 'or' = 'none';
  /** After `start` or `end`: what follows is a place in the playlist, not a wish for all of it. */
  #place: 'start' | 'end' | undefined;
  #hasStart = false;

  constructor(words: readonly Word[], year: number) {
    this.#words = words;
    this.#year = year;
  }

  run(lexemes: readonly Lexeme[]): void {
    for (let at = 0; at < lexemes.length; at++) {
      const { meaning, parted, from, to } = lexemes[at] as Lexeme;
      this.#pause(parted);
      if (meaning.kind === 'cue') this.#cue(meaning.cue, parted);
      else if (meaning.kind === 'unknown') at += this.#unknown(lexemes, at);
      else if (meaning.kind !== 'filler') this.#item(meaning, from, to);
    }
  }

  #pause(parted: Word['parted']): void {
    if (parted === 'no') return;
    this.#place = undefined;
    if (this.#items.length > 0) this.#joint = 'comma';
    else if (parted === 'sentence' || this.#mode !== 'not') this.#setMode('plain');
    if (parted === 'sentence') {
      this.#hasStart = false;
      // `I hate techno. And house.` goes on; everything else begins anew.
      this.#isNewSentence = true;
    }
  }
  #isNewSentence = false;

  #setMode(mode: Mode): void {
    this.#mode = mode;
    this.#items = [];
    this.#joint = 'none';
    this.#isNewSentence = false;
  }

  #cue(cue: Cue, parted: Word['parted']): void {
    if (cue === 'and' || cue === 'or') {
      if (this.#items.length > 0 && !(this.#joint === 'or')) this.#joint = cue;
      this.#isNewSentence = false;
      if (this.#place === 'start') this.#place = undefined;
      return;
    }
    if (this.#isNewSentence && parted === 'sentence') this.#setMode('plain');
    if (cue === 'start' || cue === 'end') {
      if (cue === 'start') this.#hasStart = true;
      if (cue === 'start' || this.#hasStart) this.#place = cue;
      return;
    }
    if (cue === 'instead') {
      this.draft.isInstead = true;
      return;
    }
    const mode = MODES[cue];
    // `X only`: of what was just said.
    if (mode === 'only' && parted === 'no' && this.#mode !== 'not') this.#turnOnly();
    // `not like`, `only by`, `nothing by`, `more like`: the stronger cue stays.
    const isWaiting = this.#items.length === 0;
    if (
      isWaiting &&
      this.#mode === 'not' &&
      (mode === 'like' || mode === 'by' || mode === 'more' || mode === undefined)
    )
      return;
    if (isWaiting && this.#mode === 'less' && mode === undefined) return;
    if (isWaiting && this.#mode === 'only' && mode === 'by') return;
    if (isWaiting && this.#mode === 'more' && mode === 'not') return;
    this.#setMode(mode ?? 'plain');
  }

  /** Artists or genres named right before `only`. */
  #turnOnly(): void {
    const last = this.#items.at(-1);
    if (last?.kind === 'genre') this.draft.isGenreOnly = true;
    if (last?.kind !== 'artist' || this.#mode !== 'plain') return;
    for (const item of this.#items) {
      if (item.kind !== 'artist') continue;
      this.draft.onlyArtists.push(item.name);
      const at = this.draft.seedArtists.indexOf(item.name);
      if (at >= 0) this.draft.seedArtists.splice(at, 1);
    }
  }

  #item(item: Item, from: number, to: number): void {
    if (this.#isPlaced(item)) return;
    const mode = this.#modeFor(item);
    const isChoice = this.#joint === 'or';
    this.#items.push(item);
    this.#joint = 'none';
    this.#isNewSentence = false;
    this.#apply(item, mode, isChoice, () => this.#leaveUnread(from, to));
  }

  /** `start slow`, `end calm`: an arc instead of a wish. */
  #isPlaced(item: Item): boolean {
    if (this.#place === undefined) return false;
    const level = levelOf(item);
    if (level === 0) return false;
    this.draft.arc ??= (this.#place === 'start' ? -level : level) > 0 ? 'rise' : 'fall';
    if (this.#place === 'end') this.#hasStart = false;
    this.#place = undefined;
    return true;
  }

  /** How far `no`, `less` and the others reach: over lists, not over what merely stands next. */
  #modeFor(item: Item): Mode {
    const last = this.#items.at(-1);
    if (this.#mode === 'plain' || last === undefined) {
      if (this.#isNewSentence) this.#setMode('plain');
      return this.#mode;
    }
    const isSameKind = last.kind === item.kind;
    const goesOn =
      this.#joint === 'or'
        ? !this.#isNewSentence && (isSameKind || this.#mode === 'not')
        : (this.#joint !== 'comma' || !this.#isNewSentence) && isSameKind;
    if (!goesOn) {
      // `no live jazz` rules out neither all jazz, nor does it ask for jazz.
      const isDescribed = this.#mode === 'not' && this.#joint === 'none' && item.kind === 'genre';
      const mode = isDescribed ? 'not' : 'plain';
      if (!isDescribed) this.#setMode('plain');
      return mode;
    }
    return this.#mode;
  }

  #apply(item: Item, mode: Mode, isChoice: boolean, leave: () => void): void {
    const { draft } = this;
    const isNot = mode === 'not';
    const isLess = mode === 'less';
    switch (item.kind) {
      case 'genre': {
        const isDescribed =
          isNot && this.#items.length > 1 && this.#items.at(-2)?.kind !== 'genre' && !isChoice;
        if (isDescribed) return;
        if (mode === 'only') draft.isGenreOnly = true;
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
      case 'sound':
        this.#sound(item.axis, isNot || isLess ? opposite(item.range) : item.range, leave);
        return;
      case 'heavy':
        this.#sound('energy', isNot || isLess ? { min: null, max: 0.65 } : { min: 0.75, max: null }, leave);
        if (isNot) draft.exclude.genres.push(...[]);
        else if (!isLess) this.#heavyGenres = item.genres;
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
        if (item.clean !== (isNot || isLess)) draft.cleanOnly = item.clean ? true : draft.cleanOnly;
        else if (!item.clean) draft.cleanOnly = true;
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

  #heavyGenres: readonly string[] = [];

  /** Genres that loud words stand for, where the prompt names none. */
  get heavyGenres(): readonly string[] {
    return this.#heavyGenres;
  }

  #artist(name: string, mode: Mode): void {
    const { draft } = this;
    if (mode === 'not') draft.exclude.artists.push(name);
    else if (mode === 'less') draft.less.artists.push(name);
    else (mode === 'only' || mode === 'by' ? draft.onlyArtists : draft.seedArtists).push(name);
  }

  /** `more sad`, `less energetic`: directions on the axes that the mood is about. */
  #lean(item: Extract<Item, { kind: 'moods' }>, sign: 1 | -1, isChoice: boolean): void {
    const [mood] = item.moods;
    const axes = mood === undefined ? undefined : LEANINGS[mood];
    if (axes === undefined) this.draft.moods.push({ moods: item.moods, isChoice });
    else for (const [axis, direction] of axes) this.draft.relatives.set(axis, (sign * direction) as 1 | -1);
  }

  #sound(axis: 'bpm' | 'energy' | 'valence', range: Range | undefined, leave: () => void): void {
    if (range === undefined) return leave();
    const before = this.draft.sounds.get(axis);
    // A tempo in numbers is meant, whatever words say of it.
    if (axis === 'bpm' && this.#isTempoExact) return;
    const both = before === undefined ? range : meet(before, range);
    this.draft.sounds.set(axis, both ?? range);
    if (both === undefined) leave();
  }

  #isTempoExact = false;

  #familiarity(value: 'any' | 'unheard' | 'new_artists' | 'heard', mode: Mode): void {
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
        if (range === undefined || (range.max ?? 300) < 30 || (range.min ?? 30) > 300) return leave();
        if (!this.#isTempoExact) draft.sounds.delete('bpm');
        this.#isTempoExact = false;
        this.#sound('bpm', clampTempo(range), leave);
        this.#isTempoExact = true;
        return;
      }
      case 'years':
        this.#years(quantity.range, quantity.isDecade, isNot, leave);
    }
  }

  #isDecade = false;

  /** Decades that are named together add up; bounds that are, narrow. */
  #years(range: Range, isDecade: boolean, isNot: boolean, leave: () => void): void {
    const { draft } = this;
    const wanted = isNot ? (opposite(range) ?? besides(range, this.#year)) : range;
    if ((wanted.min ?? 1000) > 2100 || (wanted.max ?? 2100) < 1000) return leave();
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

  /** Unknown words: a name where a name is awaited, otherwise unread. Returns how many lexemes more it took. */
  #unknown(lexemes: readonly Lexeme[], at: number): number {
    const first = lexemes[at] as Lexeme;
    let last = at;
    for (let next = at + 1; next < lexemes.length; next++) {
      const { meaning, parted, from } = lexemes[next] as Lexeme;
      const isCapital = /^\p{Lu}/u.test(this.#words[from]?.original ?? '');
      if (parted !== 'no' || !(meaning.kind === 'unknown' || (isCapital && this.#mode !== 'plain'))) break;
      last = next;
    }
    const to = (lexemes[last] as Lexeme).to;
    const isCapital = /^\p{Lu}/u.test(this.#words[first.from]?.original ?? '');
    const isAwaited = this.#items.length === 0 || this.#items.at(-1)?.kind === 'artist';
    const isName =
      isAwaited &&
      (this.#mode === 'like' ||
        this.#mode === 'by' ||
        (this.#mode !== 'plain' && this.#mode !== 'more' && isCapital));
    if (!isName) {
      this.#leaveUnread(first.from, first.to);
      return 0;
    }
    const before = at > 0 && /^The$/i.test(this.#words[first.from - 1]?.original ?? '') ? 1 : 0;
    const name = this.#words
      .slice(first.from - before, to)
      .map(({ original }) => original)
      .join(' ');
    this.#item({ kind: 'artist', name }, first.from, to);
    return last - at;
  }

  #leaveUnread(from: number, to: number): void {
    for (const { text, original } of this.#words.slice(from, to))
      this.draft.unread.add(/\d/.test(text) ? text : original);
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

/** 1 loud or fast, −1 quiet or slow, 0 neither. */
function levelOf(item: Item): -1 | 0 | 1 {
  switch (item.kind) {
    case 'level':
      return item.level === 'high' ? 1 : -1;
    case 'heavy':
      return 1;
    case 'sound':
      return item.range.min === null ? -1 : item.range.max === null ? 1 : 0;
    case 'relative':
      return item.axis === 'bpm' || item.axis === 'energy' ? item.direction : 0;
    case 'moods': {
      const [mood] = item.moods;
      if (mood === 'energetic' || mood === 'angry' || mood === 'uplifting' || mood === 'happy') return 1;
      return mood === undefined ? 0 : -1;
    }
    case 'activity':
      return (item.activity.energy?.min ?? 0) >= 0.5 ? 1 : item.activity.energy === undefined ? 0 : -1;
    default:
      return 0;
  }
}

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

function clampTempo({ min, max }: Range): Range {
  const within = (value: number) => Math.min(300, Math.max(30, value));
  return { min: min === null ? null : within(min), max: max === null ? null : within(max) };
}

const least = (a: number | null, b: number | null) => (a === null || b === null ? null : Math.min(a, b));
const most = (a: number | null, b: number | null) => (a === null || b === null ? null : Math.max(a, b));

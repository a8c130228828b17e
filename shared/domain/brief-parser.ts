/** A prompt in English made a brief, over the catalogue's own names: the reader without a model, by rules. */
import { briefOf, type Draft } from './brief-draft.ts';
import { DraftWriter, type Item, type Mode } from './brief-draft-writer.ts';
import { type Lexeme, type LexemeMeaning, readLexemes } from './brief-lexemes.ts';
import { readWords, type Word } from './brief-text.ts';
import type { Vocabulary } from './brief-vocabulary.ts';
import type { Cue } from './brief-words.ts';
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
  const implied = draft.impliedGenres.splice(0).flatMap((name) => vocabulary.genreSpelt(name) ?? []);
  draft.impliedGenres.push(...implied);
  return draft;
}

const MODES: Partial<Record<Cue, Mode>> = {
  not: 'not',
  less: 'less',
  more: 'more',
  only: 'only',
  like: 'like',
  by: 'by',
  'not too': 'not',
  from: 'by',
};

class Interpreter {
  readonly #words: readonly Word[];
  readonly #writer: DraftWriter;
  #mode: Mode = 'plain';
  /** What the mode was said of so far; a list goes on with more of that kind. */
  #items: Item[] = [];
  #joint: 'none' | 'comma' | 'and' | 'or' = 'none';
  /** After `start` or `end`: what follows is a place in the playlist, not a wish for all of it. */
  #place: 'start' | 'end' | undefined;
  #hasStart = false;
  #isNewSentence = false;
  /** After `not too`. */
  #isQualifying = false;
  /** After `from` and `by`, behind which anything may stand; only a name with a capital is one. */
  #isVague = false;

  constructor(words: readonly Word[], year: number) {
    this.#words = words;
    this.#writer = new DraftWriter(year);
  }

  get draft(): Draft {
    return this.#writer.draft;
  }

  run(lexemes: readonly Lexeme[]): void {
    for (let at = 0; at < lexemes.length; at++) {
      const { meaning, parted, from, to } = lexemes[at] as Lexeme;
      this.#pause(parted);
      const course = courseAt(lexemes, at);
      if (course !== undefined) {
        this.draft.arc = course.arc;
        at += course.length - 1;
      } else if (meaning.kind === 'cue') this.#cue(meaning.cue, parted);
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
      this.#writer.draft.isInstead = true;
      return;
    }
    const mode = MODES[cue];
    this.#isQualifying = cue === 'not too';
    this.#isVague = cue === 'from';
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
    if (last?.kind === 'genre') this.#writer.draft.isGenreOnly = true;
    if (last?.kind !== 'artist' || this.#mode !== 'plain') return;
    for (const item of this.#items) {
      if (item.kind !== 'artist') continue;
      this.#writer.draft.onlyArtists.push(item.name);
      const at = this.#writer.draft.seedArtists.indexOf(item.name);
      if (at >= 0) this.#writer.draft.seedArtists.splice(at, 1);
    }
  }

  #item(item: Item, from: number, to: number): void {
    if (this.#isPlaced(item)) return;
    const mode = this.#modeFor(item);
    const isChoice = this.#joint === 'or';
    this.#items.push(item);
    this.#joint = 'none';
    this.#isNewSentence = false;
    if (mode !== undefined) this.#writer.write(item, mode, isChoice, () => this.#leaveUnread(from, to));
  }

  /** `start slow`, `end calm`: an arc instead of a wish. */
  #isPlaced(item: Item): boolean {
    if (this.#place === undefined) return false;
    const level = levelOf(item);
    if (level === 0) return false;
    this.#writer.draft.arc ??= (this.#place === 'start' ? -level : level) > 0 ? 'rise' : 'fall';
    if (this.#place === 'end') this.#hasStart = false;
    this.#place = undefined;
    return true;
  }

  /** How far `no`, `less` and the others reach: over lists, not over what merely stands next. */
  #modeFor(item: Item): Mode | undefined {
    const last = this.#items.at(-1);
    if (this.#mode === 'plain' || last === undefined) {
      if (this.#isNewSentence) this.#setMode('plain');
      return this.#mode;
    }
    const isStacked =
      this.#mode === 'not' && this.#joint === 'none' && isAdjective(last) && isAdjective(item);
    const isSameKind = last.kind === item.kind || isStacked;
    const goesOn =
      this.#joint === 'or'
        ? !this.#isNewSentence && (isSameKind || this.#mode === 'not')
        : (this.#joint !== 'comma' || !this.#isNewSentence) && isSameKind;
    if (!goesOn) {
      // `no live jazz` neither rules jazz out nor asks for it; `not too fast pop` asks for pop.
      const isDescribed = this.#mode === 'not' && this.#joint === 'none' && item.kind === 'genre';
      if (isDescribed && !this.#isQualifying) return undefined;
      this.#setMode('plain');
      return 'plain';
    }
    return this.#mode;
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
    // A list of names goes on after a comma only with a name that looks like one.
    const goesOn = this.#items.at(-1)?.kind === 'artist' && (isCapital || this.#joint !== 'comma');
    const isAwaited = this.#items.length === 0 || goesOn;
    const isName =
      isAwaited &&
      (this.#mode === 'like' ||
        (this.#mode === 'by' && !this.#isVague) ||
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
      this.#writer.draft.unread.add(/\d/.test(text) ? text : original);
  }
}

/** `calm to intense`, `from loud to quiet`: two opposite levels with `to` between them. */
function courseAt(
  lexemes: readonly Lexeme[],
  at: number,
): { arc: 'rise' | 'fall'; length: number } | undefined {
  const start = lexemes[at]?.meaning.kind === 'cue' ? at + 1 : at;
  const [first, to, last] = lexemes.slice(start, start + 3);
  if (first === undefined || to?.meaning.kind !== 'cue' || to.meaning.cue !== 'end' || last === undefined)
    return undefined;
  if (to.parted === 'sentence' || last.parted !== 'no' || (start > at && !isFrom(lexemes[at])))
    return undefined;
  const change = levelOf(last.meaning) - levelOf(first.meaning);
  return Math.abs(change) === 2 ? { arc: change > 0 ? 'rise' : 'fall', length: start - at + 3 } : undefined;
}

const isAdjective = ({ kind }: Item) => kind === 'moods' || kind === 'sound';

const isFrom = (lexeme: Lexeme | undefined) =>
  lexeme?.meaning.kind === 'cue' && lexeme.meaning.cue === 'from';

/** 1 loud or fast, −1 quiet or slow, 0 neither. */
function levelOf(item: LexemeMeaning): -1 | 0 | 1 {
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

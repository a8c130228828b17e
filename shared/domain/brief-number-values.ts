/** Numbers, years, decades and times read off words, from a place on. */
import { DECADES, decadeOf, HOURS, MINUTES, ONES, PART, TENS } from './brief-number-words.ts';
import type { Word } from './brief-text.ts';

export interface Value {
  readonly min: number;
  readonly max: number;
  readonly kind: 'number' | 'year' | 'decade';
}

/** Stands before a word; every read moves on behind what it took, or stays where it took nothing. */
export class ValueReader {
  readonly text: readonly Word[];
  readonly start: number;
  /** The current year. */
  readonly now: number;
  at: number;

  constructor(text: readonly Word[], at: number, now: number) {
    this.text = text;
    this.start = at;
    this.at = at;
    this.now = now;
  }

  /** Empty behind the end, and behind a pause. */
  word(ahead = 0): string {
    const place = this.at + ahead;
    const word = this.text[place];
    return word === undefined || (place > this.start && word.parted !== 'no') ? '' : word.text;
  }

  skip(...skipped: string[]): boolean {
    if (!skipped.includes(this.word()) || this.word() === '') return false;
    this.at++;
    return true;
  }

  skipEither(...phrases: string[]): boolean {
    if (!phrases.includes(this.phrase(2) ?? '')) return false;
    this.at += 2;
    return true;
  }

  isHour(): boolean {
    return HOURS.has(this.word());
  }

  phrase(length: number): string | undefined {
    let phrase = '';
    for (let i = 0; i < length; i++) {
      const word = this.text[this.at + i];
      if (word === undefined || (i > 0 && word.parted !== 'no')) return undefined;
      phrase += (i > 0 ? ' ' : '') + word.text;
    }
    return phrase;
  }

  /** Minutes of `half an hour`, `an hour and a half`, `two and a half hours`, `1h30`. */
  readTime(): number | undefined {
    const from = this.at;
    const minutes = this.readMinutes();
    if (minutes === undefined) this.at = from;
    return minutes;
  }

  readMinutes(): number | undefined {
    if (this.skip('half')) {
      this.skip('an', 'a');
      return this.isHour() && this.next() ? 30 : undefined;
    }
    const quarters =
      this.word() === 'three' && this.word(1) === 'quarters' ? 3 : this.word() === 'quarter' ? 1 : 0;
    if (quarters > 0) {
      this.at += quarters === 3 ? 2 : 1;
      this.skip('of');
      this.skip('an', 'a');
      return this.isHour() && this.next() ? 15 * quarters : undefined;
    }
    const amount = this.isHour() && this.start < this.at ? 1 : this.readNumber();
    if (amount === undefined) return undefined;
    const whole = amount + this.readHalf();
    if (MINUTES.has(this.word()) && this.next()) return whole;
    const unit = this.word();
    if (!this.isHour()) return undefined;
    this.at++;
    return (whole + this.readHalf()) * 60 + this.readRest(unit);
  }

  /** The minutes of `an hour and ten minutes` and `1h30`. */
  readRest(unit: string): number {
    const from = this.at;
    const isAnd = this.skip('and');
    const rest = this.readNumber() ?? 60;
    if (rest < 60 && (this.skip(...MINUTES) || (unit === 'h' && !isAnd))) return rest;
    this.at = from;
    return 0;
  }

  next(): true {
    this.at++;
    return true;
  }

  readHalf(): number {
    if (this.phrase(3) !== 'and a half') return 0;
    this.at += 3;
    return 0.5;
  }

  readValue(): Value | undefined {
    return this.readDecade() ?? this.readPlain();
  }

  readPlain(): Value | undefined {
    const spoken = this.readSpokenYear();
    if (spoken !== undefined) return { min: spoken, max: spoken, kind: 'year' };
    const isBare = /^\d{4}$/.test(this.word());
    const value = this.readNumber();
    if (value === undefined) return undefined;
    const isYear = isBare && value >= 1900 && value <= 2100;
    return { min: value, max: value, kind: isYear ? 'year' : 'number' };
  }

  /** `nineteen eighty four`, `twenty ten`. */
  readSpokenYear(): number | undefined {
    const century = { nineteen: 1900, twenty: 2000 }[this.word()];
    const next = this.word(1);
    if (century === undefined || !(TENS.includes(next) || ONES.indexOf(next) >= 10)) return undefined;
    this.at++;
    return century + (this.readNumber() ?? 0);
  }

  readDecade(): Value | undefined {
    const from = this.at;
    const part = PART[this.word()];
    if (part !== undefined) this.at++;
    this.skip('to');
    if (part !== undefined && PART[this.word()] !== undefined) this.at++;
    this.skip('of', 'the');
    const century = /^(?:nineteen|twenty)$/.test(this.word()) && DECADES.has(this.word(1));
    const isTwenty = century && this.word() === 'twenty';
    if (century) this.at++;
    const decade = decadeOf(this.word(), isTwenty);
    if (decade === undefined) {
      this.at = from;
      return undefined;
    }
    this.at++;
    const [first, last] = part ?? [0, decade % 100 === 0 && decade < 1900 ? 99 : 9];
    return { min: decade + first, max: decade + last, kind: 'decade' };
  }

  readNumber(): number | undefined {
    const from = this.at;
    const word = this.word();
    if (/^\d{1,7}(?:\.\d{1,3})?$/.test(word)) {
      this.at++;
      return Number(word);
    }
    if (word === 'couple' || (word === 'a' && this.word(1) === 'couple')) {
      this.at += word === 'a' ? 2 : 1;
      this.skip('of');
      return 2;
    }
    if (word === 'half' && this.word(1) === 'a' && this.word(2) === 'dozen') {
      this.at += 3;
      return 6;
    }
    this.skip('a');
    let value: number | undefined;
    for (;;) {
      const next = this.word();
      const ten = TENS.indexOf(next);
      const one = ONES.indexOf(next);
      const times = { dozen: 12, hundred: 100, thousand: 1000 }[next];
      if (ten >= 0 && (value === undefined || value % 100 === 0)) value = (value ?? 0) + 10 * (ten + 2);
      else if (one >= 0 && (value === undefined || value % 10 === 0)) value = (value ?? 0) + one;
      else if (times !== undefined && (value ?? 0) < 1000) value = (value ?? 1) * times;
      else break;
      this.at++;
    }
    if (value === undefined) this.at = from;
    return value;
  }
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  artistIdOf,
  canonicalTitle,
  foldText,
  primaryArtist,
  recordingIdOf,
} from '../../shared/domain/recording.ts';

const idOf = (title: string, artist = 'The Artist'): string => recordingIdOf({ itemId: 'i1', title, artist });

describe('spellings of one recording agree', () => {
  it.each([
    ['Déjà Vu', 'Deja vu'],
    ['Help!', 'Help! - Remastered 2009'],
    ['Help!', 'HELP'],
    ['Starman', 'Starman (2012 Remaster)'],
    ['Starman', 'Starman - 2012 Remaster'],
    ['Starman', 'Starman – Remastered'],
    ['Starman', 'Starman [2011 Remastered Version]'],
    ['Hello', 'Hello (Deluxe Edition)'],
    ['Hello', 'Hello (25th Anniversary Edition)'],
    ['Hello', 'Hello - Bonus Track'],
    ['Hello', 'Hello - Radio Edit'],
    ['Hello', 'Hello (Single Version) - Remastered 2015'],
    ['Hello', 'Hello - Remastered, 2009'],
    ['Hello', 'Hello - Mono'],
    ['Hello (Live)', 'Hello (Live) - Remastered 2011'],
    ['Hello (Live)', 'Hello - Remastered 2011 - Live'],
    ['Hello - Live at Wembley', 'Hello - Live at Wembley; 2011 Remaster'],
    ['Hello (Live)', 'Hello feat. Guest (Live)'],
    ['Hello - Live', 'Hello ft. Guest - Live'],
    ['Hello', 'Hello feat. Guest'],
    ['Hello', 'Hello (feat. Guest & Other)'],
    ['Hello', 'Hello [ft. Guest]'],
    ['Hello', 'Hello (feat.Guest)'],
    ['Hello', 'Hello (with Another Artist)'],
    ['Hello', 'Hello (with A$AP Guest & Other)'],
    ['Hello', 'Hello featuring Guest'],
    ["Rock 'n' Roll", 'Rock ’n’ Roll'],
    ['Rock´n Roll', "Rock'n Roll"],
    ['Rock & Roll', 'Rock and Roll'],
    ['Ｈｅｌｌｏ　Ｗｏｒｌｄ', 'Hello World'],
    ['Hello', 'Hello（Remastered 2009）'],
    ['ｶﾞﾗｽ', 'ガラス'],
    ['Всё идёт по плану', 'Все идет по плану'],
    ['Röyksopp Night', 'Røyksopp Night'],
    ['Straße', 'STRASSE'],
    ['?', '? - Remastered 2009'],
    ['I ♥ U', 'I ❤️ U'],
  ])('%s = %s', (a, b) => {
    expect(canonicalTitle(b)).toBe(canonicalTitle(a));
    expect(idOf(b)).toBe(idOf(a));
  });

  it.each([
    ['Beyoncé', 'BEYONCE'],
    ['Beyoncé', 'Beyoncé feat. JAY-Z'],
    ['Beyoncé', 'Beyoncé (ft. JAY-Z)'],
    ['Simon & Garfunkel', 'Simon and Garfunkel'],
    ['Guns N’ Roses', "Guns N' Roses"],
    ['!!!', '!!! feat. Someone'],
    ['Sigur Rós', 'Sigur Ros'],
  ])('artist %s = %s', (a, b) => {
    expect(artistIdOf(b)).toBe(artistIdOf(a));
    expect(idOf('Song', b)).toBe(idOf('Song', a));
  });
});

describe('different recordings stay apart', () => {
  it.each([
    ['Hello', 'Hello (Live)'],
    ['Hello', 'Hello - Live'],
    ['Hello', 'Hello - Live / Remastered 2009'],
    ['Hello', 'Hello (Remix)'],
    ['Hello', 'Hello feat. Guest (Remix)'],
    ['Hello', 'Hello ft. Guest - Club Mix'],
    ['Hello', 'Hello (Acoustic Version)'],
    ['Hello', 'Hello (Original Demo Version)'],
    ['Hello', 'Hello (Bonus Beats Remix)'],
    ['Hello', 'Hello (Bonus Track Demo)'],
    ['Hello', 'Hello - Live 2009 Remastered Version'],
    ['Hello', 'Hello (Acoustic Album Version)'],
    ['Hello', "Hello (Taylor's Version)"],
    ['Hello', 'Hello (With You)'],
    ['Hello', 'Hello (with Strings)'],
    ['Hello (Live)', 'Hello (Remix)'],
    ['Echoes, Pt. 1', 'Echoes, Pt. 2'],
    ['Another Brick (Pt. 1) - Remastered', 'Another Brick (Pt. 2) - Remastered'],
    ['With', 'With or Without You'],
    ['50', '50 ft Queenie'],
    ['A', 'A Feat of Strength'],
    ['?', '!!!'],
    ['? - Remastered 2009', '!!! - Remastered 2009'],
    ['ハス', 'バス'],
    ['мои', 'мой'],
    ['की', 'का'],
    ['Радио', 'Радіо'],
    ['Single', 'Album'],
    ['Radio Edit', 'Remastered'],
  ])('%s ≠ %s', (a, b) => {
    expect(idOf(b)).not.toBe(idOf(a));
  });

  it.each(['Little Feat', 'Featuring', 'Simon & Garfunkel', 'Earth, Wind & Fire', 'Defeater', 'Aftermath'])(
    'the artist %s keeps the whole name',
    (name) => {
      expect(primaryArtist(name)).toBe(foldText(name));
    },
  );

  it('tells recordings of one title by two artists apart', () => {
    expect(idOf('Hello', 'Adele')).not.toBe(idOf('Hello', 'Lionel Richie'));
  });
});

describe('titles that look like notes', () => {
  it.each([
    ['With or Without You', 'with or without you'],
    ['Radio Edit', 'radio edit'],
    ['Single', 'single'],
    ['Remastered', 'remastered'],
    ['(Remastered)', 'remastered'],
    ['Mono', 'mono'],
    ['(I Can’t Get No) Satisfaction', 'i cant get no satisfaction'],
    ['I Wanna Dance (With Somebody)', 'i wanna dance with somebody'],
    ['Ночь', 'ночь'],
    ['夜に駆ける', '夜に駆ける'],
    ['千本桜 feat. 初音ミク', '千本桜'],
    ['?', '?'],
    ['!!!', '!!!'],
    [' ... ', '...'],
    ['( )', '()'],
  ])('%s is %s', (title, canonical) => {
    expect(canonicalTitle(title)).toBe(canonical);
  });
});

describe('canonical forms', () => {
  const word = fc.constantFrom(
    ...[
      'Hello',
      'With',
      'You',
      'feat.',
      'feat',
      'ft.',
      'Featuring',
      'Live',
      'Remastered',
      '2009',
      'Radio Edit',
    ],
    ...[
      '-',
      '–',
      '(',
      ')',
      '[',
      ']',
      '/',
      ';',
      '&',
      '?',
      '!!!',
      "'",
      '´',
      'é',
      'ガ',
      'й',
      '\u0301',
      'ft',
      ' ',
      'of',
    ],
  );
  const title = fc.oneof(
    fc.array(word, { maxLength: 9 }).map((words) => words.join(' ')),
    fc.array(word, { maxLength: 9 }).map((words) => words.join('')),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );

  it('are their own canonical forms', () => {
    fc.assert(
      fc.property(title, (text) => {
        expect(canonicalTitle(canonicalTitle(text))).toBe(canonicalTitle(text));
        expect(primaryArtist(primaryArtist(text))).toBe(primaryArtist(text));
        expect(foldText(foldText(text))).toBe(foldText(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('are empty for blank text only', () => {
    fc.assert(
      fc.property(title, (text) => {
        expect(canonicalTitle(text) === '').toBe(text.trim() === '');
        expect(artistIdOf(text) === null).toBe(text.trim() === '');
      }),
      { numRuns: 3000 },
    );
  });

  it('give ids of 17 printable ASCII characters', () => {
    fc.assert(
      fc.property(title, title, (name, artist) => {
        fc.pre(name.trim() !== '' && artist.trim() !== '');
        expect(recordingIdOf({ itemId: 'i1', title: name, artist })).toMatch(/^r[0-9a-f]{16}$/);
        expect(artistIdOf(artist)).toMatch(/^a[0-9a-f]{16}$/);
      }),
    );
  });

  it('fall back to the item id where the title or the artist is not known', () => {
    expect(recordingIdOf({ itemId: 'i1' })).toBe('i1');
    expect(recordingIdOf({ itemId: 'i1', title: 'Hello', artist: null })).toBe('i1');
    expect(recordingIdOf({ itemId: 'i1', title: '  ', artist: 'A' })).toBe('i1');
  });

  it('take time in proportion to the length of a hostile title: without that this would not end', () => {
    for (const part of ['(', ' feat ', ' - ', ' ', 'ft. ', '(feat. x) ', '/ ', 'a\u0301'])
      expect(canonicalTitle(part.repeat(20_000))).toBeTypeOf('string');
  });
});

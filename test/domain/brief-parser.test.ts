import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseWrittenBrief } from '../../shared/api/brief.ts';
import { OPEN_BRIEF } from '../../shared/domain/brief.ts';
import { parsePrompt } from '../../shared/domain/brief-parser.ts';
import { compileVocabulary } from '../../shared/domain/brief-vocabulary.ts';
import type { WrittenBrief } from '../../shared/domain/written-brief.ts';
import { GENRES } from '../../shared/simulation/genres.ts';

const NOW = Date.UTC(2026, 5, 1);
const ARTISTS = [
  'The Brass Comets',
  'Velmoor',
  'Ines & the Parades',
  'Odile Kasquill',
  'Ámbar Nord',
  'DJ Torwick',
  'Happy House',
  'Low',
  '宇多田ヒカル',
  'The 1975',
];
const VOCABULARY = compileVocabulary({
  genres: GENRES.map(({ name }) => name),
  artists: ARTISTS.map((name) => ({ id: `id of ${name}`, name })),
});
const parse = (prompt: string) => parsePrompt(prompt, VOCABULARY, NOW);

type Expected = { readonly [Field in keyof WrittenBrief]?: unknown };
const exactly = (min: number | null, max: number | null) => ({ min, max });
const tracks = (count: number) => ({ tracks: count, minutes: null });
const minutes = (count: number) => ({ tracks: null, minutes: count });

/** What a prompt says; whatever is not named is as in an open brief, `unread` included. */
const CASES: readonly (readonly [prompt: string, expected: Expected])[] = [
  // Genres
  ['house', { genres: ['house'] }],
  [
    'Some good old-fashioned HIP-HOP',
    { genres: ['hip hop'], years: exactly(null, 1995), unread: ['fashioned'] },
  ],
  ['rap and rnb', { genres: ['hip hop', 'r&b'] }],
  ['R&B or soul', { genres: ['r&b'] }],
  ['rock & metal', { genres: ['rock', 'metal'] }],
  ['folk/indie', { genres: ['folk', 'indie'] }],
  ['clasical music', { genres: ['classical'] }],
  ['regaeton', { genres: ['latin'] }],
  ['some drum and bass', { genres: ['electronic'] }],
  ['heavy metal', { genres: ['metal'] }],
  ['something heavy', { genres: ['metal', 'rock'], energy: exactly(0.75, null) }],
  // Moods, alone, together and as a choice
  ['sad songs', { moods: ['sad', 'melancholic'] }],
  ['calm or romantic music', { moods: ['calm', 'romantic'] }],
  ['happy and calm', { moods: ['happy', 'calm'], energy: exactly(null, 0.4), valence: exactly(0.6, null) }],
  ['energetic but sad', { energy: exactly(0.65, null), valence: exactly(null, 0.4) }],
  ['melancolic jazz', { genres: ['jazz'], moods: ['melancholic', 'sad'] }],
  // Eras
  ['80s pop', { genres: ['pop'], years: exactly(1980, 1989) }],
  ["the '90s", { years: exactly(1990, 1999) }],
  ['2010s house', { genres: ['house'], years: exactly(2010, 2019) }],
  ['the noughties', { years: exactly(2000, 2009) }],
  ['early 2000s rock', { genres: ['rock'], years: exactly(2000, 2003) }],
  ['late sixties', { years: exactly(1966, 1969) }],
  ['seventies and eighties folk', { genres: ['folk'], years: exactly(1970, 1989) }],
  ['from 1987', { years: exactly(1987, 1987) }],
  ['1987-1993', { years: exactly(1987, 1993) }],
  ['from 1987 until 1993', { years: exactly(1987, 1993) }],
  ['before 1970', { years: exactly(null, 1969) }],
  ['after 2015', { years: exactly(2016, null) }],
  ['2015 onwards', { years: exactly(2015, null) }],
  ['since 1990 but before 2000', { years: exactly(1990, 1999) }],
  ['nothing from before 2000', { years: exactly(2000, null) }],
  ['nothing older than 2010', { years: exactly(2010, null) }],
  ['not from the 90s', { years: exactly(null, 1989) }],
  ['the last five years', { years: exactly(2021, null) }],
  ['music of the past decade', { years: exactly(2016, null) }],
  ['from 1999, songs like Velmoor', { years: exactly(1999, 1999), seedArtists: ['Velmoor'] }],
  ['nineteen eighty-four', { years: exactly(1984, 1984) }],
  ["'99", { years: exactly(1999, 1999) }],
  ['2015 to now', { years: exactly(2015, 2026) }],
  ['this year', { years: exactly(2026, 2026) }],
  // Tempo
  ['128 bpm', { bpm: exactly(124, 132) }],
  ['about 100 BPM', { bpm: exactly(95, 105) }],
  ['between 118 and 124 bpm', { bpm: exactly(118, 124) }],
  ['118–124bpm', { bpm: exactly(118, 124) }],
  ['at least 150 bpm', { bpm: exactly(150, null) }],
  ['nothing over 110 bpm', { bpm: exactly(null, 110) }],
  ['tempo 90', { bpm: exactly(87, 93) }],
  ['fast jazz', { genres: ['jazz'], bpm: exactly(120, null) }],
  ['slow and sad', { moods: ['sad', 'melancholic'], bpm: exactly(null, 95) }],
  ['not too slow', { bpm: exactly(96, null) }],
  ['very slow ambient at 120 bpm', { genres: ['ambient'], bpm: exactly(116, 124) }],
  // Activities: what they bring gives way to what is said
  ['for a run', { energy: exactly(0.6, null), bpm: exactly(150, 180) }],
  ['running at 160 bpm', { energy: exactly(0.6, null), bpm: exactly(155, 165) }],
  ['music to study to', { energy: exactly(null, 0.55) }],
  ['happy music for a party', { moods: ['happy', 'uplifting'], energy: exactly(0.6, null) }],
  ['a workout', { energy: exactly(0.65, null), arc: 'workout' }],
  // Negation and its reach
  ['no metal or techno', { exclude: { ...OPEN_BRIEF.exclude, genres: ['metal', 'techno'] } }],
  ['no metal, techno or house', { exclude: { ...OPEN_BRIEF.exclude, genres: ['metal', 'techno', 'house'] } }],
  ['no metal but techno', { genres: ['techno'], exclude: { ...OPEN_BRIEF.exclude, genres: ['metal'] } }],
  ['no metal. Techno', { genres: ['techno'], exclude: { ...OPEN_BRIEF.exclude, genres: ['metal'] } }],
  ['anything but jazz', { exclude: { ...OPEN_BRIEF.exclude, genres: ['jazz'] } }],
  [
    "don't give me sad or angry songs",
    { exclude: { ...OPEN_BRIEF.exclude, moods: ['sad', 'melancholic', 'angry'] } },
  ],
  ['no live jazz', { exclude: { ...OPEN_BRIEF.exclude, versions: ['live'] } }],
  [
    'electronic, not techno',
    { genres: ['electronic'], exclude: { ...OPEN_BRIEF.exclude, genres: ['techno'] } },
  ],
  ['jazz, no jazz', { exclude: { ...OPEN_BRIEF.exclude, genres: ['jazz'] } }],
  ['without Velmoor', { exclude: { ...OPEN_BRIEF.exclude, artists: ['Velmoor'] } }],
  ['nothing by Velmoor or Low', { exclude: { ...OPEN_BRIEF.exclude, artists: ['Velmoor', 'Low'] } }],
  ['less rock, more jazz', { genres: ['jazz'], less: { genres: ['rock'], artists: [] } }],
  ['less Velmoor', { less: { genres: [], artists: ['Velmoor'] } }],
  // Artists
  ['like Velmoor', { seedArtists: ['Velmoor'] }],
  ['velmoor', { seedArtists: ['Velmoor'] }],
  ['like velmor', { seedArtists: ['Velmoor'] }],
  ['Ambar Nord and the brass comets', { seedArtists: ['Ámbar Nord', 'The Brass Comets'] }],
  ['similar to brass comets', { seedArtists: ['The Brass Comets'] }],
  ['ines and the parades', { seedArtists: ['Ines & the Parades'] }],
  ['only DJ Torwick', { onlyArtists: ['DJ Torwick'] }],
  ['Velmoor only', { onlyArtists: ['Velmoor'] }],
  ['songs by Velmoor and Odile Kasquill', { onlyArtists: ['Velmoor', 'Odile Kasquill'] }],
  ['happy house', { genres: ['house'], moods: ['happy', 'uplifting'] }],
  ['like happy house', { seedArtists: ['Happy House'] }],
  ['low volume', { unread: ['volume'] }],
  ['the 1975', { seedArtists: ['The 1975'] }],
  ['宇多田ヒカル', { seedArtists: ['宇多田ヒカル'] }],
  ['like The Wooden Foxes', { seedArtists: ['The Wooden Foxes'] }],
  ['only songs by Nobody Special', { onlyArtists: ['Nobody Special'] }],
  // Versions, language, words
  ['only live recordings', { versions: ['live'] }],
  ['no remixes or covers', { exclude: { ...OPEN_BRIEF.exclude, versions: ['remix', 'cover'] } }],
  ['acoustic', { versions: ['acoustic'] }],
  ['jazz without vocals', { genres: ['jazz'], versions: ['instrumental'] }],
  ['french pop', { genres: ['pop'], languages: ['fr'] }],
  ['clean hip hop', { genres: ['hip hop'], cleanOnly: true }],
  ['latin, no swearing please', { genres: ['latin'], cleanOnly: true }],
  ['explicit is fine', {}],
  // The listener
  ['new to me', { familiarity: 'unheard' }],
  ["rock I haven't heard", { genres: ['rock'], familiarity: 'unheard' }],
  ["artists I've never heard", { familiarity: 'new_artists' }],
  ['my favourites', { familiarity: 'heard' }],
  ['nothing I know', { familiarity: 'unheard' }],
  ['hidden gems', { popularity: -0.8 }],
  ['the biggest hits', { popularity: 0.8 }],
  ['nothing mainstream', { popularity: -0.8 }],
  ['less mainstream', { popularity: -0.7 }],
  ['surprise me', { discovery: 0.9 }],
  // Length
  ['20 songs', { length: tracks(20) }],
  ['twenty-five tracks', { length: tracks(25) }],
  ['a dozen slow songs', { bpm: exactly(null, 95), length: tracks(12) }],
  ['top 10', { length: tracks(10) }],
  ['5,000 songs', { length: tracks(200), unread: ['5000'] }],
  ['an hour', { length: minutes(60) }],
  ['half an hour of jazz', { genres: ['jazz'], length: minutes(30) }],
  ['an hour and a half', { length: minutes(90) }],
  ['two hours and ten minutes', { length: minutes(130) }],
  ['1.5 hours', { length: minutes(90) }],
  ['1h30', { length: minutes(90) }],
  ['45min of pop', { genres: ['pop'], length: minutes(45) }],
  ['under 4 minutes per song', { unread: ['under', '4', 'minutes'] }],
  [
    '20 songs no longer than 4 minutes',
    { length: tracks(20), unread: ['no', 'longer', 'than', '4', 'minutes'] },
  ],
  ['three quarters of an hour', { length: minutes(45) }],
  ['rokc and hip hpo', { genres: ['rock', 'hip hop'] }],
  ['not too fast pop', { genres: ['pop'], bpm: exactly(null, 119) }],
  ['energetic latin with no reggaeton', { genres: ['latin'], moods: ['energetic'], unread: ['reggaeton'] }],
  [
    'no sad slow songs',
    { bpm: exactly(96, null), exclude: { ...OPEN_BRIEF.exclude, moods: ['sad', 'melancholic'] } },
  ],
  ['studio versions only', { exclude: { ...OPEN_BRIEF.exclude, versions: ['live', 'demo'] } }],
  ['stuff I know by heart', { familiarity: 'heard', unread: ['heart'] }],
  ['140+ bpm', { bpm: exactly(140, null) }],
  // Arcs
  ['from calm to intense', { arc: 'rise' }],
  ['loud, then quiet', { arc: 'fall' }],
  ['start slow and build up', { arc: 'rise' }],
  ['start energetic, end calm', { arc: 'fall' }],
  ['wind down', { arc: 'wind-down' }],
  ['ups and downs', { arc: 'wave' }],
  ['keep it steady', { arc: 'steady' }],
  // Nothing
  ['', {}],
  ['   ', {}],
  ['🎉🎉🎉', {}],
  ['play me some music please', {}],
  ['xyzzy plugh', { unread: ['xyzzy', 'plugh'] }],
];

describe('a prompt', () => {
  test.each(CASES)('%s', (prompt, expected) => {
    expect(parse(prompt)).toEqual({ ...OPEN_BRIEF, ...expected });
  });

  test('all at once', () => {
    expect(
      parse(
        'Upbeat indie from the 2000s like Velmoor, no live versions, less pop, hidden gems, 90 minutes, building up',
      ),
    ).toEqual({
      ...OPEN_BRIEF,
      genres: ['indie'],
      moods: ['uplifting', 'happy'],
      years: exactly(2000, 2009),
      seedArtists: ['Velmoor'],
      exclude: { ...OPEN_BRIEF.exclude, versions: ['live'] },
      less: { genres: ['pop'], artists: [] },
      popularity: -0.8,
      arc: 'rise',
      length: minutes(90),
    });
  });

  test('a genre or artist that the catalogue lacks is not taken for one that it has', () => {
    const small = compileVocabulary({ genres: ['polka'], artists: [] });
    expect(parsePrompt('rock like Velmoor', small, NOW)).toMatchObject({
      genres: [],
      seedArtists: ['Velmoor'],
      unread: ['rock'],
    });
    expect(parsePrompt('poka', small, NOW).genres).toEqual(['polka']);
  });

  test('of two names one typo away neither is guessed', () => {
    const twins = compileVocabulary({
      genres: [],
      artists: ['Marlene', 'Marlena'].map((name) => ({ id: name, name })),
    });
    expect(parsePrompt('marlen', twins, NOW)).toEqual({ ...OPEN_BRIEF, unread: ['marlen'] });
    expect(parsePrompt('marlena', twins, NOW).seedArtists).toEqual(['Marlena']);
  });
});

describe('any text', () => {
  const words = fc.constantFrom(
    ...'no not only like by and or , . - 80s 1990 to between 120 bpm an hour start slow end calm less more jazz velmoor the zzz " ( 5 songs nothing but from before'.split(
      ' ',
    ),
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.array(words, { maxLength: 80 }).map((list) => list.join(' ')),
  );

  test('makes a brief that is valid at the edge, and the same one each time', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const brief = parse(text);
        expect(parseWrittenBrief(JSON.parse(JSON.stringify(brief)))).toEqual(brief);
        expect(parse(text)).toEqual(brief);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['one letter', 'a'],
    ['numbers with points', '1.1,'],
    ['dashes', ' - '],
    ['brackets', '(('],
    ['negations', 'no not '],
    ['an everyday name', 'the brass '],
    ['unknown words', 'qqqqq wwwww '],
    ['marks', 'e\u0301\u0301'],
    ['newlines', '\n'],
    ['half a surrogate', '\ud800'],
  ])('of 100 kB is read in a moment: %s', (_, piece) => {
    const text = piece.repeat(Math.ceil(100_000 / piece.length));
    const before = performance.now();
    const brief = parse(text);
    expect(performance.now() - before).toBeLessThan(500);
    expect(brief.unread).toContain('…');
    expect(brief.unread.length).toBeLessThanOrEqual(50);
  });
});

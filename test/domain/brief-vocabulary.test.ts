import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OPEN_BRIEF } from '../../shared/domain/brief.ts';
import { executeBrief } from '../../shared/domain/brief-execution.ts';
import { isOneTypoApart, Spellings } from '../../shared/domain/brief-spelling.ts';
import { compileVocabulary, vocabularyOf } from '../../shared/domain/brief-vocabulary.ts';
import { groundBrief, type WrittenBrief } from '../../shared/domain/written-brief.ts';
import { inOrder, snapshotOf, someItem, stranger } from './brief-catalogue.ts';

const SNAPSHOT = snapshotOf([
  someItem('t1', {
    title: 'Night Bus',
    artist: 'The Brass Comets',
    artistId: 'a1',
    genres: ['hip hop', 'R&B'],
  }),
  someItem('t2', { title: 'Night Bus', artist: 'Velmoor', artistId: 'a2', genres: ['Deep House'] }),
  someItem('t3', { title: 'Déjà Vu!', artist: 'Velmoor', artistId: 'a2' }),
  someItem('t4', { artist: 'Twin', artistId: 'a3' }),
  someItem('t5', { artist: 'TWIN', artistId: 'a4' }),
  someItem('e1', { kind: 'episode', artist: 'A Show', artistId: 'a5', genres: ['science'] }),
]);
const VOCABULARY = vocabularyOf(SNAPSHOT);
const ground = (written: Partial<WrittenBrief>) =>
  groundBrief({ ...OPEN_BRIEF, seedTracks: [], ...written } as WrittenBrief, VOCABULARY);
const EMPTY = { genres: [], artists: [], tracks: [], versions: [], moods: [] };

describe('names become ids', () => {
  test('in whatever spelling, with one typo', () => {
    const { brief, unknown } = ground({
      genres: ['HIP-HOP', 'deep house', 'rnb', 'rap'],
      seedArtists: ['brass comets', 'VELMOOR', 'Velmor'],
      exclude: { ...EMPTY, artists: ['the brass comets'] },
      less: { genres: ['r and b'], artists: ['velmoor'] },
    });
    expect(unknown).toEqual([]);
    expect(brief).toMatchObject({
      genres: ['hip hop', 'Deep House', 'R&B'],
      seedArtists: ['a1', 'a2'],
      exclude: { artists: ['a1'] },
      less: { genres: ['R&B'], artists: ['a2'] },
    });
  });

  test('tracks by title, by one artist where one is named', () => {
    expect(ground({ seedTracks: [{ title: 'night bus', artist: null }] }).brief.seedTracks).toEqual([
      't1',
      't2',
    ]);
    expect(ground({ seedTracks: [{ title: 'Night Bus', artist: 'velmoor' }] }).brief.seedTracks).toEqual([
      't2',
    ]);
    expect(ground({ seedTracks: [{ title: 'deja vu', artist: null }] }).brief.seedTracks).toEqual(['t3']);
    const gone = ground({ exclude: { ...EMPTY, tracks: [{ title: 'Night Bus', artist: 'Nobody' }] } });
    expect(gone.brief.exclude.tracks).toEqual([]);
    expect(gone.unknown).toEqual([{ field: '/exclude/tracks', name: 'Night Bus by Nobody' }]);
  });

  test('namesakes are both meant', () => {
    expect(ground({ seedArtists: ['twin'] }).brief.seedArtists).toEqual(['a3', 'a4']);
  });

  test('what is not in the catalogue, and shows of podcasts, are told and left out', () => {
    const { brief, unknown } = ground({ genres: ['polka', 'science'], seedArtists: ['Nobody', 'A Show'] });
    expect(brief).toEqual(OPEN_BRIEF);
    expect(unknown).toEqual([
      { field: '/genres', name: 'polka' },
      { field: '/genres', name: 'science' },
      { field: '/seedArtists', name: 'Nobody' },
      { field: '/seedArtists', name: 'A Show' },
    ]);
  });

  test('only an artist whom the catalogue lacks is nobody, and not everybody', () => {
    const { brief } = ground({ onlyArtists: ['Nobody'] });
    const { tracks } = executeBrief(brief, {
      snapshot: SNAPSHOT,
      listener: stranger,
      candidates: new Map(),
      seed: 1,
      sequence: inOrder,
    });
    expect(tracks).toEqual([]);
    expect(ground({ onlyArtists: ['Nobody', 'Velmoor'] }).brief.onlyArtists).toEqual(['a2']);
  });

  test('sub-genres of what the catalogue has, its own names first', () => {
    const genres = (own: string[]) => compileVocabulary({ genres: own, artists: [] });
    expect(genres(['metal']).findGenre('death metal')).toBe('metal');
    expect(genres(['metal', 'Death Metal']).findGenre('death metal')).toBe('Death Metal');
    expect(genres(['r&b']).findGenre('soul')).toBe('r&b');
    expect(genres(['polka']).findGenre('soul')).toBeUndefined();
  });
});

describe('one typo', () => {
  /** The same by dynamic programming: the restricted Damerau–Levenshtein distance. */
  function distance(a: string, b: string): number {
    const rows = Array.from({ length: a.length + 1 }, (_, i) =>
      Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
    );
    const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
    for (let i = 1; i <= a.length; i++)
      for (let j = 1; j <= b.length; j++) {
        const row = rows[i] as number[];
        const cost = a[i - 1] === b[j - 1] ? 0 : 1;
        row[j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + cost);
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
          row[j] = Math.min(row[j] as number, at(i - 2, j - 2) + 1);
      }
    return at(a.length, b.length);
  }
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 });

  test('is a distance of one', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(isOneTypoApart(a, b)).toBe(distance(a, b) === 1);
      }),
      {
        numRuns: 2_000,
      },
    );
  });

  test('is forgiven where only one word is meant, that begins alike', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), word, (words, asked) => {
        const near = [...new Set(words)].filter((one) => one[0] === asked[0] && distance(one, asked) === 1);
        const expected = asked.length >= 5 && near.length === 1 ? near[0] : undefined;
        expect(new Spellings(words).nearest(asked)).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { IndexedItem } from '../../shared/domain/indexed-item.ts';
import { type SearchHit, type SearchOptions, search } from '../../shared/domain/search.ts';
import { SEARCH_KINDS, type SearchKind } from '../../shared/domain/search-documents.ts';
import { buildSearchIndex, type SearchIndex } from '../../shared/domain/search-index.ts';
import { matchWords } from '../../shared/domain/search-matches.ts';
import { searchWords } from '../../shared/domain/search-words.ts';
import { indexed, snapshotOf, tracks } from './some-catalogue.ts';

const indexOf = (...lines: readonly string[]) => buildSearchIndex(snapshotOf(tracks(...lines)));
const idsOf = (hits: readonly SearchHit[] | undefined) => hits?.map(({ document }) => document.id);
const found = (
  index: SearchIndex,
  query: string,
  options: Partial<SearchOptions> = {},
  kind: SearchKind = 'track',
) => idsOf(search(index, query, { limit: 10, ...options }).get(kind));

describe('a title', () => {
  const words = ['one', 'two', 'blue', 'night', 'night’s', 'AC/DC', 'Ночь', 'été', '夜'];
  const title = fc
    .array(fc.constantFrom(...words), { minLength: 1, maxLength: 5 })
    .map((chosen) => chosen.join(' '));

  test('finds every item of that title before any other, whoever is more popular or better liked', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(title, fc.constantFrom('one', 'night', 'Somebody')), {
          minLength: 1,
          maxLength: 25,
        }),
        fc.nat(24),
        fc.constantFrom('one', 'night', 'Somebody'),
        async (entries, at, liked) => {
          const items = entries.map(([name, artist], i) =>
            indexed({ itemId: `i${i}`, title: name, artist, artistId: artist, popularity: 1000 - 40 * i }),
          );
          const index = await buildSearchIndex(snapshotOf(items));
          const wanted = items[at % items.length] as IndexedItem;
          const affinity = new Map([[liked, 1]]);
          const hits = search(index, wanted.title ?? '', { limit: 30, affinity }).get('track') ?? [];
          const place = hits.findIndex(({ document }) => document.id === wanted.itemId);
          expect(place).toBeGreaterThanOrEqual(0);
          for (const { match } of hits.slice(0, place + 1)) expect(match).toBe('exact');
        },
      ),
      { numRuns: 150 },
    );
  });

  test('in another case, with other accents, apostrophes, dashes and spaces is the same title', async () => {
    const index = await indexOf('a: Déjà Vu', 'b: Don’t Stop', 'c: Twenty-One', 'd: AC/DC', 'e: Deja Vudoo');
    expect(found(index, 'DEJA VU')?.[0]).toBe('a');
    expect(found(index, 'dont   stop')).toEqual(['b']);
    expect(found(index, "don't stop")).toEqual(['b']);
    expect(found(index, 'twenty one')).toEqual(['c']);
    expect(found(index, 'acdc')).toEqual(['d']);
    expect(found(index, 'ac dc')).toEqual(['d']);
  });

  test('can be asked for in Latin letters and found in others, and the other way round', async () => {
    const index = await indexOf(
      'a: Группа крови — Кино',
      'b: Gruppa',
      'c: Νάνα — Μούσχουρη',
      'd: Ljubav — Џенан',
    );
    expect(found(index, 'gruppa krovi')).toEqual(['a']);
    expect(found(index, 'kino')).toEqual(['a']);
    expect(found(index, 'кино')).toEqual(['a']);
    expect(found(index, 'Группа')?.[0]).toBe('b');
    expect(found(index, 'nana mouschouri')).toEqual(['c']);
    expect(found(index, 'љубав')).toEqual(['d']);
    expect(found(index, 'dzenan', {}, 'artist')).toEqual(['Џенан']);
  });
});

describe('words', () => {
  test('may be spread over title, artist and album', async () => {
    const index = await indexOf(
      'a: Harbor — The Lanterns (Night Ferry)',
      'b: Harbor — Somebody Else (Daylight)',
      'c: Ferry — The Lanterns (Daylight)',
    );
    expect(found(index, 'harbor lanterns')).toEqual(['a']);
    expect(found(index, 'lanterns night harbor')).toEqual(['a']);
    expect(found(index, 'else daylight')).toEqual(['b']);
    const [hit] = search(index, 'harbor lanterns ferry', { limit: 1 }).get('track') ?? [];
    expect(hit).toMatchObject({ fields: ['title', 'artist', 'album'], match: 'words' });
  });

  test('of a title and its artist together are exact', async () => {
    const index = await indexOf('a: Hello World — Adele', 'b: Hello — Lionel', 'c: Hello — Adele');
    const hits = search(index, 'adele hello', { limit: 10 }).get('track') ?? [];
    expect(hits.map(({ document, match }) => [document.id, match])).toEqual([
      ['c', 'exact'],
      ['a', 'words'],
    ]);
  });

  test('that nothing has together find what has most of them, and nothing that has less than half', async () => {
    const index = await indexOf('a: Red Blue', 'b: Red Green', 'c: Yellow', 'd: Red Blue Green — X');
    expect(found(index, 'red blue green violet')).toEqual(['d']);
    expect(found(index, 'yellow violet')).toEqual(['c']);
    expect(found(index, 'yellow violet orange')).toEqual([]);
  });

  test('still being typed are beginnings: the fuller, and the nearer to the front, the better', async () => {
    const index = await indexOf(
      'a: My Harbor',
      'b: Harborside Lights',
      'c: Harbor Lights',
      'd: Ha',
      'e: Lights',
    );
    expect(found(index, 'harb')).toEqual(['c', 'a', 'b']);
    expect(found(index, 'harbor li')).toEqual(['c', 'b']);
    expect(found(index, 'h')?.length).toBe(4);
    // Two letters that another word follows are a word, not a beginning.
    expect(found(index, 'ha li')).toEqual(['d', 'e', 'b', 'c']);
    expect(found(index, 'har li')).toEqual(['c', 'b']);
  });
});

describe('slips of the pen', () => {
  test.each([
    ['metalica', 'Metallica'],
    ['britny speers', 'Britney Spears'],
    ['lvoe', 'Love'],
    ['beyoncee', 'Beyoncé'],
    ['shakespaer', 'Shakespeare'],
    ['rhaspody bohemian', 'Bohemian Rhapsody'],
    ['chaykovsky', 'Чайковский'],
    ['metalic', 'Metallica'],
    ['blindng lig', 'Blinding Lights'],
  ])('%s finds %s', async (query, title) => {
    const others = ['Meta', 'Britain', 'Dove', 'Beyond', 'Shake', 'Rhapsody', 'Chaika', 'Blind', 'Lights'];
    const index = await indexOf(...others.map((other, i) => `o${i}: ${other}`), `wanted: ${title}`);
    const hits = search(index, query, { limit: 10 }).get('track') ?? [];
    expect(idsOf(hits)?.[0]).toBe('wanted');
    expect(hits[0]?.match).toBe('similar');
  });

  test('one anywhere in a word finds the word, two where it has eight letters', async () => {
    const letters = fc.string({
      unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'),
      minLength: 8,
      maxLength: 14,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(letters, { minLength: 3, maxLength: 12 }),
        fc.array(fc.tuple(fc.nat(20), fc.constantFrom('drop', 'double', 'change')), {
          minLength: 1,
          maxLength: 2,
        }),
        async (names, slips) => {
          const [wanted = ''] = names;
          let query = wanted;
          for (const [at, way] of slips) {
            const place = at % query.length;
            const letter = query.charAt(place);
            const instead =
              { drop: '', double: letter + letter, change: letter === 'x' ? 'y' : 'x' }[way] ?? '';
            query = query.slice(0, place) + instead + query.slice(place + 1);
          }
          fc.pre(query.length >= 8);
          const index = await indexOf(...names.map((name, i) => `i${i}: ${name}`));
          expect(found(index, query)).toContain('i0');
        },
      ),
      { numRuns: 150 },
    );
  });

  test('are not looked for in short words and numbers, nor where enough has the word itself', async () => {
    const index = await indexOf(
      'a: Cat',
      'b: 1985',
      'c: Harbor One',
      'd: Harbor Two',
      'e: Harbor Six',
      'f: Harbour',
    );
    expect(found(index, 'cot')).toEqual([]);
    expect(found(index, '1984')).toEqual([]);
    expect(found(index, 'harbor')).toEqual(['c', 'd', 'e']);
    expect(found(index, 'harbour')).toEqual(['f', 'c', 'd', 'e']);
  });
});

describe('the order', () => {
  test('of equal texts is popularity’s, and affinity’s before it', async () => {
    const index = await indexOf(
      'a: Sunrise Road — Able',
      'b: Sunset Road — Baker',
      'c: Sunlit Road — Charlie',
    );
    expect(found(index, 'road')).toEqual(['a', 'b', 'c']);
    expect(found(index, 'road', { affinity: new Map([['Charlie', 1]]) })).toEqual(['c', 'a', 'b']);
    expect(found(index, 'road', { affinity: new Map([['Nobody', 1]]) })).toEqual(['a', 'b', 'c']);
  });

  test('puts a title named in full before anything liked, and damps liking among namesakes', async () => {
    const index = await indexOf('a: Road Song — Able', 'b: Road — Baker', 'c: Road — Charlie');
    const affinity = new Map([
      ['Able', 1],
      ['Charlie', 1],
    ]);
    const hits = search(index, 'road', { limit: 3, affinity }).get('track') ?? [];
    expect(idsOf(hits)).toEqual(['c', 'b', 'a']);
    expect(hits[0]?.parts.affinity).toBeCloseTo(0.1, 6);
    const near = search(index, 'roa', { limit: 3, affinity }).get('track') ?? [];
    expect(near.find(({ document }) => document.id === 'c')?.parts.affinity).toBeCloseTo(0.3, 6);
  });

  test('is that of the formula, computed the long way', async () => {
    const name = fc
      .array(fc.constantFrom('sun', 'sunny', 'sunday', 'moon', 'sea'), { minLength: 1, maxLength: 4 })
      .map((chosen) => chosen.join(' '));
    const artist = fc.constantFrom('a', 'b', 'sun');
    const entry = fc.tuple(name, artist, fc.nat(1000));
    const query = fc.constantFrom('sun', 'su', 'sea moon', 's', 'sun sunday', 'mon', 'sundey');
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { minLength: 1, maxLength: 20 }),
        query,
        artist,
        async (entries, q, liked) => {
          const items = entries.map(([title, by, popularity], i) =>
            indexed({ itemId: `i${i}`, title, artist: by, artistId: by, popularity }),
          );
          const index = await buildSearchIndex(snapshotOf(items));
          const affinity = new Map([[liked, 0.8]]);
          const hits = search(index, q, { limit: 100, affinity });
          for (const kind of SEARCH_KINDS)
            expect(
              (hits.get(kind) ?? []).map(({ document, score }) => [document.id, Math.round(score * 1e9)]),
            ).toEqual(theLongWay(index, q, kind, affinity));
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** Ids and scores in billionths of one kind, out of what matchWords says of each document. */
function theLongWay(
  index: SearchIndex,
  query: string,
  kind: SearchKind,
  affinity: ReadonlyMap<string, number>,
) {
  const words = [...new Set(searchWords(query).words)];
  const read = (slips: boolean) => {
    const matches = matchWords(index, words, slips);
    return [...matches.found].flatMap((d) => {
      const document = index.documents[d];
      if (document === undefined || document.kind !== kind) return [];
      const [count = 0, spelling = 0, relevance = 0] = [
        matches.words[d],
        matches.spelling[d],
        matches.relevance[d],
      ];
      return [{ d, document, count, spelling, relevance, isExact: matches.isExact(d) }];
    });
  };
  let rows = read(false);
  if (rows.filter(({ count }) => count === words.length).length < 3) rows = read(true);
  const most = Math.max(Math.ceil(words.length / 2), ...rows.map(({ count }) => count));
  rows = rows.filter(({ count }) => count === most);
  const rankBy = (name: 'spelling' | 'relevance') => {
    const best = Math.max(...rows.map((row) => row[name]));
    const step = (value: number) => Math.floor((value / best) * 2048);
    return (row: (typeof rows)[number]) =>
      1 + rows.filter((other) => step(other[name]) > step(row[name])).length;
  };
  const [spelled, relevant] = [rankBy('spelling'), rankBy('relevance')];
  const damping = rows.some(({ isExact }) => isExact) ? 1 / 3 : 1;
  return rows
    .map((row) => {
      const fused = (1 / (60 + spelled(row)) + 1 / (60 + relevant(row))) / (2 / 61);
      const likes = Math.fround(affinity.get(row.document.artistId ?? '') ?? 0);
      const score =
        fused + 0.2 * (row.document.popularity / 1000) + 0.3 * damping * likes + (row.isExact ? 1 : 0);
      return { d: row.d, id: row.document.id, score: Math.round(score * 1e9) };
    })
    .sort((a, b) => b.score - a.score || a.d - b.d)
    .map(({ id, score }) => [id, score]);
}

describe('what is asked for', () => {
  const items = [
    ...tracks('t1: Harbor — Harbor Band', 't2: Harbor Two — Harbor Band'),
    indexed({
      itemId: 'e1',
      kind: 'episode',
      title: 'Harbor Talk',
      artist: 'The Harbor Show',
      artistId: 'show',
    }),
  ];
  const playlists = [{ id: 'p1', title: 'Harbor Mix', owner: 'Ann', popularity: 0 }];
  const built = buildSearchIndex(snapshotOf(items), { playlists });

  test('are all kinds, or those named', async () => {
    const index = await built;
    const all = search(index, 'harbor', { limit: 10 });
    expect(Object.fromEntries([...all].map(([kind, hits]) => [kind, idsOf(hits)]))).toEqual({
      track: ['t1', 't2'],
      artist: ['Harbor Band'],
      show: ['show'],
      episode: ['e1'],
      playlist: ['p1'],
    });
    expect([...search(index, 'harbor', { limit: 10, kinds: ['show'] }).keys()]).toEqual(['show']);
    expect(found(index, 'ann', {}, 'playlist')).toEqual(['p1']);
  });

  test('is no more than the limit, and what is not admitted makes room for others', async () => {
    const index = await built;
    expect(found(index, 'harbor', { limit: 1 })).toEqual(['t1']);
    expect(found(index, 'harbor', { limit: 1, admits: ({ id }) => id !== 't1' })).toEqual(['t2']);
    expect(found(index, 'harbor', { admits: () => false })).toEqual([]);
  });

  test.each(['', ' ', '?!…', '()', '\u0000'])('by %j finds nothing of any kind', async (query) => {
    const hits = search(await built, query, { limit: 10 });
    expect([...hits.values()].every((list) => list.length === 0)).toBe(true);
    expect(hits.size).toBe(5);
  });

  test('by anything whatever is answered, the score being the sum of its parts', async () => {
    const index = await built;
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 250 }), (query) => {
        for (const hits of search(index, `har ${query}`, { limit: 5 }).values())
          for (const { score, parts } of hits) {
            expect(score).toBeCloseTo(parts.text + parts.popularity + parts.affinity + parts.exact, 12);
            expect(parts.text).toBeGreaterThan(0);
            expect(parts.text).toBeLessThanOrEqual(1);
          }
      }),
    );
  });

  test('of an empty catalogue is found nowhere', async () => {
    expect(found(await buildSearchIndex(snapshotOf([])), 'harbor')).toEqual([]);
  });
});

/** The index and its BM25 against documents read one by one. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { IndexedItem } from '../../shared/domain/indexed-item.ts';
import { searchDocuments } from '../../shared/domain/search-documents.ts';
import { buildSearchIndex, FIELD_WEIGHTS, LENGTH_SHARE } from '../../shared/domain/search-index.ts';
import { K1, matchWords } from '../../shared/domain/search-matches.ts';
import { searchWords } from '../../shared/domain/search-words.ts';
import { indexed, snapshotOf, tracks } from './some-catalogue.ts';

const FIELDS = ['title', 'artist', 'album'] as const;
const WORDS = ['sun', 'sunday', 'sunny', 'moon', 'moonlight', 'sea', 'AC/DC', 'sun-sea', 'été', 'море'];

const text = fc
  .array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 5 })
  .map((words) => words.join(' '));
const item = fc.record({
  title: fc.option(text),
  artist: fc.option(text),
  album: fc.option(text),
  kind: fc.constantFrom('track', 'episode', 'artist') as fc.Arbitrary<IndexedItem['kind']>,
});
const catalogue = fc
  .array(item, { minLength: 1, maxLength: 14 })
  .map((items) =>
    items.map((rest, i) =>
      indexed({ itemId: `i${i}`, ...rest, artistId: rest.artist, popularity: 1000 - i }),
    ),
  );

const noPause = async () => {};

/** BM25F as its authors write it, a word that is a beginning counting less the more is missing. */
async function relevanceOf(
  items: readonly IndexedItem[],
  query: readonly string[],
): Promise<Map<string, number>> {
  const documents = (await searchDocuments({ items }, [], noPause)).map((document) => ({
    name: `${document.kind} ${document.id}`,
    fields: FIELDS.map((field) => searchWords(document[field] ?? '')),
  }));
  const average = FIELDS.map((_, f) => {
    const lengths = documents
      .map(({ fields }) => fields[f]?.words.length ?? 0)
      .filter((length) => length > 0);
    return lengths.reduce((a, b) => a + b, 0) / lengths.length;
  });
  const weightOf = ({ fields }: (typeof documents)[number], term: string) =>
    fields.reduce((sum, { words, joined }, f) => {
      const times = [...words, ...joined].filter((word) => word === term).length;
      const length = words.length / (average[f] ?? 1);
      const weight = FIELD_WEIGHTS[FIELDS[f] as 'title'];
      return times === 0 ? sum : sum + (times * weight) / (1 - LENGTH_SHARE + LENGTH_SHARE * length);
    }, 0);
  const terms = new Set(
    documents.flatMap(({ fields }) => fields.flatMap(({ words, joined }) => [...words, ...joined])),
  );
  const scores = new Map<string, number>();
  for (const [i, word] of query.entries()) {
    const isOpen = i === query.length - 1 || word.length >= 3;
    const meant = [...terms].filter((term) => term === word || (isOpen && term.startsWith(word)));
    const best = documents.map((document) =>
      Math.max(
        0,
        ...meant.map(
          (term) => weightOf(document, term) * (term === word ? 1 : 0.75 + (0.2 * word.length) / term.length),
        ),
      ),
    );
    const having = best.filter((weight) => weight > 0).length;
    const idf = Math.log(1 + (documents.length - having + 0.5) / (having + 0.5));
    for (const [d, { name }] of documents.entries()) {
      const weight = best[d] ?? 0;
      if (weight > 0) scores.set(name, (scores.get(name) ?? 0) + (idf * weight * (K1 + 1)) / (weight + K1));
    }
  }
  return scores;
}

describe('the index', () => {
  test('gives every document the BM25 of its words', async () => {
    const queries = fc.uniqueArray(
      fc.constantFrom('sun', 'su', 's', 'moon', 'sea', 'ac', 'acdc', 'ete', 'more', 'm', 'none'),
      { minLength: 1, maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(catalogue, queries, async (items, query) => {
        const index = await buildSearchIndex(snapshotOf(items));
        const { found, relevance } = matchWords(index, query, false);
        const expected = await relevanceOf(items, query);
        const given = new Map(
          Array.from(found, (d) => {
            const { kind, id } = index.documents[d] ?? { kind: '', id: '' };
            return [`${kind} ${id}`, relevance[d] as number];
          }),
        );
        expect([...given.keys()].sort()).toEqual([...expected.keys()].sort());
        for (const [name, score] of expected) expect(given.get(name)).toBeCloseTo(score, 4);
      }),
      { numRuns: 150 },
    );
  });

  test('holds a sorted vocabulary and postings in the order of documents', async () => {
    await fc.assert(
      fc.asyncProperty(catalogue, async (items) => {
        const { vocabulary, starts, postings, documents } = await buildSearchIndex(snapshotOf(items));
        expect(vocabulary).toEqual([...new Set(vocabulary)].sort());
        for (const [w, word] of vocabulary.entries()) {
          const having = documents.flatMap((document, d) => {
            const has = FIELDS.some((field) => {
              const { words, joined } = searchWords(document[field] ?? '');
              return [...words, ...joined].includes(word);
            });
            return has ? [d] : [];
          });
          expect([...postings.document.subarray(starts[w], starts[w + 1])]).toEqual(having);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('is the same however often it pauses, and does pause', async () => {
    const items = tracks(
      ...Array.from({ length: 3_000 }, (_, i) => `t${i}: Song ${i} — Band ${i % 50} (Album)`),
    );
    let pauses = 0;
    const paused = await buildSearchIndex(snapshotOf(items), {
      pause: () => {
        pauses += 1;
        return new Promise((resolve) => setImmediate(resolve));
      },
    });
    expect(paused).toEqual(await buildSearchIndex(snapshotOf(items)));
    expect(pauses).toBeGreaterThan(8);
  });

  test('answers one query as if no other had been asked before', async () => {
    const snapshot = snapshotOf(tracks('a: Sun Moon — Sea', 'b: Moon — Sun', 'c: Sea — Sun Moon'));
    const used = await buildSearchIndex(snapshot);
    for (const query of [['sun'], ['moon', 'sea'], ['x'], ['s']]) {
      const fresh = matchWords(await buildSearchIndex(snapshot), query, true);
      const again = matchWords(used, query, true);
      expect(again.found).toEqual(fresh.found);
      for (const name of ['words', 'spelling', 'relevance', 'bits'] as const)
        expect(again[name]).toEqual(fresh[name]);
    }
  });
});

describe('what can be found', () => {
  test('are items, who made them, and playlists; of artists by their most popular item', async () => {
    const items = [
      indexed({ itemId: 't1', title: 'One', artist: 'Band', artistId: 'band', popularity: 900 }),
      indexed({
        itemId: 'e1',
        kind: 'episode',
        title: 'Pilot',
        artist: 'Show',
        artistId: 'show',
        popularity: 800,
      }),
      indexed({ itemId: 't2', title: 'Two', artist: 'BAND', artistId: 'band', popularity: 700 }),
      indexed({ itemId: 't3', title: 'Three', artist: 'Nobody’s', popularity: 600 }),
      indexed({ itemId: 'x1', kind: 'artist', title: 'Solo', artistId: 'solo', popularity: 500 }),
      indexed({ itemId: 'x2', kind: 'artist', title: 'Duo', popularity: 400 }),
      indexed({ itemId: 'unheard of' }),
    ];
    const playlists = [{ id: 'p', title: 'Mine', owner: 'Ann', popularity: 5 }];
    const documents = await searchDocuments({ items }, playlists, noPause);
    expect(documents.map(({ kind, id, title, popularity }) => [kind, id, title, popularity])).toEqual([
      ['track', 't1', 'One', 900],
      ['episode', 'e1', 'Pilot', 800],
      ['track', 't2', 'Two', 700],
      ['track', 't3', 'Three', 600],
      ['artist', 'band', 'Band', 900],
      ['artist', 'solo', 'Solo', 500],
      ['artist', 'x2', 'Duo', 400],
      ['show', 'show', 'Show', 800],
      ['playlist', 'p', 'Mine', 5],
    ]);
  });
});

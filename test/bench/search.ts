/** npm run bench -- search: time of queries over the generated catalogue, and what its index costs to make and keep. */
import { setImmediate } from 'node:timers/promises';
import type { CatalogueSnapshot, IndexedItem } from '../../shared/domain/indexed-item.ts';
import { search } from '../../shared/domain/search.ts';
import { buildSearchIndex } from '../../shared/domain/search-index.ts';
import { createRandom, type Random } from '../../shared/random.ts';
import { generateCatalogue } from '../../shared/simulation/catalogue.ts';
import type { BenchResult } from './bench.ts';

const QUERIES = 400;
const EPISODE_SHARE = 0.1;
const LIMIT = 20;
const RARE_SHARE = 0.5;
const SYLLABLES = 'ba cho de fri gla hin jo kra lum mes nor pla qui ras sto tev und vor wel yan zi sha'.split(
  ' ',
);

/** Names are generated of a few thousand words; real catalogues have a long tail of words that few titles have. */
function rareWord(random: Random): string {
  return Array.from({ length: 4 }, () => random.pick(SYLLABLES)).join('');
}

/** The generated catalogue as a build publishes it, its order the popularity's. */
function snapshotOf(items: number): CatalogueSnapshot {
  const episodes = Math.round(items * EPISODE_SHARE);
  const catalogue = generateCatalogue({
    seed: 1,
    tracks: items - episodes,
    episodes,
    updatedAt: Date.UTC(2026, 0, 1),
  });
  const random = createRandom(1, 'rare words');
  const indexed = catalogue.items.map(
    (item, place): IndexedItem => ({
      ...item,
      title: random.chance(RARE_SHARE) ? `${item.title} ${rareWord(random)}` : item.title,
      popularity: Math.floor(1000 / (1 + place / 100)),
    }),
  );
  return { build: 1, items: indexed, byId: new Map(indexed.map((item) => [item.itemId, item])) };
}

/** One letter of the text changed, left out, doubled or swapped with the next. */
function misspell(random: Random, text: string): string {
  const at = 1 + Math.floor(random.next() * Math.max(1, text.length - 2));
  const [before, letter, after] = [text.slice(0, at), text.charAt(at), text.slice(at + 1)];
  const way = random.next();
  if (way < 0.25) return before + after;
  if (way < 0.5) return `${before}${letter}${letter}${after}`;
  if (way < 0.75) return `${before}e${after}`;
  return before + after.slice(0, 1) + letter + after.slice(1);
}

type Ask = (random: Random, item: IndexedItem) => string;

const wordOf = (random: Random, text: string) => random.pick(text.split(' '));
const FORMS: Readonly<Record<string, Ask>> = {
  'whole title': (_, { title }) => title ?? '',
  'one letter': (_, { title }) => (title ?? '').slice(0, 1),
  beginning: (_, { title }) => (title ?? '').slice(0, 4),
  'artist misspelt': (random, { artist }) => misspell(random, artist ?? ''),
  'title misspelt': (random, { title }) => misspell(random, title ?? ''),
  'word of title, word of artist': (random, { title, artist }) =>
    `${wordOf(random, title ?? '')} ${wordOf(random, artist ?? '')}`,
  'nothing like it': (random) => `${misspell(random, 'xylophonic')} qwrt`,
};

const rounded = (value: number) => Math.round(value * 100) / 100;

function quantile(sorted: readonly number[], share: number): number {
  return rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN);
}

function usedMiB(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}

/** Builds an index of so many items and asks it `QUERIES` queries of each form. */
export async function benchSearch({ items }: { items: number }): Promise<BenchResult> {
  const snapshot = snapshotOf(items);
  const before = usedMiB();
  const started = performance.now();
  let longest = 0;
  let since = started;
  const index = await buildSearchIndex(snapshot, {
    pause: async () => {
      longest = Math.max(longest, performance.now() - since);
      await setImmediate();
      since = performance.now();
    },
  });
  longest = Math.max(longest, performance.now() - since);
  const buildMs = performance.now() - started;
  const after = usedMiB();
  const random = createRandom(1, 'queries');
  const all: number[] = [];
  const cpu = process.cpuUsage();
  const rows = Object.entries(FORMS).map(([form, ask]) => {
    const times: number[] = [];
    let first = 0;
    for (let i = 0; i < QUERIES; i++) {
      const item = random.pick(snapshot.items);
      const query = ask(random, item);
      const asked = performance.now();
      const hits = search(index, query, { limit: LIMIT });
      times.push(performance.now() - asked);
      const listed = [...(hits.get('track') ?? []), ...(hits.get('episode') ?? [])];
      if (listed.some(({ document }) => document.id === item.itemId)) first += 1;
    }
    times.sort((a, b) => a - b);
    all.push(...times);
    return {
      query: form,
      'p50 ms': quantile(times, 0.5),
      'p99 ms': quantile(times, 0.99),
      'most ms': quantile(times, 1),
      [`found in ${LIMIT} %`]: Math.round((first / QUERIES) * 100),
    };
  });
  const { user, system } = process.cpuUsage(cpu);
  all.sort((a, b) => a - b);
  return {
    name: 'search',
    parameters: { items, queries: QUERIES, limit: LIMIT },
    rows,
    summary: {
      'p50 ms': quantile(all, 0.5),
      'p99 ms': quantile(all, 0.99),
      'CPU ms a query': rounded((user + system) / 1000 / all.length),
      documents: index.documents.length,
      words: index.vocabulary.length,
      'build ms': Math.round(buildMs),
      'longest slice ms': rounded(longest),
      'index MiB': rounded(after - before),
      ...(globalThis.gc === undefined && { note: 'MiB without --expose-gc is an estimate' }),
    },
  };
}

/** What a source says of popularity orders what nobody has heard, and nothing else. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCandidates } from '../../../shared/domain/candidate.ts';
import { bareItem, type CatalogueItem } from '../../../shared/domain/item.ts';
import { parseIndexedItem } from '../../../shared/rows/catalogue-snapshot.ts';
import { DEFAULT_PARAMETERS } from '../../../shared/sql/parameters.ts';
import { event, NOW } from '../../domain/some-events.ts';
import { anyHistory, CROWD, runs } from './any-history.ts';
import { type History, NOTHING, type Rows, runStages } from './stage-fixture.ts';

const CUTOFF = NOW + 1;

/** Recordings named by the popularity that the source tells; ids are no help to put them in order. */
const TOLD: Readonly<Record<string, number | null>> = {
  c: 60,
  a: 5,
  b: null,
  e: 100,
  d: 0,
  f: 61,
};
const IN_ORDER = ['e', 'f', 'c', 'a', 'b', 'd'];

const item = (itemId: string, popularity: number | null, rest: Partial<CatalogueItem> = {}) => ({
  ...bareItem(itemId, 'features', NOW),
  artistId: 'artist',
  genres: ['jazz'],
  popularity,
  ...rest,
});
const UNHEARD = Object.entries(TOLD).map(([id, popularity]) => item(id, popularity));

/** Distinct listeners who each play it once. */
const plays = (recordingId: string, listeners: number, rest = {}) =>
  Array.from({ length: listeners }, (_, index) =>
    event({ recordingId, itemId: recordingId, artistId: 'artist', listenerId: `l${index}`, ...rest }),
  );

async function build(history: Partial<History>, stages: readonly string[], parameters = {}) {
  const wanted = ['recordings', 'popularity', ...stages];
  return runStages({ ...NOTHING, cutoff: CUTOFF, ...history }, { stages: wanted, parameters });
}

function scoresOf(rows: Rows): Map<string, number> {
  const ids = new Map(rows('recordings').map(({ tid, recording_id }) => [tid, String(recording_id)]));
  return new Map(rows('popularity').map(({ tid, score }) => [ids.get(tid) as string, Number(score)]));
}

const idsOf = (text: unknown) => parseCandidates(String(text)).map(({ itemId }) => itemId);

test('where nobody has listened, pools, artists and search are in the order of the catalogue', async () => {
  const rows = await build({ items: UNHEARD }, ['artist_tracks', 'shared_pools', 'catalogue_shards']);
  const pools = new Map(rows('shared_pools').map(({ pool_key, pool }) => [pool_key, idsOf(pool)]));
  expect(Object.fromEntries(pools)).toEqual({
    'popular#track': IN_ORDER,
    'genre#jazz': IN_ORDER,
    'artist#artist': IN_ORDER,
  });
  const [pool] = rows('shared_pools').filter(({ pool_key }) => pool_key === 'popular#track');
  const [best, ...others] = parseCandidates(String(pool?.pool)).map(({ evidence }) => evidence[0]?.score);
  expect(best).toBe(1);
  expect(others.every((score) => score !== undefined && score < 1)).toBe(true);
  const tids = new Map(rows('recordings').map(({ tid, recording_id }) => [tid, recording_id]));
  expect(rows('artist_tracks').map(({ tid }) => tids.get(tid))).toEqual(IN_ORDER);
  const lines = rows('catalogue_shards').flatMap(({ items }) => String(items).split('\n'));
  const indexed = lines.map((line) => parseIndexedItem(line));
  expect(indexed.map(({ itemId }) => itemId)).toEqual(IN_ORDER);
  expect(indexed[0]?.popularity).toBe(1000);
});

test('a skip alone, or listening to another kind, leaves the order', async () => {
  const items = [...UNHEARD, item('show', null, { kind: 'episode' })];
  const events = [...plays('b', 1, { msPlayed: 1_000, skipped: true }), ...plays('show', 3)];
  const rows = await build({ items, events }, ['shared_pools']);
  const [pool] = rows('shared_pools').filter(({ pool_key }) => pool_key === 'popular#track');
  expect(idsOf(pool?.pool)).toEqual(IN_ORDER);
});

test('an artist that is heard offers what is unheard by what the catalogue says, after what is heard', async () => {
  const rows = await build({ items: UNHEARD, events: plays('d', 5) }, ['artist_tracks']);
  const tids = new Map(rows('recordings').map(({ tid, recording_id }) => [tid, recording_id]));
  expect(rows('artist_tracks').map(({ tid }) => tids.get(tid))).toEqual(['d', 'e', 'f', 'c', 'a', 'b']);
});

test('what more listen to here than a prior stands for is above what the world plays most', async () => {
  const prior = DEFAULT_PARAMETERS.prior_listeners;
  for (const listeners of [prior - 1, prior + 1]) {
    const scores = scoresOf(await build({ items: UNHEARD, events: plays('b', listeners) }, []));
    const ahead = (scores.get('b') ?? 0) > (scores.get('e') ?? 0);
    expect(ahead, `${listeners} listeners`).toBe(listeners > prior);
  }
});

test('without a popularity a score is what it would be if no source told any', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(anyHistory, async (history) => {
      const silent = {
        ...history,
        items: history.items.map((described) => ({ ...described, popularity: null })),
      };
      const rows = await build(history, []);
      const [told, untold, unasked] = [
        scoresOf(rows),
        scoresOf(await build(silent, [])),
        scoresOf(await build(history, [], { prior_listeners: 0 })),
      ];
      expect(unasked).toEqual(untold);
      for (const { recording_id, popularity } of rows('recordings')) {
        const id = String(recording_id);
        if (popularity === null) expect(told.get(id)).toBe(untold.get(id));
        else expect(told.get(id)).toBeGreaterThanOrEqual(untold.get(id) as number);
        if (popularity === null) compared += Number((untold.get(id) ?? 0) > 0);
      }
    }),
    runs(4, [CROWD]),
  );
  expect(compared).toBeGreaterThan(10);
});

/** The shards of a build, parsed as serving parses them, against the catalogue read attribute by attribute. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { IndexedItem } from '../../../shared/domain/indexed-item.ts';
import { parseIndexedItem } from '../../../shared/rows/catalogue-snapshot.ts';
import { anyHistory, CUTOFF, historyOf, runs } from './any-history.ts';
import { type History, type Row, type Rows, runStages } from './stage-fixture.ts';
import { type Recording, recordingsOf } from './twin/catalogue.ts';
import { NAMED, namesOf } from './twin/named.ts';

const STAGES = [...NAMED, 'popularity', 'catalogue_shards'];

const oneLine = (text: string | null) => text?.replaceAll(/[\t\r\n]/g, ' ') ?? null;
const tenth = (value: number | null) => (value === null ? null : Math.round(value * 10) / 10);
const thousandth = (value: number | null) => (value === null ? null : Math.round(value * 1000) / 1000);

function itemOf(recording: Recording, popularity: number): IndexedItem {
  return {
    itemId: recording.itemId,
    recordingId: recording.recordingId,
    kind: recording.kind,
    title: oneLine(recording.title),
    artist: oneLine(recording.artist),
    artistId: recording.artistId,
    album: oneLine(recording.album),
    genres: recording.genres,
    tempo: tenth(recording.tempo) || null,
    key: recording.key === -1 ? null : recording.key,
    mode: recording.mode,
    energy: thousandth(recording.energy),
    valence: thousandth(recording.valence),
    year: recording.year,
    explicit: recording.explicit,
    durationMs: recording.durationMs,
    popularity,
  };
}

/** Popular first, the kinds in turn by place; popularity is a share of the kind's best. */
function expectedItems(history: History, rows: Rows, limit: number): IndexedItem[] {
  const recordings = recordingsOf(history);
  const names = namesOf(rows);
  const best = new Map<unknown, number>();
  for (const { kind, score } of rows('popularity'))
    best.set(kind, Math.max(best.get(kind) ?? 1, Number(score)));
  const inTurn = (a: Row, b: Row) =>
    Number(a.place) - Number(b.place) || (String(a.kind) < String(b.kind) ? -1 : 1);
  return rows('popularity')
    .toSorted(inTurn)
    .slice(0, limit)
    .map((row) =>
      itemOf(
        recordings.get(names.recording(row.tid)) as Recording,
        Math.floor((Number(row.score) * 1000) / (best.get(row.kind) ?? 1)),
      ),
    );
}

const linesOf = (row: Row): string[] => String(row.items).split('\n');

test('shards hold the most popular recordings in order, so many each, and say all that is known of them', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyHistory,
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 9 }),
      async (history, indexed, size) => {
        const parameters = { indexed_items: indexed, shard_items: size };
        const rows = await runStages(history, { stages: STAGES, parameters });
        const shards = rows('catalogue_shards');
        const items = shards.flatMap((row) => linesOf(row).map((line) => parseIndexedItem(line)));
        expect(items).toEqual(expectedItems(history, rows, indexed));
        expect(shards.map(({ shard_key }) => shard_key)).toEqual(
          shards.map((_, index) => `search#${String(index).padStart(4, '0')}`),
        );
        for (const row of shards.slice(0, -1)) expect(linesOf(row)).toHaveLength(size);
      },
    ),
    runs(8),
  );
});

test('whatever a title holds, it is one field of one line', async () => {
  const history = historyOf({ seed: 3, listeners: 0, recordings: 12, runs: 0 });
  const titles = ['a\tb', 'c\nd', 'e\r\nf', '"g\\n"', '', '\u2028', 'ば\u3099'];
  const once = [...new Map(history.items.map((item) => [item.itemId, item])).values()];
  const items = once.map((item, index) => ({
    ...item,
    title: titles[index % titles.length] as string,
    updatedAt: CUTOFF - index,
  }));
  const rows = await runStages({ ...history, items }, { stages: ['catalogue_shards'] });
  const parsed = rows('catalogue_shards').flatMap((row) =>
    linesOf(row).map((line) => parseIndexedItem(line)),
  );
  const titleOf = new Map(items.map(({ itemId, title }) => [itemId, oneLine(title) || null]));
  expect(parsed.length).toBeGreaterThan(6);
  for (const { itemId, title } of parsed) expect(title).toBe(titleOf.get(itemId));
});

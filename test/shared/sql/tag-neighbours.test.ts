/** Neighbours by genres and tags against the cosine of every pair, written out. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bareItem } from '../../../shared/domain/item.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../../../shared/sql/parameters.ts';
import { event, NOW } from '../../domain/some-events.ts';
import { anyHistory, CROWD, runs } from './any-history.ts';
import { type History, NOTHING, type Row, type Rows, runStages } from './stage-fixture.ts';

const STAGES = ['recordings', 'popularity', 'degrees', 'tag_neighbours'];

/** Shares of a recording's tags, in thousandths of the length of all, by recording. */
function sharesOf(recordings: readonly Row[], { tags_per_recording: most, tag_fade: fade }: Parameters) {
  const told = recordings
    .filter(({ kind, genres }) => kind !== 'episode' && genres !== null)
    .map(({ tid, kind, genres }) => {
      const places = new Map<string, number>();
      for (const [place, name] of String(genres).split('|').slice(0, most).entries())
        if (!places.has(name)) places.set(name, place);
      return { tid: Number(tid), kind: String(kind), places };
    });
  return new Map(
    told.map(({ tid, kind, places }) => {
      const alike = told.filter((other) => other.kind === kind);
      const weights = [...places].map(([name, place]) => {
        const carriers = alike.filter((other) => other.places.has(name)).length;
        return [name, Math.round((1 + place) ** -fade * Math.log(alike.length / carriers) * 1e5)] as const;
      });
      const length = Math.hypot(...weights.map(([, weight]) => weight));
      const shares = new Map(
        weights.map(([name, weight]) => [name, length === 0 ? 0 : Math.round((weight * 1000) / length)]),
      );
      return [tid, { kind, shares, length }] as const;
    }),
  );
}

/** By recording, its neighbours best first with their scores. */
function expected(rows: Rows, parameters: Parameters): Map<number, [number, number][]> {
  const shares = sharesOf(rows('recordings'), parameters);
  const standing = new Map(rows('popularity').map(({ tid, place }) => [Number(tid), Number(place)]));
  const popular = (tid: number) => standing.get(tid) ?? Number.NaN;
  /** Is it among the most popular that carry the tag? */
  const compared = (tid: number, name: string) => {
    const kind = shares.get(tid)?.kind;
    const ahead = [...shares].filter(
      ([other, theirs]) =>
        theirs.kind === kind && theirs.length > 0 && theirs.shares.has(name) && popular(other) < popular(tid),
    );
    return ahead.length < parameters.recordings_per_tag;
  };
  const found = new Map<number, [number, number][]>();
  for (const tid of rows('degrees').map((row) => Number(row.tid))) {
    const own = shares.get(tid);
    if (own === undefined) continue;
    const scored = [...shares]
      .filter(([other, { kind }]) => other !== tid && kind === own.kind)
      .map(([other, theirs]): [number, number] => [
        other,
        [...own.shares].reduce(
          (sum, [name, share]) => sum + (compared(other, name) ? share * (theirs.shares.get(name) ?? 0) : 0),
          0,
        ),
      ])
      .filter(([, score]) => score > 0)
      .sort(([a, x], [b, y]) => y - x || popular(a) - popular(b))
      .slice(0, parameters.tag_neighbours);
    if (scored.length > 0) found.set(tid, scored);
  }
  return found;
}

async function check(history: History, settings: Partial<Parameters>): Promise<number> {
  const rows = await runStages(history, { stages: STAGES, parameters: settings });
  const found = Map.groupBy(rows('tag_neighbours'), ({ tid }) => Number(tid));
  const twin = expected(rows, { ...DEFAULT_PARAMETERS, ...settings });
  expect([...found.keys()]).toEqual([...twin.keys()].sort((a, b) => a - b));
  for (const [tid, neighbours] of twin) {
    expect(found.get(tid)?.map(({ neighbour, score }) => [neighbour, score])).toEqual(neighbours);
    expect(found.get(tid)?.map(({ place }) => place)).toEqual(neighbours.map((_, index) => index + 1));
  }
  return rows('tag_neighbours').length;
}

test('neighbours are the cosine over every pair of a kind, cut to the best', async () => {
  let rows = 0;
  const settings = fc.constantFrom<Partial<Parameters>>(
    {},
    { tags_per_recording: 1, tag_neighbours: 3 },
    { recordings_per_tag: 2, tag_fade: 0 },
    { recordings_per_tag: 5, tag_fade: 1, tag_neighbours: 1 },
  );
  await fc.assert(
    fc.asyncProperty(anyHistory, settings, async (history, parameters) => {
      rows += await check(history, parameters);
    }),
    runs(8, [CROWD, {}]),
  );
  expect(rows).toBeGreaterThan(20);
});

test('what everything is says nothing, and nobody is named who shares no tag', async () => {
  const tags = { r1: ['rock', 'live'], r2: ['rock', 'live'], r3: ['rock'], r4: ['rock', 'slow'], r5: [] };
  const items = Object.entries(tags).map(([recordingId, genres]) => ({
    ...bareItem(recordingId, 'test', NOW),
    genres,
  }));
  const events = Object.keys(tags).map((recordingId) => event({ recordingId, itemId: recordingId }));
  const rows = await runStages({ ...NOTHING, items, events, cutoff: NOW + 1 }, { stages: STAGES });
  const ids = new Map(rows('recordings').map(({ tid, recording_id }) => [tid, recording_id]));
  expect(
    rows('tag_neighbours').map(({ tid, neighbour, score }) => [ids.get(tid), ids.get(neighbour), score]),
  ).toEqual([
    ['r1', 'r2', 1_000_000],
    ['r2', 'r1', 1_000_000],
  ]);
});

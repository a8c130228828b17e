/** What came out lately is first of what an artist's listeners are offered of them, and is told as new. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Candidate, parseCandidates } from '../../../shared/domain/candidate.ts';
import { bareItem, type CatalogueItem } from '../../../shared/domain/item.ts';
import { DAY_MS } from '../../../shared/domain/time.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../../../shared/sql/parameters.ts';
import { event } from '../../domain/some-events.ts';
import { anyHistory, CROWD, CUTOFF, runs } from './any-history.ts';
import { NOTHING, runStages } from './stage-fixture.ts';
import { recordingsOf } from './twin/catalogue.ts';
import { listenersOf } from './twin/listeners.ts';
import { NAMED, namesOf } from './twin/named.ts';

const WINDOW = DEFAULT_PARAMETERS.new_release_ms;
const anyAge = fc.record({
  early_ms: fc.constantFrom(0, 7 * DAY_MS, 400 * DAY_MS),
  early_listeners: fc.constantFrom(1, 2, 10),
});

test('are those of the last days by artist and kind, newest first', async () => {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(anyHistory, fc.constantFrom(1, 2, 50), anyAge, async (history, limit, early) => {
      const rows = await runStages(history, {
        stages: [...NAMED, 'popularity', 'new_releases'],
        parameters: { tracks_per_artist: limit, ...early },
      });
      const names = namesOf(rows);
      const score = new Map(rows('popularity').map((row) => [names.recording(row.tid), Number(row.score)]));
      const ids = new Map(rows('recordings').map(({ tid, recording_id }) => [recording_id, tid]));
      const recordings = recordingsOf(history);
      const heard = [...listenersOf(history, recordings).values()].flatMap(({ listens, outside }) =>
        listens.filter((listen) => !outside(listen)),
      );
      const isOld = (recordingId: string, releasedAt: number) => {
        const by = (listens: typeof heard) => new Set(listens.map(({ listenerId }) => listenerId)).size;
        const of = heard.filter((listen) => listen.recordingId === recordingId);
        const before = by(of.filter(({ occurredAt }) => occurredAt < releasedAt - early.early_ms));
        return before > 0 && before >= by(of) / early.early_listeners;
      };
      const lately = [...recordings.values()].filter(
        ({ artistId, kind, releasedAt, recordingId }) =>
          artistId !== null &&
          kind !== 'episode' &&
          releasedAt !== null &&
          releasedAt <= CUTOFF &&
          releasedAt > CUTOFF - WINDOW &&
          !isOld(recordingId, releasedAt),
      );
      const expected = [...Map.groupBy(lately, ({ artistId, kind }) => `${artistId} ${kind}`).values()]
        .map((of) =>
          of
            .sort(
              (a, b) =>
                Number(b.releasedAt) - Number(a.releasedAt) ||
                (score.get(b.recordingId) ?? 0) - (score.get(a.recordingId) ?? 0) ||
                Number(ids.get(a.recordingId)) - Number(ids.get(b.recordingId)),
            )
            .slice(0, limit),
        )
        .flatMap((of) =>
          of.map(({ artistId, kind, recordingId, releasedAt }, index) => ({
            artist: artistId,
            kind,
            recording: recordingId,
            freshness: Math.ceil(1000 * (1 - (CUTOFF - Number(releasedAt)) / WINDOW)),
            place: index + 1,
          })),
        );
      const told = rows('new_releases').map(({ aid, kind, tid, freshness, place }) => ({
        artist: names.artist(aid),
        kind,
        recording: names.recording(tid),
        freshness,
        place,
      }));
      const inOrder = (list: readonly { recording: string }[]) =>
        list.toSorted((a, b) => (a.recording < b.recording ? -1 : 1));
      expect(inOrder(told)).toEqual(inOrder(expected));
      found += told.length;
    }),
    runs(8, [CROWD, 50, { early_ms: 400 * DAY_MS, early_listeners: 10 }]),
  );
  expect(found).toBeGreaterThan(10);
});

/** A band of sixty recordings that a fan plays one of, and another band that the fan does not know. */
const of = (band: string, at: number, rest: Partial<CatalogueItem> = {}): CatalogueItem => ({
  ...bareItem(`${band}${String(at).padStart(2, '0')}`, 'features', CUTOFF - 400 * DAY_MS),
  artistId: band,
  popularity: Math.max(0, 90 - at),
  ...rest,
});
const back = (days: number) => ({ releasedAt: CUTOFF - days * DAY_MS });
const BANDS = ['band', 'other'].flatMap((band) => Array.from({ length: 60 }, (_, at) => of(band, at)));
const FAN = [1, 2, 3].map((days) =>
  event({
    recordingId: 'band00',
    itemId: 'band00',
    artistId: 'band',
    listenerId: 'fan',
    occurredAt: CUTOFF - days * DAY_MS,
    receivedAt: CUTOFF - 1,
  }),
);

interface Setting {
  readonly items?: readonly CatalogueItem[];
  readonly events?: typeof FAN;
  readonly parameters?: Partial<Parameters>;
}

async function poolOf({ items = [], events = [], parameters = {} }: Setting): Promise<readonly Candidate[]> {
  const replaced = new Set(items.map(({ itemId }) => itemId));
  const catalogue = [...BANDS.filter(({ itemId }) => !replaced.has(itemId)), ...items];
  const rows = await runStages(
    { ...NOTHING, items: catalogue, events: [...FAN, ...events], cutoff: CUTOFF },
    { stages: ['listener_pools'], parameters: { pool_popular: 0, ...parameters } },
  );
  const fan = rows('listener_pools').find(({ listener_id }) => listener_id === 'fan');
  return parseCandidates(String(fan?.pool));
}

const releasesIn = (pool: readonly Candidate[]) =>
  pool.filter(({ evidence }) => evidence.some(({ generator }) => generator === 'release'));

test('of a band with more recordings than any pool takes, the new one is first', async () => {
  expect((await poolOf({})).map(({ itemId }) => itemId)).not.toContain('band59');
  const pool = await poolOf({ items: [of('band', 59, back(3))] });
  expect(pool[0]).toMatchObject({
    itemId: 'band59',
    evidence: [
      { generator: 'artist', score: 1, seed: 'band' },
      { generator: 'release', score: 1, seed: 'band' },
    ],
  });
  expect(pool).toHaveLength(DEFAULT_PARAMETERS.pool_tracks_per_own_artist);
  expect(pool[1]?.itemId).toBe('band01');
});

test('is the album that came out, the newest of several first', async () => {
  const album = [40, 41, 42].map((at) => of('band', at, back(at === 42 ? 0 : 14)));
  const pool = await poolOf({ items: album });
  expect(pool.slice(0, 4).map(({ itemId }) => itemId)).toEqual(['band42', 'band40', 'band41', 'band01']);
  expect(releasesIn(pool).map(({ evidence }) => evidence[1]?.score)).toEqual([1, 0.5, 0.5]);
});

test('is nothing of a band that the listener does not play', async () => {
  expect(releasesIn(await poolOf({ items: [of('other', 59, back(3))] }))).toEqual([]);
});

const OLD: readonly (readonly [string, Setting])[] = [
  ['came out four weeks ago', { items: [of('band', 59, back(28))] }],
  ['is announced', { items: [of('band', 59, back(-1))] }],
  ['is a remaster by its year', { items: [of('band', 59, { ...back(3), year: 1975 })] }],
  [
    'is out again on another release',
    {
      items: [
        of('band', 59, back(3)),
        { ...of('band', 59, back(3000)), itemId: 'first', recordingId: 'band59' },
      ],
    },
  ],
  ['is switched off', { items: [of('band', 59, back(3))], parameters: { new_release_ms: 0 } }],
  [
    'was heard since',
    {
      items: [of('band', 59, back(3))],
      events: [
        event({
          recordingId: 'band59',
          itemId: 'band59',
          artistId: 'band',
          listenerId: 'fan',
          occurredAt: CUTOFF - DAY_MS,
          receivedAt: CUTOFF - 1,
        }),
      ],
    },
  ],
];

test.each(OLD)('is not what %s', async (_, setting) => {
  const pool = await poolOf(setting);
  expect(releasesIn(pool)).toEqual([]);
  expect(pool[0]?.itemId).toBe('band01');
});

const listenOf = (listenerId: string, days: number) =>
  event({
    recordingId: 'band59',
    itemId: 'band59',
    artistId: 'band',
    listenerId,
    occurredAt: CUTOFF - days * DAY_MS,
    receivedAt: CUTOFF - 1,
  });

test('is not what its listeners have long heard, whatever the day of a release says', async () => {
  const items = [of('band', 59, back(3))];
  const others = Array.from({ length: 10 }, (_, at) => listenOf(`l${at}`, 1));
  expect(releasesIn(await poolOf({ items, events: others }))).toHaveLength(1);
  // A clock that is wrong, one of eleven; and a week before the day is no proof.
  expect(releasesIn(await poolOf({ items, events: [...others, listenOf('clock', 300)] }))).toHaveLength(1);
  expect(releasesIn(await poolOf({ items, events: [listenOf('early', 10)] }))).toHaveLength(1);
  expect(releasesIn(await poolOf({ items, events: [listenOf('early', 10.01)] }))).toEqual([]);
  const two = [listenOf('clock', 300), listenOf('also', 300)];
  expect(releasesIn(await poolOf({ items, events: [...others, ...two] }))).toEqual([]);
});

test('goes by what a catalogue says last of each release', async () => {
  const said = (days: number, at: number, rest = {}) => ({
    ...of('band', 59, { ...back(days), ...rest }),
    updatedAt: CUTOFF - at * DAY_MS,
  });
  expect(releasesIn(await poolOf({ items: [said(10, 20), said(-20, 1)] }))).toEqual([]);
  expect(releasesIn(await poolOf({ items: [said(3, 1), said(4000, 20, { year: 2015 })] }))).toEqual([]);
  expect(
    releasesIn(await poolOf({ items: [said(3, 1, { year: 2025 }), said(4000, 20, { year: 2015 })] })),
  ).toHaveLength(1);
});

test('is the day on which it came out, to the last instant that counts', async () => {
  const parameters = { new_release_ms: 3 * DAY_MS };
  const least = releasesIn(
    await poolOf({
      items: [of('band', 59, { releasedAt: CUTOFF - 3 * DAY_MS + 1 }), of('band', 58, back(0))],
      parameters,
    }),
  );
  expect(least.map(({ itemId, evidence }) => [itemId, evidence[1]?.score])).toEqual([
    ['band58', 1],
    ['band59', 0.001],
  ]);
});

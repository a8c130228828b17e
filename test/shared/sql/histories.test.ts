/** What a build says of each listener's past: heard filters, recent history, forgotten favourites, what is ruled out. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BloomFilter } from '../../../shared/domain/bloom.ts';
import { isSkip, type ListeningEvent } from '../../../shared/domain/event.ts';
import { isForgottenFavourite } from '../../../shared/domain/forgotten-favourite.ts';
import { parseHistory } from '../../../shared/domain/recent-history.ts';
import { DAY_MS, utcDay } from '../../../shared/domain/time.ts';
import { event } from '../../domain/some-events.ts';
import { anyHistory, CROWD, CUTOFF, runs } from './any-history.ts';
import { NOTHING, type Rows, runStages } from './stage-fixture.ts';
import { type Recording, recordingsOf } from './twin/catalogue.ts';
import { type Listener, listenersOf } from './twin/listeners.ts';
import { NAMED, namesOf } from './twin/named.ts';

const STAGES = [...NAMED, 'rejected', 'heard_filters', 'forgotten_favourites', 'recent_history'];

interface Told {
  readonly rows: Rows;
  readonly recordings: ReadonlyMap<string, Recording>;
  readonly listeners: readonly Listener[];
  readonly cutoff: number;
}

const pairsOf = (rows: Rows, stage: string): string[] => {
  const names = namesOf(rows);
  return rows(stage).map(({ lid, tid }) => `${names.listener(lid)} ${names.recording(tid)}`);
};

function checkHeard({ rows, listeners }: Told, falsePositives: number): void {
  const found = new Map(rows('heard_filters').map((row) => [row.listener_id, row.heard]));
  for (const { listenerId, signals } of listeners) {
    const filter = found.get(listenerId);
    // Nobody without a trace has one; who only saved has one of nothing.
    if (filter === undefined) expect(signals.heard.size, listenerId).toBe(0);
    else expect(filter, listenerId).toBe(BloomFilter.of(signals.heard.keys(), falsePositives).toString());
  }
}

function forgottenOf({ recordings, cutoff }: Told, { events, outside, signals }: Listener): Set<string> {
  // What is excluded is as little evidence as what was private.
  const history = events.map((entry) => ({ ...entry, private: outside(entry) }));
  const heard = [...signals.heard.keys()].map((id) => recordings.get(id) as Recording);
  return new Set(
    heard.filter((item) => isForgottenFavourite(history, item, cutoff)).map(({ recordingId }) => recordingId),
  );
}

function checkRecent(told: Told, cap: number): void {
  const { rows, listeners } = told;
  const texts = new Map(rows('recent_history').map((row) => [row.listener_id, String(row.recent)]));
  const favourites = pairsOf(rows, 'forgotten_favourites').sort();
  const forgotten = new Map(listeners.map((listener) => [listener.listenerId, forgottenOf(told, listener)]));
  expect(favourites).toEqual([...forgotten].flatMap(([id, of]) => [...of].map((r) => `${id} ${r}`)).sort());
  expect(texts.size).toBe(listeners.filter(({ listens }) => listens.length > 0).length);
  for (const { listenerId, listens, signals } of listeners) {
    if (listens.length === 0) continue;
    const newest = [...signals.heard].sort(
      ([a, heardA], [b, heardB]) => heardB.lastAt - heardA.lastAt || (a < b ? -1 : 1),
    );
    const expected = newest.slice(0, cap).map(([recordingId, { lastAt }]) => {
      const played = listens.filter((listen) => listen.recordingId === recordingId && !isSkip(listen));
      return [
        recordingId,
        {
          lastDay: utcDay(lastAt),
          plays: played.reduce((sum, { plays }) => sum + plays, 0),
          forgottenFavourite: forgotten.get(listenerId)?.has(recordingId) === true,
        },
      ];
    });
    expect([...parseHistory(texts.get(listenerId) ?? '')]).toEqual(expected);
  }
}

/** What serving would refuse under any of the recording's names, and what stands disliked. */
function checkRejected({ rows, recordings, listeners }: Told): void {
  const expected = listeners.flatMap(({ listenerId, controls, signals }) =>
    [...recordings.values()]
      .filter(
        (recording) =>
          signals.disliked.has(recording.recordingId) ||
          [recording.itemId, ...recording.itemIds].some(
            (itemId) => controls.blocking({ ...recording, itemId, explicit: false }) !== undefined,
          ),
      )
      .map(({ recordingId }) => `${listenerId} ${recordingId}`),
  );
  expect(pairsOf(rows, 'rejected').sort()).toEqual(expected.sort());
}

test('the past of any community is told as the domain tells it', async () => {
  const seen = { favourites: 0, rejected: 0 };
  await fc.assert(
    fc.asyncProperty(
      anyHistory,
      fc.record({
        recent_cap: fc.constantFrom(3, 2000),
        false_positive_rate: fc.constantFrom(0.01, 0.3),
      }),
      async (history, parameters) => {
        const rows = await runStages(history, { stages: STAGES, parameters: parameters as never });
        const recordings = recordingsOf(history);
        const listeners = [...listenersOf(history, recordings).values()];
        const told = { rows, recordings, listeners, cutoff: history.cutoff };
        checkHeard(told, parameters.false_positive_rate);
        checkRecent(told, parameters.recent_cap);
        checkRejected(told);
        seen.favourites += rows('forgotten_favourites').length;
        seen.rejected += rows('rejected').length;
      },
    ),
    runs(12, [CROWD, { recent_cap: 3, false_positive_rate: 0.01 }]),
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(10);
});

const told = (events: readonly ListeningEvent[], cutoff = CUTOFF + 1) =>
  runStages({ ...NOTHING, events, cutoff }, { stages: STAGES });

/** Plays of recording r1, so many days before the cutoff, by a listener of that name. */
const plays = (listenerId: string, days: readonly number[], fields: Partial<ListeningEvent> = {}) =>
  days.map((day) => event({ listenerId, occurredAt: CUTOFF - day * DAY_MS, ...fields }));

test('a favourite is forgotten by the published thresholds', async () => {
  const cases: readonly (readonly [name: string, isFavourite: boolean, events: readonly ListeningEvent[]])[] =
    [
      ['five plays, last 180 days ago', true, plays('a', [180, 181, 182, 182, 182])],
      ['four plays', false, plays('b', [180, 181, 182, 183])],
      ['first and last 90 days apart', true, plays('c', [180, 200, 210, 220, 270])],
      ['first and last 91 days apart', false, plays('d', [180, 200, 210, 220, 271])],
      ['on two days', false, plays('e', [180, 180, 180, 181, 181])],
      ['a last play 179 days ago', false, plays('f', [179, 181, 182, 183, 184])],
      [
        'a private play last month',
        false,
        [...plays('g', [181, 182, 183, 184, 185]), ...plays('g', [30], { private: true })],
      ],
      ['favoured in private only', false, plays('h', [181, 182, 183, 184, 185], { private: true })],
      ['liked and played once', true, [...plays('i', [200]), ...plays('i', [190], { type: 'like' })]],
      [
        'liked in private',
        false,
        [...plays('j', [200]), ...plays('j', [190], { type: 'like', private: true })],
      ],
      [
        'saved and taken back',
        false,
        [
          ...plays('k', [200]),
          ...plays('k', [190], { type: 'save' }),
          ...plays('k', [189], { type: 'unsave' }),
        ],
      ],
      [
        'skipped twice since',
        false,
        [...plays('l', [181, 182, 183, 184, 185]), ...plays('l', [20, 10], { skipped: true })],
      ],
      [
        'skipped once since',
        true,
        [...plays('m', [181, 182, 183, 184, 185]), ...plays('m', [10], { skipped: true })],
      ],
      [
        'one listen that stands for nine, and two more',
        true,
        [...plays('n', [181, 182]), ...plays('n', [183], { plays: 9 })],
      ],
    ];
  const rows = await told(
    cases.flatMap(([, , events]) => events),
    CUTOFF,
  );
  const found = new Set(pairsOf(rows, 'forgotten_favourites').map((pair) => pair.split(' ')[0]));
  for (const [name, isFavourite, [first]] of cases)
    expect(found.has(first?.listenerId), name).toBe(isFavourite);
});

test('what was saved and never listened to is not heard', async () => {
  const rows = await told([event({ type: 'save', recordingId: 'r1' }), event({ recordingId: 'r2' })]);
  expect(rows('heard_filters')).toEqual([{ listener_id: 'l1', heard: BloomFilter.of(['r2']).toString() }]);
  expect([...parseHistory(String(rows('recent_history')[0]?.recent)).keys()]).toEqual(['r2']);
});

test('who only saved has a filter that holds nothing', async () => {
  const rows = await told([event({ type: 'save' })]);
  expect(rows('heard_filters')).toEqual([{ listener_id: 'l1', heard: BloomFilter.of([]).toString() }]);
});

test('a filter of a thousand recordings is theirs bit for bit', async () => {
  const ids = Array.from({ length: 1000 }, (_, index) => `recording ${index}`);
  const rows = await told(ids.map((recordingId) => event({ recordingId })));
  expect(rows('heard_filters')[0]?.heard).toBe(BloomFilter.of(ids).toString());
});

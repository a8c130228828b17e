/** What every play was to its listener: the stages against the notions of shared/domain, history by history. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { genreShares, NOTIONS, type Notion, notionsAt } from '../../../shared/domain/discovery.ts';
import { DISCOVERY_THRESHOLDS as T } from '../../../shared/domain/discovery-history.ts';
import { EVENT_TYPES, isPlay, type ListeningEvent } from '../../../shared/domain/event.ts';
import { bareItem } from '../../../shared/domain/item.ts';
import { isRetained } from '../../../shared/domain/retention.ts';
import { DAY_MS, HOUR_MS } from '../../../shared/domain/time.ts';
import { DEFAULT_PARAMETERS as P } from '../../../shared/sql/parameters.ts';
import { event } from '../../domain/some-events.ts';
import { anyHistory, CROWD, CUTOFF, runs } from './any-history.ts';
import { type History, NOTHING, type Rows, runStages } from './stage-fixture.ts';
import { type Recording, recordingsOf } from './twin/catalogue.ts';
import { type Listener, listenersOf } from './twin/listeners.ts';
import { NAMED, namesOf } from './twin/named.ts';

const STAGES = [...NAMED, 'play_notions', 'discovery_rates'];

test('thresholds are those of the domain', () => {
  expect({
    emergingMaxPlays: P.emerging_plays,
    locallyNovelFromDays: P.locally_novel_from_ms / DAY_MS,
    locallyNovelToDays: P.locally_novel_to_ms / DAY_MS,
    favouriteWindowDays: P.favourite_window_ms / DAY_MS,
    favouriteMinPlays: P.favourite_plays,
    favouriteMinDays: P.favourite_days,
    forgottenAfterDays: P.forgotten_ms / DAY_MS,
    tiredListens: P.tired_listens,
    tiredSkips: P.tired_skips,
    broadeningGenreShare: P.broadening_genre_share,
    // The stage knows no centroids, and so no distances.
    broadeningQuantile: T.broadeningQuantile,
    retainedWithinDays: P.retained_ms / DAY_MS,
    retainedMinLaterDays: P.retained_days,
    retainedMinOtherTracks: P.retained_tracks,
  }).toEqual(T);
});

interface Told {
  readonly notions: readonly Notion[];
  readonly retained: boolean | null;
}

/** By the definitions: listener, instant and event id → what the play was. */
function expectedOf(history: History): Map<string, Told> {
  const recordings = recordingsOf(history);
  const told = new Map<string, Told>();
  for (const listener of listenersOf(history, recordings).values())
    for (const play of listener.listens.filter(isPlay))
      told.set(
        `${listener.listenerId} ${play.occurredAt} ${play.eventId}`,
        tell(listener, play, recordings, history.cutoff),
      );
  return told;
}

function tell(
  listener: Listener,
  play: ListeningEvent,
  recordings: ReadonlyMap<string, Recording>,
  cutoff: number,
): Told {
  // What is excluded is as little evidence as what was private.
  const past = listener.events.map((entry) => ({ ...entry, private: listener.outside(entry) }));
  const item = recordings.get(play.recordingId) as Recording;
  const at = play.occurredAt;
  const reach = {
    genreShares: genreShares(past, (id) => recordings.get(id)?.genres ?? [], at),
    distance: null,
    distanceLimit: null,
  };
  const open = past.filter(
    (entry) =>
      !entry.private && entry.recordingId === item.recordingId && isPlay(entry) && entry.occurredAt >= at,
  );
  const from = Math.min(...open.map(({ occurredAt }) => occurredAt), open.length === 0 ? at : Infinity);
  const over = from + T.retainedWithinDays * DAY_MS < cutoff;
  return {
    notions: notionsAt(past, item, at, reach),
    retained: isRetained(past, item, at) ? true : over ? false : null,
  };
}

function foundOf(rows: Rows): Map<string, Told> {
  const names = namesOf(rows);
  return new Map(
    rows('play_notions').map((row) => [
      `${names.listener(row.lid)} ${row.heard_at} ${row.event_id}`,
      { notions: NOTIONS.filter((notion) => row[notion] === true), retained: row.retained as boolean | null },
    ]),
  );
}

function compare(rows: Rows, history: History, seen: Map<string, number>): void {
  const expected = expectedOf(history);
  const found = foundOf(rows);
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [key, told] of expected) {
    expect(found.get(key), key).toEqual(told);
    for (const notion of [...told.notions, `retained: ${told.retained}`])
      seen.set(notion, (seen.get(notion) ?? 0) + 1);
  }
  checkRates(rows, history, expected);
}

/** The rates by week out of the notions of the domain, plays in private and of several left out. */
function checkRates(rows: Rows, history: History, expected: ReadonlyMap<string, Told>): void {
  const listeners = listenersOf(history, recordingsOf(history));
  const weeks = new Map<number, Told[]>();
  for (const { listenerId, listens, outside } of listeners.values())
    for (const play of listens.filter((listen) => isPlay(listen) && listen.plays === 1 && !outside(listen))) {
      const day = new Date(play.occurredAt);
      day.setUTCHours(0, 0, 0, 0);
      day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
      const told = expected.get(`${listenerId} ${play.occurredAt} ${play.eventId}`) as Told;
      weeks.set(day.getTime(), [...(weeks.get(day.getTime()) ?? []), told]);
    }
  const rates = [...weeks].flatMap(([weekAt, plays]) =>
    NOTIONS.map((notion) => {
      const found = plays.filter(({ notions }) => notions.includes(notion));
      const settled = found.filter(({ retained }) => retained !== null).length;
      const retained = found.filter((play) => play.retained === true).length;
      return {
        week_at: weekAt,
        notion,
        plays: plays.length,
        discoveries: found.length,
        discovery_rate: Math.floor((found.length * 1e6) / plays.length),
        settled,
        retained,
        retained_rate: settled === 0 ? null : Math.floor((retained * 1e6) / settled),
      };
    }),
  );
  rates.sort((a, b) => a.week_at - b.week_at || (a.notion < b.notion ? -1 : 1));
  expect(rows('discovery_rates')).toEqual(rates);
}

const ALL = [...NOTIONS, 'retained: true', 'retained: false', 'retained: null'];

test('in any community', async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(anyHistory, async (history) => {
      compare(await runStages(history, { stages: STAGES }), history, seen);
    }),
    runs(6, [CROWD]),
  );
  for (const name of ALL) expect(seen.get(name) ?? 0, name).toBeGreaterThan(2);
});

/** Eight recordings of two artists and of none, one genre rare among many plays. */
const ITEMS = Array.from({ length: 8 }, (_, index) => ({
  ...bareItem(`r${index}`, 'generated', CUTOFF - 400 * DAY_MS),
  artistId: index < 5 ? 'a0' : index < 7 ? `a${index}` : null,
  genres:
    [['rock'], ['rock', 'jazz'], [], ['rock'], ['jazz'], ['folk'], ['rock', 'folk'], ['folk']][index] ?? [],
  durationMs: index === 3 ? 20_000 : null,
}));

/** Days before the cutoff that lie on either side of every threshold of one another. */
const DAYS = [0, 1, 2, 27, 28, 29, 30, 31, 56, 90, 91, 118, 119, 180, 181, 182, 183, 208, 209, 271, 300, 390];

const reactions = (after: readonly number[]) =>
  fc.array(
    fc.record({
      after: fc.constantFrom(...after),
      type: fc.constantFrom('listen' as const, 'skip' as const, ...EVENT_TYPES.slice(1)),
    }),
    { maxLength: 4 },
  );

/** A favourite played for some weeks, left for about half a year and heard again. */
const tightHabit = fc.record({
  recording: fc.nat({ max: 7 }),
  days: fc.constantFrom(0, 3, 30),
  silence: fc.constantFrom(90, 179, 180, 181, 210),
  gaps: fc.array(fc.constantFrom(0, 1, 30, 44, 45, 46, 89, 90), { minLength: 2, maxLength: 6 }),
  private: fc.oneof(
    { weight: 5, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  /** What else was done about it, so long after it was heard again (ms). */
  others: reactions([-300, -100, -2, -1, 1].map((days) => days * DAY_MS).concat(-1, 0, 1)),
});

/** A play, and what follows it until its days to stay are over. */
const tightTrial = fc.record({
  recording: fc.nat({ max: 7 }),
  days: fc.constantFrom(28, 30, 60, 390),
  msPlayed: fc.constantFrom(null, 31_000, 200_000),
  others: reactions(
    [0, 1, 2, 27, 28, 29]
      .map((days) => days * DAY_MS)
      .concat(-200_000, -31_000, -20_000, 1, 28 * DAY_MS - 1, 28 * DAY_MS + 1),
  ),
});

const tightEvent = fc.record({
  recording: fc.nat({ max: 7 }),
  days: fc.constantFrom(...DAYS),
  offset: fc.constantFrom(0, 0, 1, -1, HOUR_MS, -HOUR_MS),
  type: fc.oneof(
    { weight: 5, arbitrary: fc.constant('listen' as const) },
    { weight: 2, arbitrary: fc.constantFrom(...EVENT_TYPES) },
  ),
  msPlayed: fc.constantFrom(null, 10_000, 19_500, 31_000, 200_000),
  private: fc.oneof(
    { weight: 5, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  plays: fc.oneof(
    { weight: 5, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.constantFrom(2, 3, 5, 150) },
  ),
  lateMs: fc.constantFrom(0, 5_000, 40 * DAY_MS),
  again: fc.boolean(),
});

const tightEntries = fc
  .tuple(
    fc.array(tightEvent, { minLength: 4, maxLength: 22 }),
    fc.oneof(fc.constant(undefined), tightHabit, tightTrial),
  )
  .map(([entries, told]) => {
    if (told === undefined) return entries;
    const { recording, days, others } = told;
    const play = {
      recording,
      days,
      offset: 0,
      type: 'listen',
      msPlayed: null,
      plays: 1,
      lateMs: 0,
      again: false,
      private: false,
    } as const;
    const done = others.map(({ after, type }) => ({
      ...play,
      offset: after,
      type: type === 'skip' ? 'listen' : type,
      msPlayed: type === 'skip' ? 10_000 : null,
    }));
    const past: typeof entries = [];
    if ('gaps' in told) {
      let before = days + told.silence;
      for (const gap of told.gaps) {
        before += gap;
        past.push({ ...play, days: before, private: told.private });
      }
    }
    // Few other events, so that some of it stays as it is.
    return [
      { ...play, msPlayed: 'msPlayed' in told ? told.msPlayed : null },
      ...past,
      ...done,
      ...entries.slice(0, 3),
    ];
  });

/** Many plays of few recordings, so that every clause is reached, at instants that tie and touch. */
const tightHistory = (seed: number): History => ({
  ...NOTHING,
  items: ITEMS,
  cutoff: CUTOFF,
  events: fc.sample(tightEntries, { seed, numRuns: 130 }).flatMap((entries, listener) =>
    entries.flatMap(({ recording, days, offset, lateMs, again, type, plays, ...rest }, index) => {
      const occurredAt = CUTOFF - 1 - DAY_MS - days * DAY_MS + offset;
      const one = event({
        ...rest,
        type,
        plays: type === 'listen' ? plays : 1,
        eventId: `e${String((index * 7) % 31).padStart(2, '0')}`,
        listenerId: `l${String(listener).padStart(3, '0')}`,
        recordingId: `r${recording}`,
        itemId: `r${recording}`,
        artistId: null,
        occurredAt,
        receivedAt: Math.min(CUTOFF - 1, occurredAt + lateMs),
      });
      return again ? [one, { ...one, receivedAt: CUTOFF - 1 }] : [one];
    }),
  ),
});

test('at instants that tie and touch the thresholds, several hundred histories', async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.noBias(fc.nat()), async (seed) => {
      const history = tightHistory(seed);
      compare(await runStages(history, { stages: STAGES }), history, seen);
    }),
    runs(4, [1], [2]),
  );
  for (const name of ALL) expect(seen.get(name) ?? 0, name).toBeGreaterThan(20);
});

const at = (listenerId: string, days: number, fields: Partial<ListeningEvent> = {}) =>
  event({
    listenerId,
    occurredAt: CUTOFF - days * DAY_MS,
    receivedAt: CUTOFF - 1,
    recordingId: 'r1',
    ...fields,
  });
const like = (listenerId: string, days: number) => at(listenerId, days, { type: 'like' });
const others = (listenerId: string, recordings: readonly string[]) =>
  recordings.map((recordingId) => at(listenerId, 20, { recordingId, msPlayed: 60_000 }));

test('whether a play was retained is open for 28 days, and told as it stands', async () => {
  /** What follows a play of r1 by a listener of that name, so many days before the cutoff. */
  const cases: readonly (readonly [name: string, days: number, unknown, readonly ListeningEvent[]])[] = [
    ['open', 28, null, []],
    ['over', 28 + 1 / DAY_MS, false, []],
    ['liked', 3, true, [like('liked', 2)]],
    ['taken back', 3, null, [like('taken back', 2), at('taken back', 1, { type: 'dislike' })]],
    ['too late', 40, true, [like('too late', 39), at('too late', 11, { type: 'unsave' })]],
    ['again', 40, true, [at('again', 39), at('again', 30)]],
    ['once', 40, false, [at('once', 39), at('once', 39)]],
    ['at the last instant', 40, true, [at('at the last instant', 39), at('at the last instant', 12)]],
    ['an instant late', 40, false, [at('an instant late', 39), at('an instant late', 12 - 1 / DAY_MS)]],
    ['three others', 40, true, others('three others', ['r0', 'r2', 'r3'])],
    ['two others', 40, false, others('two others', ['r0', 'r2', 'r0', 'r2'])],
  ];
  const events = cases.flatMap(([name, days, , after]) => [at(name, days), ...after]);
  const rows = await runStages({ ...NOTHING, items: ITEMS, cutoff: CUTOFF, events }, { stages: STAGES });
  const names = namesOf(rows);
  for (const [name, , retained] of cases) {
    const [first] = rows('play_notions').filter(({ lid }) => names.listener(lid) === name);
    expect(first?.retained, name).toBe(retained);
  }
});

test('a favourite of which the last three listens were skips, twice, is not one that was forgotten', async () => {
  const loved = (name: string) => [305, 304, 303, 302, 301].map((days) => at(name, days));
  const skip = (name: string, days: number) => at(name, days, { skipped: true });
  const events = [
    ...[...loved('tired'), skip('tired', 300), skip('tired', 299), at('tired', 298), at('tired', 100)],
    ...[...loved('fond'), skip('fond', 300), at('fond', 299), at('fond', 298), at('fond', 100)],
  ];
  const rows = await runStages({ ...NOTHING, items: ITEMS, cutoff: CUTOFF, events }, { stages: STAGES });
  const names = namesOf(rows);
  const forgotten = rows('play_notions').filter((row) => row.forgotten_favourite === true);
  expect(forgotten.map(({ lid, heard_at }) => [names.listener(lid), heard_at])).toEqual([
    ['fond', CUTOFF - 100 * DAY_MS],
  ]);
});

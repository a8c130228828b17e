/** Dedupe, listens, sittings and feedback against the definitions of shared/domain. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventValue } from '../../../shared/domain/affinity.ts';
import { isCompleted, isSkip, type ListeningEvent } from '../../../shared/domain/event.ts';
import { withdrawnFeedback } from '../../../shared/domain/feedback.ts';
import { sessionsOf, splitSessions } from '../../../shared/domain/sessions.ts';
import { DAY_MS } from '../../../shared/domain/time.ts';
import { event, NOW } from '../../domain/some-events.ts';
import { anyHistory, runs } from './any-history.ts';
import { type History, NOTHING, type Row, type Rows, runStages } from './stage-fixture.ts';
import { type Recording, recordingsOf } from './twin/catalogue.ts';
import { firstReceptions, type Listener, listenersOf } from './twin/listeners.ts';
import { byKey, groupRows, NAMED, namesOf } from './twin/named.ts';

const STAGES = [...NAMED, 'repeated_events', 'listening', 'feedback', 'sessions'];

type Check = (told: {
  history: History;
  rows: Rows;
  recordings: ReadonlyMap<string, Recording>;
  listeners: ReadonlyMap<string, Listener>;
}) => void;

const forAnyHistory = (check: Check) =>
  fc.assert(
    fc.asyncProperty(anyHistory, async (history) => {
      const rows = await runStages(history, { stages: STAGES });
      const recordings = recordingsOf(history);
      check({ history, rows, recordings, listeners: listenersOf(history, recordings) });
    }),
    runs(12),
  );

const decayed = (value: number, ageMs: number) => value * 2 ** (-ageMs / (30 * DAY_MS));

function checkRepeats({ history, rows }: Parameters<Check>[0]): void {
  const received = history.events.filter(({ receivedAt }) => receivedAt < history.cutoff);
  const arrivals = Map.groupBy(received, ({ eventId }) => eventId);
  const expected = new Map<string, { first: ListeningEvent; arrivals: number; conflict: boolean }>();
  for (const [eventId, all] of arrivals) {
    if (all.length === 1) continue;
    for (const [listenerId, theirs] of Map.groupBy(all, (arrival) => arrival.listenerId)) {
      const [first] = firstReceptions(theirs);
      if (first === undefined) continue;
      const said = theirs.map(({ type, itemId, occurredAt, msPlayed, skipped, plays }) =>
        JSON.stringify([type, itemId, occurredAt, msPlayed, skipped, plays]),
      );
      const conflict = new Set(said).size > 1;
      expected.set(`${listenerId} ${eventId}`, { first, arrivals: theirs.length, conflict });
    }
  }
  const found = byKey(rows('repeated_events'), (row) => `${row.listener_id} ${row.event_id}`);
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [key, { first, ...counts }] of expected)
    expect(found.get(key)).toMatchObject({
      ...counts,
      type: first.type,
      occurred_at: first.occurredAt,
      received_at: first.receivedAt,
      item_id: first.itemId,
      recording_id: first.recordingId,
      ms_played: first.msPlayed,
      private: first.private,
      plays: first.plays,
    });
}

function checkListens({ rows, listeners }: Parameters<Check>[0]): void {
  const names = namesOf(rows);
  const found = groupRows(rows('listening'), ({ lid }) => names.listener(lid));
  const heard = [...listeners.values()].filter(({ listens }) => listens.length > 0);
  expect([...found.keys()].sort()).toEqual(heard.map(({ listenerId }) => listenerId));
  for (const { listenerId, listens, outside, lastAt } of heard) {
    const theirs = found.get(listenerId) ?? [];
    expect(theirs.map((row) => row.event_id)).toEqual(listens.map(({ eventId }) => eventId));
    for (const [index, listen] of listens.entries()) {
      const row = theirs[index];
      const outsideTaste = outside(listen);
      const value = outsideTaste ? 0 : eventValue(listen);
      const measured = listen.msPlayed !== null && (listen.durationMs ?? 0) > 0;
      expect(row, `${listenerId} ${listen.eventId}`).toMatchObject({
        heard_at: listen.occurredAt,
        plays: listen.plays,
        skip: isSkip(listen),
        outside_taste: outsideTaste,
        measured,
        completed: measured && !isSkip(listen) && isCompleted(listen),
      });
      expect(names.recording(row?.tid)).toBe(listen.recordingId);
      expect(Math.abs(Number(row?.value) - value * 1e6)).toBeLessThanOrEqual(listen.plays);
      const expected = decayed(value, lastAt - listen.occurredAt) * 1e6;
      expect(Math.abs(Number(row?.decayed) - expected)).toBeLessThanOrEqual(listen.plays + 0.5);
    }
  }
}

function checkSittings({ rows, listeners }: Parameters<Check>[0]): void {
  const names = namesOf(rows);
  const found = groupRows(rows('sessions'), ({ lid }) => names.listener(lid));
  const listening = groupRows(rows('listening'), ({ lid }) => names.listener(lid));
  for (const { listenerId, listens } of listeners.values()) {
    const timed = listens.filter(({ plays }) => plays === 1);
    const expected = sessionsOf(timed).map(({ endedAt, listens: count, skips }, index) => ({
      session_no: index + 1,
      ended_at: endedAt,
      listens: count,
      skips,
    }));
    expect(found.get(listenerId) ?? []).toMatchObject(expected);
    expect(found.get(listenerId) ?? []).toHaveLength(expected.length);

    const opening = new Set(splitSessions(timed).map(([first]) => first?.eventId));
    for (const row of listening.get(listenerId) ?? [])
      expect(row.opens_session, String(row.event_id)).toBe(opening.has(String(row.event_id)));
  }
}

function checkFeedback({ rows, listeners }: Parameters<Check>[0]): void {
  const names = namesOf(rows);
  const found = groupRows(rows('feedback'), ({ lid }) => names.listener(lid));
  for (const { listenerId, events, outside, lastAt } of listeners.values()) {
    const feedback = events.filter(({ type }) => type !== 'listen');
    const withdrawn = withdrawnFeedback(events);
    const withdrawnInTaste = withdrawnFeedback(events.filter((said) => !outside(said)));
    const theirs = found.get(listenerId) ?? [];
    expect(theirs.map((row) => row.event_id)).toEqual(feedback.map(({ eventId }) => eventId));
    for (const [index, said] of feedback.entries()) {
      const stands = !['unsave', 'search_click'].includes(said.type) && !withdrawn.has(said.eventId);
      const value = outside(said) || withdrawnInTaste.has(said.eventId) ? 0 : eventValue(said);
      expect(theirs[index], `${listenerId} ${said.eventId}`).toMatchObject({
        type: said.type,
        given_at: said.occurredAt,
        holds: stands,
        value: value * 1e6,
      });
      const expected = decayed(value, lastAt - said.occurredAt) * 1e6;
      expect(Math.abs(Number(theirs[index]?.decayed) - expected)).toBeLessThanOrEqual(0.5001);
    }
  }
}

describe('the history of any community', () => {
  test('is deduped, valued, split into sittings and stripped of withdrawn feedback as the domain says', async () => {
    await forAnyHistory((told) => {
      checkRepeats(told);
      checkListens(told);
      checkSittings(told);
      checkFeedback(told);
    });
  });
});

const CUTOFF = NOW + DAY_MS;
const single = (events: readonly ListeningEvent[], rest: Partial<History> = {}) =>
  runStages({ ...NOTHING, events, cutoff: CUTOFF, ...rest }, { stages: STAGES });

const LISTENS: readonly (readonly [string, Partial<ListeningEvent>, Partial<Row>])[] = [
  ['29.999 s is a skip', { msPlayed: 29_999 }, { skip: true, value: -1_000_000 }],
  ['30 s is a play', { msPlayed: 30_000 }, { skip: false, value: 1_000_000 }],
  [
    'a completed short one is a play',
    { msPlayed: 19_000, durationMs: 20_000 },
    { skip: false, value: 950_000 },
  ],
  ['a short one not quite completed is a skip', { msPlayed: 18_999, durationMs: 20_000 }, { skip: true }],
  ['a flagged one is a skip', { msPlayed: 200_000, skipped: true }, { skip: true, value: -1_000_000 }],
  ['a scrobble is a whole play', {}, { skip: false, value: 1_000_000 }],
  ['a private one is worth nothing', { private: true }, { skip: false, value: 0 }],
  ['a third of a track', { msPlayed: 60_000, durationMs: 180_000 }, { value: 333_333 }],
  ['more than the track counts once', { msPlayed: 400_000, durationMs: 180_000 }, { value: 1_000_000 }],
  ['twelve at once have no session', { plays: 12 }, { value: 12_000_000, opens_session: false }],
];

test('one listen is a play or a skip by the protocol', async () => {
  const events = LISTENS.map(([listenerId, fields]) => event({ listenerId, ...fields }));
  const rows = await single(events);
  const names = namesOf(rows);
  const found = byKey(rows('listening'), ({ lid }) => names.listener(lid));
  for (const [name, , expected] of LISTENS) expect(found.get(name), name).toMatchObject(expected);
});

describe('one id', () => {
  test('is kept once, as first received, and its other body is a conflict', async () => {
    const first = event({ msPlayed: 40_000 });
    const rows = await single([
      { ...first, receivedAt: NOW + 2, msPlayed: 1 },
      first,
      { ...first, receivedAt: NOW + 1 },
    ]);
    expect(rows('listening')).toMatchObject([{ event_id: first.eventId, skip: false }]);
    expect(rows('repeated_events')).toMatchObject([{ arrivals: 3, conflict: true, ms_played: 40_000 }]);
  });

  test('of two listeners is two events', async () => {
    const mine = event({ listenerId: 'l1' });
    const rows = await single([mine, { ...mine, listenerId: 'l2' }]);
    expect(rows('listening')).toHaveLength(2);
    expect(rows('repeated_events')).toMatchObject([{ conflict: false }, { conflict: false }]);
  });

  test('received twice in one millisecond is the same whichever was appended first', async () => {
    const others = [
      { private: true },
      { durationMs: 1 },
      { artistId: null },
      { context: { playlistId: 'p' } },
    ];
    const events = others.flatMap((fields) => {
      const one = event({ private: false });
      return [one, { ...one, ...fields }];
    });
    const first = (await single(events))('repeated_events');
    expect(first).toHaveLength(others.length);
    expect((await single(events.toReversed()))('repeated_events')).toEqual(first);
  });

  test('received at the cutoff belongs to the next build', async () => {
    expect((await single([event({ receivedAt: CUTOFF })]))('listening')).toEqual([]);
  });
});

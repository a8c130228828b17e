/** Sessions, rules and the cells for "next" against the description written out from the events themselves. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSkip, type ListeningEvent } from '../../../shared/domain/event.ts';
import { parseSessionCell } from '../../../shared/domain/session-cell.ts';
import { splitSessions } from '../../../shared/domain/sessions.ts';
import { MINUTE_MS } from '../../../shared/domain/time.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../../../shared/sql/parameters.ts';
import { event, NOW } from '../../domain/some-events.ts';
import { anyHistory, CROWD, runs } from './any-history.ts';
import { NOTHING, type Rows, runStages } from './stage-fixture.ts';
import { recordingsOf } from './twin/catalogue.ts';
import { type Listener, listenersOf } from './twin/listeners.ts';
import { NAMED, type Names, namesOf } from './twin/named.ts';

const STAGES = [...NAMED, 'session_plays', 'transitions', 'item_features', 'session_neighbours'];

interface PlayedSession {
  readonly listenerId: string;
  readonly number: number;
  /** Distinct, each where it was played last. */
  readonly plays: readonly ListeningEvent[];
}

function sessionsOf(listeners: Iterable<Listener>): PlayedSession[] {
  return [...listeners].flatMap(({ listenerId, listens, outside }) =>
    splitSessions(listens.filter(({ plays }) => plays === 1)).map((session, index) => {
      const played = session.filter((listen) => !isSkip(listen) && !outside(listen));
      const last = new Map(played.map((listen) => [listen.recordingId, listen]));
      return { listenerId, number: index + 1, plays: played.filter((l) => last.get(l.recordingId) === l) };
    }),
  );
}

/** Σ 2520/distance by pair, each recording's in order. */
function rulesOf(sessions: readonly PlayedSession[]): Map<string, [next: string, weight: number][]> {
  const weights = new Map<string, Map<string, number>>();
  for (const { plays } of sessions)
    for (const [at, { recordingId }] of plays.entries())
      for (const [steps, next] of plays.slice(at + 1, at + 11).entries()) {
        const after = weights.get(recordingId) ?? new Map<string, number>();
        weights.set(recordingId, after);
        after.set(next.recordingId, (after.get(next.recordingId) ?? 0) + 2520 / (steps + 1));
      }
  return new Map(
    [...weights].map(([id, after]) => [id, [...after].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))]),
  );
}

function checkPlays(rows: Rows, names: Names, sessions: readonly PlayedSession[]): void {
  const expected = sessions.flatMap(({ listenerId, number, plays }) =>
    plays.map(({ recordingId, occurredAt }, index) =>
      [listenerId, number, index + 1, plays.length, recordingId, occurredAt].join(' '),
    ),
  );
  const found = rows('session_plays').map((row) =>
    [
      names.listener(row.lid),
      row.session_no,
      row.step,
      row.tracks,
      names.recording(row.tid),
      row.heard_at,
    ].join(' '),
  );
  expect(found.sort()).toEqual(expected.sort());
}

function checkTransitions(
  rows: Rows,
  names: Names,
  rules: ReturnType<typeof rulesOf>,
  { transitions }: Parameters,
): void {
  const expected = [...rules].flatMap(([id, after]) =>
    after.slice(0, transitions).map(([next, weight], index) => `${id} ${next} ${weight} ${index + 1}`),
  );
  const found = rows('transitions').map(
    ({ tid, next_tid, weight, place }) =>
      `${names.recording(tid)} ${names.recording(next_tid)} ${weight} ${place}`,
  );
  expect(found.sort()).toEqual(expected.sort());
}

interface Met {
  readonly recordingId: string;
  readonly place: number;
}

/** What the cell of a recording holds: nothing that comes after the first for which there is no room. */
function cellOf(
  recordingId: string,
  sessions: readonly PlayedSession[],
  rules: readonly [string, number][],
  lidOf: (listenerId: string) => number,
  bytesOf: (recordingId: string) => number,
  parameters: Parameters,
) {
  const holding = sessions.flatMap((session) => {
    const at = session.plays.findIndex((play) => play.recordingId === recordingId);
    return at === -1 ? [] : [{ ...session, at, lid: lidOf(session.listenerId) }];
  });
  const heardAt = ({ plays, at }: { plays: readonly ListeningEvent[]; at: number }) =>
    plays[at]?.occurredAt ?? 0;
  const recent = holding
    .filter(({ plays }) => plays.length > 1)
    .sort((a, b) => heardAt(b) - heardAt(a) || a.lid - b.lid || a.number - b.number)
    .slice(0, parameters.item_sessions)
    .map(({ lid, number, plays, at }) => ({
      id: createHash('md5').update(`${lid}.${number}`).digest('hex').slice(0, 8),
      tracks: plays
        .map((play, step) => ({ track: play.recordingId, distance: step - at }))
        .filter(({ distance }) => distance !== 0 && Math.abs(distance) <= parameters.session_reach),
    }));
  const met: Met[] = [
    ...rules.slice(0, parameters.transitions).map(([id], index) => ({ recordingId: id, place: index + 1 })),
    ...recent.flatMap(({ tracks }, index) =>
      tracks.map(({ track }) => ({ recordingId: track, place: index + 1 })),
    ),
  ];
  met.sort((a, b) => a.place - b.place || (a.recordingId < b.recordingId ? -1 : 1));
  const named: string[] = [];
  let bytes = 0;
  for (const id of new Set(met.map((entry) => entry.recordingId))) {
    bytes += bytesOf(id) + 5;
    if (bytes <= parameters.session_cell_bytes) named.push(id);
  }
  return {
    candidates: named,
    rules: rules
      .slice(0, parameters.transitions)
      .filter(([id]) => named.includes(id))
      .map(([track, weight]) => ({
        track,
        share: Math.floor((weight * 1e6) / (2520 * holding.length)) / 1e6,
      })),
    sessions: recent
      .map(({ id, tracks }) => ({ id, tracks: tracks.filter(({ track }) => named.includes(track)) }))
      .filter(({ tracks }) => tracks.length > 0),
  };
}

const anySettings: fc.Arbitrary<Partial<Parameters>> = fc.constantFrom(
  {},
  { transitions: 1 },
  { item_sessions: 2, session_reach: 1 },
  { session_cell_bytes: 150, transitions: 3 },
) as fc.Arbitrary<Partial<Parameters>>;

test('sessions, rules and cells are those of the events, under every cap', async () => {
  const seen = { plays: 0, rules: 0, cells: 0, sessions: 0 };
  await fc.assert(
    fc.asyncProperty(anyHistory, anySettings, async (history, settings) => {
      const rows = await runStages(history, { stages: STAGES, parameters: settings });
      const parameters = { ...DEFAULT_PARAMETERS, ...settings };
      const names = namesOf(rows);
      const recordings = recordingsOf(history);
      const sessions = sessionsOf(listenersOf(history, recordings).values());
      const rules = rulesOf(sessions);
      checkPlays(rows, names, sessions);
      checkTransitions(rows, names, rules, parameters);
      const lids = new Map(rows('listeners').map(({ lid, listener_id }) => [listener_id, Number(lid)]));
      const bytes = new Map(
        rows('item_features').map(({ tid, features }) => [
          names.recording(tid),
          Buffer.byteLength(String(features)),
        ]),
      );
      const cells = new Map(
        rows('session_neighbours').map(({ item_id, session }) => [String(item_id), String(session)]),
      );
      const expected = new Map(
        [...recordings.values()].flatMap(({ recordingId, itemId, itemIds }) => {
          const cell = cellOf(
            recordingId,
            sessions,
            rules.get(recordingId) ?? [],
            (listenerId) => lids.get(listenerId) ?? -1,
            (id) => bytes.get(id) ?? 0,
            parameters,
          );
          if (cell.candidates.length === 0) return [];
          return [...new Set([itemId, ...itemIds])].map((name) => [name, cell] as const);
        }),
      );
      expect([...cells.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [itemId, cell] of expected) {
        const { candidates, ...found } = parseSessionCell(cells.get(itemId) ?? '');
        expect({ candidates: candidates.map(({ recordingId }) => recordingId), ...found }, itemId).toEqual(
          cell,
        );
        seen.sessions += found.sessions.length;
      }
      seen.plays += rows('session_plays').length;
      seen.rules += rows('transitions').length;
      seen.cells += cells.size;
    }),
    runs(10, [CROWD, {}]),
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
});

test('ten steps are followed, the eleventh is not, and repeats in between are no steps', async () => {
  const played = [0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
  const events = played.map((track, minute) =>
    event({ recordingId: `t${track}`, occurredAt: NOW + minute * MINUTE_MS }),
  );
  const rows = await runStages({ ...NOTHING, events, cutoff: NOW + 3_600_000 }, { stages: STAGES });
  const names = namesOf(rows);
  const after = rows('transitions').filter(({ tid }) => names.recording(tid) === 't0');
  expect(after.map(({ next_tid, weight }) => [names.recording(next_tid), weight])).toEqual(
    Array.from({ length: 10 }, (_, index) => [`t${index + 1}`, 2520 / (index + 1)]),
  );
});

test('a cell of long names and many sessions stays under thirty kilobytes', async () => {
  const events = Array.from({ length: 60 }, (_, session) =>
    Array.from({ length: 24 }, (_, at) =>
      event({
        listenerId: `l${session}`,
        recordingId: at === 12 ? 'hub' : `${'long'.repeat(20)}-${session}-${at}`,
        occurredAt: NOW + at * MINUTE_MS,
      }),
    ),
  ).flat();
  const rows = await runStages({ ...NOTHING, events, cutoff: NOW + 3_600_000 }, { stages: STAGES });
  const sizes = rows('session_neighbours').map(({ session }) => Buffer.byteLength(String(session)));
  expect(Math.max(...sizes)).toBeLessThan(30_000);
  expect(Math.max(...sizes)).toBeGreaterThan(20_000);
});

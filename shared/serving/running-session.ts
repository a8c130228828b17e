/** What a listener is in the middle of: its tracks, and what past sessions say comes next. */
import type { Candidate, Evidence } from '../domain/candidate.ts';
import { isSkip } from '../domain/event.ts';
import { distinctEvents } from '../domain/event-order.ts';
import { parseSessionCell, type SessionCell } from '../domain/session-cell.ts';
import {
  latestFirst,
  type NextTrack,
  rankNext,
  SESSION_WEIGHTS,
  type SessionWeights,
} from '../domain/session-neighbours.ts';
import { SESSION_GAP_MS, splitSessions } from '../domain/sessions.ts';
import type { ListenerView, Reading, ReadingDeps } from './reading.ts';

/** How many of the best come as candidates: several times what an answer shows, since some will be ruled out. */
const CANDIDATES = 200;

export interface RunningTrack {
  readonly itemId: string;
  readonly recordingId: string;
}

/**
 * The tracks of the session that runs at `now` (epoch ms), oldest first: played, neither skipped nor private, excluded
 * from taste or ruled out. None where the last listen ended longer ago than the session gap.
 */
export function runningSession(
  { row, controls }: Pick<ListenerView, 'row' | 'controls'>,
  now: number,
): RunningTrack[] {
  const { events } = distinctEvents([...row.earlier, ...row.live]);
  const listens = events.filter(({ type, plays }) => type === 'listen' && plays === 1);
  const session = splitSessions(listens).at(-1) ?? [];
  const last = session.at(-1);
  if (last === undefined || now - last.occurredAt > SESSION_GAP_MS) return [];
  return session
    .filter(
      (listen) =>
        !isSkip(listen) &&
        !listen.private &&
        !controls.excludes(listen) &&
        controls.blocking({ ...listen, explicit: false }) === undefined,
    )
    .map(({ itemId, recordingId }) => ({ itemId, recordingId }));
}

/** The cells of the given items by recording; those that the build has not are left out. */
async function readCells(
  deps: ReadingDeps,
  build: number,
  tracks: readonly RunningTrack[],
): Promise<ReadonlyMap<string, SessionCell>> {
  const rows = await deps.rows.readMany(
    'catalog',
    tracks.map(({ itemId }) => itemId),
    [{ family: 'build', qualifiers: ['session'], timestamps: [build] }],
  );
  return new Map(
    tracks.flatMap(({ recordingId }, index) => {
      const value = rows[index]?.cells[0]?.value;
      return value === undefined ? [] : [[recordingId, parseSessionCell(value)] as const];
    }),
  );
}

/**
 * What comes next in a running session, given oldest first, best first with scores up to 1000; without its own
 * tracks. Reads a row for each of the latest `seeds` tracks. Where none of them has one, the part `session` is
 * degraded.
 */
export async function nextInSession(
  deps: ReadingDeps,
  reading: Reading,
  build: number | undefined,
  running: readonly RunningTrack[],
  weights: SessionWeights = SESSION_WEIGHTS,
): Promise<Candidate[]> {
  if (running.length === 0 || build === undefined) return [];
  const itemOf = new Map(running.map(({ itemId, recordingId }) => [recordingId, itemId]));
  const recordings = running.map(({ recordingId }) => recordingId);
  const seeds = latestFirst(recordings)
    .slice(0, weights.seeds)
    .map((recordingId) => ({ recordingId, itemId: itemOf.get(recordingId) ?? recordingId }));
  const known = await reading.attempt('session', () => readCells(deps, build, seeds), new Map());
  if (known.size === 0) reading.degraded.add('session');
  const described = new Map(
    [...known.values()].flatMap(({ candidates }) =>
      candidates.map((candidate) => [candidate.recordingId, candidate] as const),
    ),
  );
  const ranked = rankNext(recordings, known, weights).filter(({ track }) => !itemOf.has(track));
  const best = ranked[0]?.score ?? 1;
  return ranked.slice(0, CANDIDATES).flatMap((next) => {
    const candidate = described.get(next.track);
    if (candidate === undefined) return [];
    return [{ ...candidate, score: (next.score / best) * 1000, evidence: evidenceOf(next, itemOf, weights) }];
  });
}

function evidenceOf(
  { parts, seeds }: NextTrack<string>,
  itemOf: ReadonlyMap<string, string>,
  weights: SessionWeights,
): Evidence[] {
  const seedItem = (recordingId: string | null) =>
    recordingId === null ? null : (itemOf.get(recordingId) ?? null);
  const evidence: Evidence[] = [];
  if (parts.sessions > 0)
    evidence.push({ generator: 'session', score: parts.sessions, seed: seedItem(seeds.sessions) });
  if (parts.rules > 0)
    evidence.push({ generator: 'next', score: parts.rules / weights.rules, seed: seedItem(seeds.rules) });
  return evidence;
}

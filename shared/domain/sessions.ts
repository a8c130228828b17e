/** Listening sessions: runs of listens with no pause longer than thirty minutes. */
import { isSkip, type ListeningEvent } from './event.ts';
import { MINUTE_MS } from './time.ts';

/** A pause longer than this begins a new session; exactly this long does not. */
export const SESSION_GAP_MS = 30 * MINUTE_MS;

/** One session. Counts are of listens as events; times are epoch milliseconds. */
export interface Session {
  /** When the first listen began, where its length is known; never before the end of the session before. */
  readonly startedAt: number;
  /** When the last listen ended. */
  readonly endedAt: number;
  readonly listens: number;
  readonly plays: number;
  readonly skips: number;
  /** Of the listens, those in private. */
  readonly privateListens: number;
}

/**
 * Splits listens, in the order of the fold, where one occurredAt is more than the gap after the one before.
 * occurredAt is the end of a listen; the gap runs from end to end, since not every source says how long was heard.
 */
export function splitSessions<T extends Pick<ListeningEvent, 'occurredAt'>>(
  listens: readonly T[],
  gapMs: number = SESSION_GAP_MS,
): readonly (readonly T[])[] {
  const sessions: T[][] = [];
  let session: T[] = [];
  let lastEnd = Number.NEGATIVE_INFINITY;
  for (const listen of listens) {
    if (listen.occurredAt - lastEnd > gapMs) {
      session = [];
      sessions.push(session);
    }
    session.push(listen);
    lastEnd = listen.occurredAt;
  }
  return sessions;
}

type SessionListen = Pick<
  ListeningEvent,
  'type' | 'occurredAt' | 'msPlayed' | 'durationMs' | 'skipped' | 'private'
>;

/** Sessions, oldest first, of listens in the order of the fold. */
export function sessionsOf(listens: readonly SessionListen[], gapMs: number = SESSION_GAP_MS): Session[] {
  const sessions: Session[] = [];
  for (const members of splitSessions(listens, gapMs)) {
    const first = members[0];
    const last = members.at(-1);
    if (first === undefined || last === undefined) continue;
    const began = first.occurredAt - (first.msPlayed ?? 0);
    const skips = members.filter(isSkip).length;
    sessions.push({
      startedAt: Math.max(began, sessions.at(-1)?.endedAt ?? began),
      endedAt: last.occurredAt,
      listens: members.length,
      plays: members.length - skips,
      skips,
      privateListens: members.filter((listen) => listen.private).length,
    });
  }
  return sessions;
}

/** Sessions for next-track evaluation: one a line, track ids in the order of play, optionally gzipped. */
import { PermanentError } from '../errors.ts';
import { eachLine, parseIds } from './split-file.ts';

/** Track ids in the order of play. */
export type TrackSequence = readonly number[];

export interface SessionSplit {
  readonly train: readonly TrackSequence[];
  readonly test: readonly TrackSequence[];
}

/**
 * Reads sessions in file order; empty lines are skipped. Throws PermanentError naming file and line for an id that is
 * not a whole number from 0 on, and naming the file where it is missing, unreadable, a truncated gzip or without
 * sessions.
 */
export async function readSessions(path: string): Promise<readonly TrackSequence[]> {
  const sessions: TrackSequence[] = [];
  let number = 0;
  await eachLine(path, (line) => {
    number += 1;
    const ids = parseIds(line, `${path} line ${number}`);
    if (ids.length > 0) sessions.push(ids);
  });
  if (sessions.length === 0) throw new PermanentError(`${path} holds no session.`);
  return sessions;
}

/** The last tenth, in file order, is test. Throws PermanentError where that leaves a part empty. */
export function splitSessionsInOrder(sessions: readonly TrackSequence[]): SessionSplit {
  const cut = Math.floor(sessions.length * 0.9);
  if (cut === 0 || cut === sessions.length)
    throw new PermanentError(
      `${sessions.length} sessions are too few to put nine tenths in train and the last in test.`,
    );
  return { train: sessions.slice(0, cut), test: sessions.slice(cut) };
}

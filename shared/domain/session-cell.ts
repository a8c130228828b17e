/** What a build says of a recording's sessions, as the cell `session` of its items carries it. */
import { type Candidate, parseCandidates } from './candidate.ts';
import type { PastSession, TrackSessions } from './session-neighbours.ts';

export interface SessionCell extends TrackSessions<string> {
  /** What ranking needs of every recording that rules and sessions name; without score and evidence. */
  readonly candidates: readonly Candidate[];
}

/** A cell's text by recording id; see stages/session_neighbours.sql. Throws RangeError for what no build writes. */
export function parseSessionCell(text: string): SessionCell {
  const [rules = '', sessions = ''] = text.split('\n', 2);
  const candidates = parseCandidates(text);
  const recordingAt = (index: string): string => {
    const candidate = candidates[Number(index)];
    if (candidate === undefined) throw new RangeError(`${JSON.stringify(index)} is no line of the cell.`);
    return candidate.recordingId;
  };
  return {
    rules: fieldsOf(rules).map((rule) => {
      const [index, share] = pairOf(rule);
      return { track: recordingAt(index), share: Number(share) / 1e6 };
    }),
    sessions: fieldsOf(sessions).map((session): PastSession<string> => {
      const [id = '', ...tracks] = session.split(' ');
      return {
        id,
        tracks: tracks.map((track) => {
          const [distance, index] = pairOf(track);
          return { track: recordingAt(index), distance: Number(distance) };
        }),
      };
    }),
    candidates,
  };
}

const fieldsOf = (line: string): string[] => (line === '' ? [] : line.split('\t'));

function pairOf(text: string): readonly [string, string] {
  const [first, second] = text.split('.');
  if (first === undefined || second === undefined)
    throw new RangeError(`${JSON.stringify(text.slice(0, 40))} is no pair of numbers.`);
  return [first, second];
}

/** A global split in time: what every listener did before an instant, and what each played in the window after. */
import { isPlay, type ListeningEvent } from '../domain/event.ts';
import { InvalidInput } from '../errors.ts';

export const DAY_MS = 86_400_000;

/** One listen as evaluation sees it. */
export interface Listen {
  readonly listenerId: string;
  readonly recordingId: string;
  /** Epoch milliseconds. */
  readonly occurredAt: number;
  /** Not a skip. */
  readonly played: boolean;
}

/** The listen that an event is, undefined for other types of event. */
export function listenOf(event: ListeningEvent): Listen | undefined {
  if (event.type !== 'listen') return undefined;
  const { listenerId, recordingId, occurredAt } = event;
  return { listenerId, recordingId, occurredAt, played: isPlay(event) };
}

/** Where train ends: an instant, or the share of all listens, in time order, that come before. */
export type Cut = { readonly at: number } | { readonly fraction: number };

export interface TimelineListener {
  readonly listenerId: string;
  /** Train listens in time order, those of one instant by recording. */
  readonly history: readonly Listen[];
  /** Recordings in history, skipped ones included. */
  readonly heard: ReadonlySet<string>;
  /** Recordings played, not skipped, in the test window. */
  readonly relevant: ReadonlySet<string>;
}

export interface Timeline {
  /** Train is `occurredAt < cutAt`; the test window is `cutAt ≤ occurredAt < testEnd`. Epoch milliseconds. */
  readonly cutAt: number;
  readonly testEnd: number;
  /** By listener id, in ascending order of id. */
  readonly listeners: ReadonlyMap<string, TimelineListener>;
  /** Train listeners per recording played in train, most first, ties by ascending id. */
  readonly popularity: ReadonlyMap<string, number>;
  /** How many listeners have a history. */
  readonly trainListeners: number;
}

/**
 * Splits listens, given in any order, at one instant for everybody, so that nothing of anybody's future is in
 * train. `testDays` is 14 unless told; what comes after the window is left out. Throws InvalidInput for no
 * listens, a cut out of range, and a cut that leaves train or the window empty.
 */
export function splitTimeline(
  listens: readonly Listen[],
  cut: Cut,
  options: { readonly testDays?: number } = {},
): Timeline {
  const testDays = options.testDays ?? 14;
  if (!(testDays > 0)) throw invalid('/testDays', `must be more than 0, not ${testDays}`);
  const cutAt = 'at' in cut ? cut.at : instantAt(listens, cut.fraction);
  if (!Number.isFinite(cutAt)) throw invalid('/at', 'must be an instant in epoch milliseconds');
  const testEnd = cutAt + testDays * DAY_MS;
  const train = listens.filter((listen) => listen.occurredAt < cutAt);
  const test = listens.filter((listen) => listen.occurredAt >= cutAt && listen.occurredAt < testEnd);
  const when = new Date(cutAt).toISOString();
  if (train.length === 0) throw invalid('/cut', `no listen is before ${when}`);
  if (test.length === 0) throw invalid('/cut', `no listen is within ${testDays} days after ${when}`);
  const listeners = gather(train, test);
  return {
    cutAt,
    testEnd,
    listeners,
    popularity: countListeners(listeners.values()),
    trainListeners: [...listeners.values()].filter((listener) => listener.history.length > 0).length,
  };
}

function instantAt(listens: readonly Listen[], fraction: number): number {
  if (!(fraction > 0 && fraction < 1)) throw invalid('/fraction', `must be between 0 and 1, not ${fraction}`);
  if (listens.length === 0) throw invalid('/listens', 'there is no listen to split');
  const times = Float64Array.from(listens, (listen) => listen.occurredAt).sort();
  return times[Math.floor(times.length * fraction)] ?? Number.NaN;
}

function gather(train: readonly Listen[], test: readonly Listen[]): Map<string, TimelineListener> {
  const histories = Map.groupBy(train, (listen) => listen.listenerId);
  const plays = Map.groupBy(
    test.filter((listen) => listen.played),
    (listen) => listen.listenerId,
  );
  const ids = [...new Set([...histories.keys(), ...plays.keys()])].sort();
  return new Map(
    ids.map((listenerId) => {
      const history = (histories.get(listenerId) ?? []).sort(
        (a, b) => a.occurredAt - b.occurredAt || compareText(a.recordingId, b.recordingId),
      );
      const heard = new Set(history.map((listen) => listen.recordingId));
      const relevant = new Set((plays.get(listenerId) ?? []).map((listen) => listen.recordingId));
      return [listenerId, { listenerId, history, heard, relevant }];
    }),
  );
}

function countListeners(listeners: Iterable<TimelineListener>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { history } of listeners) {
    const played = new Set(history.filter((listen) => listen.played).map((listen) => listen.recordingId));
    for (const recordingId of played) counts.set(recordingId, (counts.get(recordingId) ?? 0) + 1);
  }
  return new Map([...counts].sort((a, b) => b[1] - a[1] || compareText(a[0], b[0])));
}

/** Order by UTF-16 code units, the same in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function invalid(pointer: string, detail: string): InvalidInput {
  return new InvalidInput([{ pointer, detail }]);
}

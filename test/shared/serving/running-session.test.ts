import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Control, ControlsInForce } from '../../../shared/domain/control.ts';
import type { ListeningEvent } from '../../../shared/domain/event.ts';
import { MINUTE_MS } from '../../../shared/domain/time.ts';
import { NOBODY } from '../../../shared/serving/reading.ts';
import { runningSession } from '../../../shared/serving/running-session.ts';
import { event, NOW } from '../../domain/some-events.ts';

const played = (recordingId: string, minutesAgo: number, fields: Partial<ListeningEvent> = {}) =>
  event({ recordingId, occurredAt: NOW - minutesAgo * MINUTE_MS, ...fields });

const view = (
  live: readonly ListeningEvent[],
  earlier: readonly ListeningEvent[] = [],
  controls: readonly Control[] = [],
) => ({ row: { ...NOBODY, live, earlier }, controls: new ControlsInForce(controls, NOW) });

const recordings = (of: ReturnType<typeof view>) =>
  runningSession(of, NOW).map(({ recordingId }) => recordingId);

describe('runningSession', () => {
  test('is what was played since the last pause longer than the gap, across the cutoff of the build', () => {
    const live = [played('c', 5), played('b', 35)];
    expect(recordings(view(live, [played('a', 65), played('long-ago', 96)]))).toEqual(['a', 'b', 'c']);
  });

  test('runs on for exactly the gap after its last listen, which may be a skip', () => {
    expect(recordings(view([played('a', 30)]))).toEqual(['a']);
    expect(recordings(view([played('a', 30.1)]))).toEqual([]);
    expect(recordings(view([played('a', 50), played('b', 25, { skipped: true })]))).toEqual(['a']);
    expect(recordings(view([]))).toEqual([]);
  });

  test('leaves out skips, private listens, aggregates, other events and what is ruled out or excluded', () => {
    const live = [
      played('kept', 9),
      played('skipped', 8, { skipped: true }),
      played('cut-off', 8, { msPlayed: 5_000, durationMs: 200_000 }),
      played('private', 7, { private: true }),
      played('many', 6, { plays: 4 }),
      played('liked', 5, { type: 'like' }),
      played('disliked', 4),
      played('excluded', 3),
    ];
    const controls = [
      { kind: 'dislike', target: 'disliked', active: true, until: null, from: NOW - 1 },
      { kind: 'exclude-from-taste', target: 'excluded', active: true, until: null, from: NOW - 1 },
    ] as const;
    expect(recordings(view(live, [], controls))).toEqual(['kept']);
  });

  test('any order and repetition of the same events gives the same session', () => {
    const events = Array.from({ length: 8 }, (_, index) => played(`r${index % 5}`, 4 * index));
    const expected = recordings(view(events));
    expect(expected).toHaveLength(8);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(events, { minLength: 8 }),
        fc.subarray(events),
        fc.subarray(events),
        (shuffled, again, earlier) => {
          expect(recordings(view([...shuffled, ...again], earlier))).toEqual(expected);
        },
      ),
    );
  });
});

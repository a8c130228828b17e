/** Four listeners around one instant, small enough to judge by hand. */
import { DAY_MS, type Listen, splitTimeline } from '../../../shared/evaluation/timeline.ts';

export const T0 = 100 * DAY_MS;
export const at = (listenerId: string, recordingId: string, days: number, played = true): Listen => ({
  listenerId,
  recordingId,
  occurredAt: T0 + days * DAY_MS,
  played,
});
// u: a twice, b once later, s skipped; then plays b, s, n and skips m. v: knows a and c, then plays c only.
// w: nothing before, then plays a. x: only a past.
export const LISTENS = [
  at('u', 'a', -9),
  at('u', 'a', -5),
  at('u', 'b', -3),
  at('u', 's', -1, false),
  at('v', 'a', -8),
  at('v', 'c', -8),
  at('x', 'a', -7),
  at('u', 'b', 0),
  at('u', 's', 1),
  at('u', 'n', 2),
  at('u', 'm', 2, false),
  at('v', 'c', 13.9),
  at('v', 'n', 14),
  at('w', 'a', 3),
];
export const timeline = splitTimeline(LISTENS, { at: T0 });

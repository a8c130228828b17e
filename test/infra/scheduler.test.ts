import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { scheduleNightly, untilHour } from '../../infra/local/scheduler.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('the next time of an hour', () => {
  test.each([
    [3, '2026-11-01T02:59:59.999Z', 1],
    [3, '2026-11-01T03:00:00.000Z', DAY],
    [3, '2026-11-01T03:00:00.001Z', DAY - 1],
    [0, '2026-12-31T23:00:00.000Z', HOUR],
    [23, '2028-02-28T23:30:00.000Z', 23.5 * HOUR],
  ])('%i o’clock seen from %s', (hour, now, ms) => {
    expect(untilHour(hour, Date.parse(now))).toBe(ms);
  });

  test('is never now, never more than a day away, and at that hour', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 4e12 }), (hour, now) => {
        const ms = untilHour(hour, now);
        expect(ms).toBeGreaterThan(0);
        expect(ms).toBeLessThanOrEqual(DAY);
        expect(new Date(now + ms).toISOString().slice(11)).toBe(
          `${String(hour).padStart(2, '0')}:00:00.000Z`,
        );
      }),
    );
  });
});

describe('the nightly schedule', () => {
  beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 10, 1, 2) }));
  afterEach(() => void vi.useRealTimers());

  test('works once a night until it is stopped', async () => {
    let nights = 0;
    const stop = scheduleNightly(3, Date.now, async () => void nights++);
    await vi.advanceTimersByTimeAsync(HOUR - 1);
    expect(nights).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(nights).toBe(1);
    await vi.advanceTimersByTimeAsync(3 * DAY);
    expect(nights).toBe(4);
    stop();
    await vi.advanceTimersByTimeAsync(3 * DAY);
    expect(nights).toBe(4);
  });

  test('a night that takes longer than a day delays the next and never runs beside it', async () => {
    let running = 0;
    let most = 0;
    let nights = 0;
    const stop = scheduleNightly(3, Date.now, async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 30 * HOUR));
      running -= 1;
      nights += 1;
    });
    await vi.advanceTimersByTimeAsync(5 * DAY);
    stop();
    expect(most).toBe(1);
    expect(nights).toBe(2);
  });

  test('stopping while it works plans no more', async () => {
    let nights = 0;
    const stop = scheduleNightly(3, Date.now, async () => {
      nights += 1;
      stop();
    });
    await vi.advanceTimersByTimeAsync(3 * DAY);
    expect(nights).toBe(1);
  });
});

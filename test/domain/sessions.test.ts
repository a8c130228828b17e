import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sessionsOf, splitSessions } from '../../shared/domain/sessions.ts';
import { MINUTE_MS, utcDay, utcHour } from '../../shared/domain/time.ts';
import { event, NOW } from './some-events.ts';

const at = (minutes: number, fields = {}) => event({ occurredAt: NOW + minutes * MINUTE_MS, ...fields });

describe('splitSessions', () => {
  it('splits after a pause of more than thirty minutes, and not at thirty', () => {
    const listens = [at(0), at(30), at(60), at(90 + 1 / 60_000), at(91)];
    expect(splitSessions(listens).map((s) => s.length)).toEqual([3, 2]);
    expect(splitSessions([])).toEqual([]);
  });

  it('keeps every listen in order, pauses within a session short and between sessions long', () => {
    const minutes = fc.array(fc.integer({ min: 0, max: 60 * 24 }), { maxLength: 60 });
    fc.assert(
      fc.property(minutes, (times) => {
        const listens = times.toSorted((a, b) => a - b).map((minute) => at(minute));
        const sessions = splitSessions(listens);
        expect(sessions.flat()).toEqual(listens);
        const starts = new Set(sessions.map((s) => s[0]?.eventId));
        for (const [i, listen] of listens.entries()) {
          const before = listens[i - 1];
          const starting = before === undefined || listen.occurredAt - before.occurredAt > 30 * MINUTE_MS;
          expect(starts.has(listen.eventId)).toBe(starting);
        }
      }),
    );
  });
});

describe('sessionsOf', () => {
  it('counts plays, skips and private listens, from the begin of the first to the end of the last', () => {
    const listens = [
      at(0, { msPlayed: 3 * MINUTE_MS }),
      at(1, { msPlayed: 5_000 }),
      at(4, { private: true }),
      at(100),
    ];
    expect(sessionsOf(listens)).toEqual([
      {
        startedAt: NOW - 3 * MINUTE_MS,
        endedAt: NOW + 4 * MINUTE_MS,
        listens: 3,
        plays: 2,
        skips: 1,
        privateListens: 1,
      },
      {
        startedAt: NOW + 100 * MINUTE_MS,
        endedAt: NOW + 100 * MINUTE_MS,
        listens: 1,
        plays: 1,
        skips: 0,
        privateListens: 0,
      },
    ]);
  });

  it('does not let a session begin before the one before has ended', () => {
    const sessions = sessionsOf([at(0), at(60, { msPlayed: 90 * MINUTE_MS })]);
    expect(sessions.map((s) => s.startedAt)).toEqual([NOW, NOW]);
  });
});

describe('time', () => {
  it('tells day and hour in UTC, before 1970 too', () => {
    expect([utcDay(NOW), utcHour(NOW), utcHour(NOW - 1)]).toEqual([20_454, 0, 23]);
    expect([utcDay(-1), utcHour(-1)]).toEqual([-1, 23]);
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        expect(utcHour(date.getTime())).toBe(date.getUTCHours());
      }),
    );
  });
});

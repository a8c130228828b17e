import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decay, eventValue, readAffinity } from '../../shared/domain/affinity.ts';
import type { ListeningEvent } from '../../shared/domain/event.ts';
import { DAY_MS } from '../../shared/domain/time.ts';
import { anyEvent, event } from './some-events.ts';

describe('eventValue', () => {
  it.each([
    ['a scrobble', {}, 1],
    ['a play of unknown duration', { msPlayed: 45_000 }, 1],
    ['a duration of 0', { msPlayed: 45_000, durationMs: 0 }, 1],
    ['half a play', { msPlayed: 120_000, durationMs: 240_000 }, 0.5],
    ['a play past the end', { msPlayed: 300_000, durationMs: 240_000 }, 1],
    ['a skip', { msPlayed: 29_999, durationMs: 240_000 }, -1],
    ['a flagged skip', { msPlayed: 200_000, durationMs: 240_000, skipped: true }, -1],
    ['seven aggregated plays', { plays: 7 }, 7],
    ['three aggregated skips', { plays: 3, skipped: true }, -3],
    ['a save', { type: 'save' }, 3],
    ['a like', { type: 'like' }, 3],
    ['a playlist add', { type: 'playlist_add' }, 3],
    ['a dislike', { type: 'dislike' }, -1],
    ['an unsave', { type: 'unsave' }, 0],
    ['a search click', { type: 'search_click' }, 0],
    ['a private play', { private: true }, 0],
    ['a private save', { type: 'save', private: true }, 0],
    ['a private dislike', { type: 'dislike', private: true }, 0],
  ] as [string, Partial<ListeningEvent>, number][])('of %s', (_, fields, value) => {
    expect(eventValue(event(fields))).toBe(value);
  });

  it('lies between −1 and 3 for each listen it stands for', () => {
    fc.assert(
      fc.property(anyEvent, (e) => {
        expect(eventValue(e)).toBeGreaterThanOrEqual(-e.plays);
        expect(eventValue(e)).toBeLessThanOrEqual(3 * e.plays);
      }),
    );
  });
});

describe('decay', () => {
  it('halves every thirty days', () => {
    expect(decay(0)).toBe(1);
    expect(decay(30 * DAY_MS)).toBe(0.5);
    expect(decay(60 * DAY_MS)).toBe(0.25);
    expect(decay(15 * DAY_MS)).toBeCloseTo(Math.SQRT1_2, 15);
  });

  it('never lets an event ahead of the clock count more than one of now', () => {
    expect(decay(-DAY_MS)).toBe(1);
  });

  it('composes: what decayed until a build decays on until now', () => {
    const age = fc.integer({ min: 0, max: 400 * DAY_MS });
    fc.assert(
      fc.property(age, age, (a, b) => {
        expect(decay(a) * decay(b)).toBeCloseTo(decay(a + b), 12);
      }),
    );
  });
});

describe('readAffinity', () => {
  it('floors at 0', () => {
    expect([readAffinity(-2), readAffinity(0), readAffinity(1.5)]).toEqual([0, 0, 1.5]);
  });
});

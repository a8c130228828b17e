import { describe, expect, it } from 'vitest';
import { type EventType, isCompleted, isPlay, isSkip } from '../../shared/domain/event.ts';

const listen = (
  msPlayed: number | null,
  durationMs: number | null,
  skipped = false,
  type: EventType = 'listen',
) => ({
  type,
  msPlayed,
  durationMs,
  skipped,
});

describe('play and skip', () => {
  it.each([
    ['30 s of a long track', listen(30_000, 240_000), 'play'],
    ['one millisecond less', listen(29_999, 240_000), 'skip'],
    ['a short track heard out', listen(19_000, 20_000), 'play'],
    ['a short track left early', listen(18_999, 20_000), 'skip'],
    ['nothing at all', listen(0, null), 'skip'],
    ['a duration of 0, which is unknown', listen(10, 0), 'skip'],
    ['a scrobble', listen(null, null), 'play'],
    ['a scrobble flagged as skipped', listen(null, null, true), 'skip'],
    ['minutes, but flagged as skipped', listen(200_000, 240_000, true), 'skip'],
  ])('%s: %s', (_, event, kind) => {
    expect({ play: isPlay(event), skip: isSkip(event) }).toEqual({
      play: kind === 'play',
      skip: kind === 'skip',
    });
  });

  it('are said of listens only', () => {
    const save = listen(60_000, 60_000, true, 'save');
    expect([isPlay(save), isSkip(save)]).toEqual([false, false]);
  });

  it('needs a known duration to be completed', () => {
    expect(isCompleted({ msPlayed: 95, durationMs: 100 })).toBe(true);
    expect(isCompleted({ msPlayed: 94, durationMs: 100 })).toBe(false);
    expect(isCompleted({ msPlayed: null, durationMs: 100 })).toBe(false);
    expect(isCompleted({ msPlayed: 95, durationMs: null })).toBe(false);
  });
});

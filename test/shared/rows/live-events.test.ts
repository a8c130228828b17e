import { describe, expect, test } from 'vitest';
import { decodeLiveEvents, isSameEvent, liveEventCell } from '../../../shared/rows/live-events.ts';
import { acceptedEvent } from '../../functions/fakes/events.ts';

describe('many cells', () => {
  test('other families are passed over and a corrupted one is named', () => {
    const { events, corrupted } = decodeLiveEvents('ann', [
      liveEventCell(acceptedEvent()),
      { family: 'control', qualifier: 'dislike#x', timestamp: 1, value: '{}' },
      { family: 'live', qualifier: 'e#bad', timestamp: 1, value: '[1]' },
    ]);
    expect(events).toEqual([acceptedEvent()]);
    expect(corrupted).toEqual([{ qualifier: 'e#bad', reason: 'unknown event type' }]);
  });
});

describe('the same event', () => {
  test('is judged by what its producer said', () => {
    const event = acceptedEvent();
    expect(
      isSameEvent(event, { ...event, receivedAt: 1, recordingId: 'x', artistId: null, durationMs: 1 }),
    ).toBe(true);
    expect(isSameEvent(event, { ...event, msPlayed: 1 })).toBe(false);
    expect(isSameEvent(event, { ...event, context: { surface: 'home' } })).toBe(false);
  });
});

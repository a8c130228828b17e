import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlay, type ListeningEvent } from '../../shared/domain/event.ts';
import { distinctEvents } from '../../shared/domain/event-order.ts';
import { isRetained } from '../../shared/domain/retention.ts';
import { DAY_MS } from '../../shared/domain/time.ts';
import { anyEvent, event, NOW } from './some-events.ts';

const item = { recordingId: 'r1', artistId: 'a1', genres: [] };
/** So many days after the discovery at NOW. */
const later = (days: number, fields: Partial<ListeningEvent> = {}) =>
  event({ occurredAt: NOW + days * DAY_MS, ...fields });
const found = later(0, { msPlayed: 180_000 });
const others = (...days: number[]) => days.map((day, i) => later(day, { recordingId: `o${i}` }));

describe('retained', () => {
  it.each([
    ['a play alone', [found], false],
    ['saved at once', [found, later(0, { type: 'save' })], true],
    ['added on the 28th day to the instant', [found, later(28, { type: 'playlist_add' })], true],
    ['saved an instant after the 28th day', [found, later(28.0001, { type: 'save' })], false],
    ['liked while it still played', [found, later(-0.001, { type: 'like' })], true],
    ['saved an hour before', [found, later(-1 / 24, { type: 'save' })], false],
    ['saved and unsaved within', [found, later(1, { type: 'save' }), later(2, { type: 'unsave' })], false],
    ['unsaved after the 28 days', [found, later(1, { type: 'save' }), later(29, { type: 'unsave' })], true],
    ['saved without a play', [later(1, { type: 'save' })], false],
    ['saved after a skip', [later(0, { msPlayed: 10 }), later(1, { type: 'save' })], false],
    ['played on two later days', [found, later(1), later(28)], true],
    ['played on one later day', [found, later(1), later(1.5)], false],
    ['played again the same day', [found, later(0.1), later(0.2), later(1)], false],
    ['played on a second day too late', [found, later(1), later(28.0001)], false],
    ['skipped on later days', [found, later(1, { msPlayed: 1 }), later(2, { msPlayed: 1 })], false],
    ['three other tracks by the artist', [found, ...others(0.1, 5, 28)], true],
    ['two other tracks by the artist', [found, ...others(1, 2)], false],
    [
      'one other track three times',
      [found, ...[1, 2, 3].map((day) => later(day, { recordingId: 'o' }))],
      false,
    ],
    ['three tracks, one too late', [found, ...others(1, 2, 28.0001)], false],
    ['three tracks by others', [found, ...others(1, 2, 3).map((e) => ({ ...e, artistId: 'a2' }))], false],
    ['saved in private', [found, later(1, { type: 'save', private: true })], false],
    ['played in private', [{ ...found, private: true }, later(1, { type: 'save' })], false],
    ['discovered later than it was offered', [later(9), later(36, { type: 'save' })], true],
  ])('%s', (_, history, expected) => {
    expect(isRetained(history, item, NOW)).toBe(expected);
    expect(isRetained(history.toReversed(), item, NOW)).toBe(expected);
  });

  it('does not take two tracks of nobody for two of one artist', () => {
    const nobody = { ...item, artistId: null };
    const history = [found, ...others(1, 2, 3)].map((e) => ({ ...e, artistId: null }));
    expect(isRetained(history, nobody, NOW)).toBe(false);
  });

  it('agrees with the definition read word by word', () => {
    const day = (e: ListeningEvent) => new Date(e.occurredAt).toISOString().slice(0, 10);
    const some = fc.array(fc.tuple(anyEvent, fc.integer({ min: 0, max: 4 * 35 })), { maxLength: 20 });
    fc.assert(
      fc.property(some, (pairs) => {
        const history = distinctEvents(
          pairs.map(([e, quarters], i) =>
            event({
              ...e,
              eventId: `e${10 + i}`,
              msPlayed: null,
              occurredAt: NOW + (quarters * DAY_MS) / 4,
              durationMs: null,
            }),
          ),
        ).events.filter((e) => e.type !== 'unsave' && e.type !== 'dislike');
        const open = history.filter((e) => !e.private);
        const play = open.find((e) => isPlay(e) && e.recordingId === 'r1');
        let expected = false;
        if (play !== undefined) {
          const within = open.filter(
            (e) => e.occurredAt >= play.occurredAt && e.occurredAt - play.occurredAt <= 28 * DAY_MS,
          );
          const same = within.filter((e) => e.recordingId === 'r1');
          const kept = same.some((e) => ['save', 'like', 'playlist_add'].includes(e.type));
          const days = new Set(same.filter((e) => isPlay(e) && day(e) > day(play)).map(day));
          const tracks = new Set(
            within
              .filter((e) => isPlay(e) && e.artistId === 'a1' && e.recordingId !== 'r1')
              .map((e) => e.recordingId),
          );
          expected = kept || days.size >= 2 || tracks.size >= 3;
        }
        expect(isRetained(history, item, NOW)).toBe(expected);
      }),
      { numRuns: 400 },
    );
  });
});

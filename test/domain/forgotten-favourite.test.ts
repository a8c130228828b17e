import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlay, isSkip, type ListeningEvent } from '../../shared/domain/event.ts';
import { distinctEvents } from '../../shared/domain/event-order.ts';
import { isForgottenFavourite } from '../../shared/domain/forgotten-favourite.ts';
import { DAY_MS } from '../../shared/domain/time.ts';
import { anyEvent, event, NOW, past } from './some-events.ts';

const item = { recordingId: 'r1', artistId: 'a1', genres: [] };
const plays = (...days: number[]) => days.map((day) => past(day));
const skip = { msPlayed: 1000 };
const holds = (history: readonly ListeningEvent[]) => isForgottenFavourite(history, item, NOW);

describe('forgotten_favourite', () => {
  it.each([
    ['five plays on five days', plays(200, 201, 202, 203, 204), true],
    ['four plays', plays(200, 201, 202, 203), false],
    ['five plays on three days', plays(200, 199.9, 199.8, 201, 202), true],
    ['five plays on two days', plays(200, 199.9, 199.8, 201, 200.8), false],
    ['a last play exactly 180 days ago', plays(180, 201, 202, 203, 204), true],
    ['a last play a little later', plays(179.999, 201, 202, 203, 204), false],
    ['first and last exactly 90 days apart', plays(200, 210, 220, 230, 290), true],
    ['first and last a little more apart', plays(200, 210, 220, 230, 290.001), false],
    ['one good window among years', plays(200, 900, 910, 920, 930, 940, 2000), true],
    ['an aggregate on one day', [past(300, 'listen', { plays: 50 })], false],
    ['one play, saved', [...plays(200), past(200, 'save')], true],
    ['one play, liked', [...plays(200), past(200, 'like')], true],
    ['saved, then unsaved', [...plays(200), past(200, 'save'), past(100, 'unsave')], false],
    ['liked, then disliked', [...plays(200), past(200, 'like'), past(100, 'dislike')], false],
    ['saved and never played', [past(200, 'save')], false],
    [
      'two of the last three skipped',
      [...plays(200, 201, 202, 203, 204), past(3, 'listen', skip), past(2, 'listen', skip)],
      false,
    ],
    ['one of the last three skipped', [...plays(200, 201, 202, 203, 204), past(3, 'listen', skip)], true],
    [
      'skips before the last three',
      [...plays(200, 201, 202, 203, 204), past(300, 'listen', skip), past(301, 'listen', skip)],
      true,
    ],
    ['five private plays', plays(200, 201, 202, 203, 204).map((e) => ({ ...e, private: true })), false],
    [
      'a private play yesterday',
      [...plays(200, 201, 202, 203, 204), past(1, 'listen', { private: true })],
      false,
    ],
    [
      'plays of another recording',
      plays(200, 201, 202, 203, 204).map((e) => ({ ...e, recordingId: 'r2' })),
      false,
    ],
    ['nothing', [], false],
  ])('%s', (_name, history, expected) => {
    expect(holds(history)).toBe(expected);
    expect(holds(history.toReversed())).toBe(expected);
  });

  it('looks only at what was before', () => {
    const history = plays(200, 201, 202, 203, 204);
    expect(isForgottenFavourite([...history, past(0)], item, NOW)).toBe(true);
    expect(isForgottenFavourite([...history, past(0)], item, NOW + 1)).toBe(false);
  });

  it('agrees with a search over every window', () => {
    const days = fc.integer({ min: 150, max: 420 });
    const some = fc.array(fc.tuple(anyEvent, days), { maxLength: 14 });
    fc.assert(
      fc.property(some, (pairs) => {
        const history = distinctEvents(
          pairs.map(([e, day], i) =>
            event({ ...e, eventId: `e${i}`, recordingId: 'r1', occurredAt: NOW - day * DAY_MS }),
          ),
        ).events;
        const open = history.filter((e) => !e.private);
        const days = Array.from({ length: 271 }, (_, i) => 150 + i);
        const favourite = days.some((oldest) => {
          const within = open.filter((e) => {
            const age = (NOW - e.occurredAt) / DAY_MS;
            return isPlay(e) && age <= oldest && age >= oldest - 90;
          });
          return (
            within.reduce((n, e) => n + e.plays, 0) >= 5 && new Set(within.map((e) => e.occurredAt)).size >= 3
          );
        });
        const lastOf = (type: string) => open.findLastIndex((e) => e.type === type);
        const saved =
          lastOf('save') > lastOf('unsave') || lastOf('like') > Math.max(lastOf('unsave'), lastOf('dislike'));
        const ages = history.filter(isPlay).map((e) => (NOW - e.occurredAt) / DAY_MS);
        const skips = open
          .filter((e) => e.type === 'listen')
          .slice(-3)
          .filter(isSkip).length;
        const expected = (favourite || saved) && ages.length > 0 && Math.min(...ages) >= 180 && skips < 2;
        expect(holds(history)).toBe(expected);
      }),
      { numRuns: 400 },
    );
  });
});

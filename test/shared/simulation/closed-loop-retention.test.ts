import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListeningEvent } from '../../../shared/domain/event.ts';
import { isPlay } from '../../../shared/domain/event.ts';
import { isRetained } from '../../../shared/domain/retention.ts';
import {
  type Discovery,
  retainedByChoice,
  retainedDiscoveries,
} from '../../../shared/simulation/closed-loop-retention.ts';
import { eventAt, START } from './closed-loop-worlds.ts';

const DAY = 86_400_000;

const anyEvent = fc.record({
  hours: fc.integer({ min: 0, max: 24 * 70 }),
  track: fc.integer({ min: 0, max: 23 }),
  type: fc.constantFrom('listen', 'listen', 'listen', 'listen', 'save', 'unsave', 'playlist_add'),
  msPlayed: fc.constantFrom(2_000, 45_000, 200_000),
  surface: fc.constantFrom('library', 'discover', 'weekly'),
  private: fc.boolean(),
});

const histories = fc.array(anyEvent, { minLength: 40, maxLength: 120 }).map((drawn): ListeningEvent[] =>
  drawn
    .map(({ hours, track, type, msPlayed, surface, private: hidden }, index) =>
      eventAt(START + hours * 3_600_000 + index, {
        eventId: `e${index}`,
        type: type as ListeningEvent['type'],
        recordingId: `r${track}`,
        artistId: `a${track % 6}`,
        msPlayed: type === 'listen' ? msPlayed : null,
        private: hidden && index % 5 === 0,
        context: { surface },
      }),
    )
    .sort((a, b) => a.occurredAt - b.occurredAt),
);

/** First open play of every recording. */
function discoveriesOf(history: readonly ListeningEvent[]): Discovery[] {
  const found = new Map<string, Discovery>();
  for (const event of history) {
    const { recordingId, artistId, occurredAt, msPlayed } = event;
    if (!isPlay(event) || event.private || found.has(recordingId)) continue;
    const item = { recordingId, artistId, genres: [] };
    found.set(recordingId, { item, at: occurredAt, msPlayed: msPlayed ?? 0 });
  }
  return [...found.values()];
}

describe('retained discoveries', () => {
  it('are those that isRetained() finds in the whole history', () => {
    let retained = 0;
    let lost = 0;
    fc.assert(
      fc.property(histories, (history) => {
        const discoveries = discoveriesOf(history);
        const expected = discoveries.map(({ item, at }) => isRetained(history, item, at));
        expect(retainedDiscoveries(history, discoveries)).toEqual(expected);
        retained += expected.filter(Boolean).length;
        lost += expected.filter((kept) => !kept).length;
      }),
      { numRuns: 300, seed: 7 },
    );
    expect(Math.min(retained, lost)).toBeGreaterThan(100);
  });

  it('by choice are those of a history without what was served again, and never more', () => {
    const isServed = ({ context }: ListeningEvent) => context.surface !== 'library';
    fc.assert(
      fc.property(histories, (history) => {
        const discoveries = discoveriesOf(history);
        const chosen = retainedByChoice(history, isServed, discoveries);
        const all = retainedDiscoveries(history, discoveries);
        for (const [index, { item, at }] of discoveries.entries()) {
          const own = history.filter(
            (event) => event.type !== 'listen' || !isServed(event) || event.occurredAt === at,
          );
          expect(chosen[index]).toBe(isRetained(own, item, at));
          expect(Number(chosen[index])).toBeLessThanOrEqual(Number(all[index]));
        }
      }),
      { numRuns: 300, seed: 8 },
    );
  });

  it('count a save made while the discovery sounded, and the 28th day, and nothing after it', () => {
    const at = START + DAY;
    const discovery = { item: { recordingId: 'x', artistId: 'a', genres: [] }, at, msPlayed: 200_000 };
    const save = eventAt(at - 100_000, { eventId: 's', type: 'save', msPlayed: null });
    expect(retainedDiscoveries([save, eventAt(at)], [discovery])).toEqual([true]);
    const again = [eventAt(at), eventAt(at + 5 * DAY), eventAt(at + 28 * DAY)];
    expect(retainedDiscoveries(again, [discovery])).toEqual([true]);
    const late = [eventAt(at), eventAt(at + 5 * DAY), eventAt(at + 28 * DAY + 1)];
    expect(retainedDiscoveries(late, [discovery])).toEqual([false]);
  });

  it('by choice do not come of being served again', () => {
    const at = START + DAY;
    const discovery = { item: { recordingId: 'x', artistId: 'a', genres: [] }, at, msPlayed: 200_000 };
    const served = { context: { surface: 'discover' } };
    const history = [0, 2, 4].map((days) => eventAt(at + days * DAY, served));
    const isServed = ({ context }: ListeningEvent) => context.surface === 'discover';
    expect(retainedDiscoveries(history, [discovery])).toEqual([true]);
    expect(retainedByChoice(history, isServed, [discovery])).toEqual([false]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPopularityPolicy } from '../../../shared/simulation/closed-loop-popularity.ts';
import { eventAt, START } from './closed-loop-worlds.ts';

const listen = (index: number, listenerId: string, track: number, msPlayed: number) =>
  eventAt(START + index, {
    eventId: `e${index}`,
    listenerId,
    itemId: `i${track}`,
    recordingId: `r${track}`,
    artistId: `a${track % 4}`,
    msPlayed,
  });

const events = fc
  .array(
    fc.tuple(
      fc.constantFrom('ana', 'bo'),
      fc.integer({ min: 0, max: 15 }),
      fc.constantFrom(1_000, 100_000, 200_000),
    ),
    { maxLength: 80 },
  )
  .map((drawn) => drawn.map(([id, track, ms], index) => listen(index, id, track, ms)));

describe('the popularity policy', () => {
  it('serves the most played that the listener did not hear, at most two of an artist', async () => {
    await fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 1, max: 10 }), async (seen, count) => {
        const policy = createPopularityPolicy();
        policy.observe(seen);
        await policy.refresh(START);
        const served = await policy.serve('ana', START, { surface: 'discover', count });
        const heard = new Set(
          seen.filter(({ listenerId }) => listenerId === 'ana').map(({ itemId }) => itemId),
        );
        const playsOf = (itemId: string) =>
          seen.filter((event) => event.itemId === itemId && (event.msPlayed ?? 0) >= 30_000).length;
        const wanted = [...new Set(seen.map(({ itemId }) => itemId))]
          .filter((itemId) => playsOf(itemId) > 0 && !heard.has(itemId))
          .sort((a, b) => playsOf(b) - playsOf(a) || (a < b ? -1 : 1));
        const artistOf = (itemId: string) => Number(itemId.slice(1)) % 4;
        const expected = wanted.filter(
          (itemId, place) =>
            wanted.slice(0, place).filter((other) => artistOf(other) === artistOf(itemId)).length < 2,
        );
        expect(served).toEqual(expected.slice(0, count));
      }),
    );
  });

  it('knows at once what was heard, and counts plays when a week begins', async () => {
    const policy = createPopularityPolicy();
    policy.observe([listen(0, 'bo', 1, 100_000), listen(1, 'bo', 2, 100_000), listen(2, 'bo', 2, 100_000)]);
    await policy.refresh(START);
    const serve = () => policy.serve('ana', START, { surface: 'next', count: 5 });
    expect(await serve()).toEqual(['i2', 'i1']);
    policy.observe([listen(3, 'ana', 2, 1_000), listen(4, 'bo', 3, 100_000)]);
    expect(await serve()).toEqual(['i1']);
    await policy.refresh(START);
    expect(await serve()).toEqual(['i1', 'i3']);
  });
});

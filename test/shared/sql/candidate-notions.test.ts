/** What a build tells of the candidates in pools is what each of them would be to its listener at the cutoff. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Candidate, parseCandidates } from '../../../shared/domain/candidate.ts';
import { genreShares, NOTIONS, type Notion, notionsAt } from '../../../shared/domain/discovery.ts';
import { DISCOVERY_THRESHOLDS } from '../../../shared/domain/discovery-history.ts';
import { bareItem } from '../../../shared/domain/item.ts';
import { DAY_MS } from '../../../shared/domain/time.ts';
import { event } from '../../domain/some-events.ts';
import { anyHistory, CROWD, CUTOFF, runs } from './any-history.ts';
import { NOTHING, runStages } from './stage-fixture.ts';
import { type Recording, recordingsOf } from './twin/catalogue.ts';
import { listenersOf } from './twin/listeners.ts';

/** The notions that a candidate carries; of what was never played none that asks for a silence can hold. */
function told({ artistId, artistPlays, broadens }: Candidate): Notion[] {
  const plays = artistPlays ?? Number.NaN;
  const holds: Partial<Record<Notion, boolean>> = {
    new_track: true,
    new_artist: artistId !== null && plays === 0,
    emerging: artistId !== null && plays > 0 && plays <= DISCOVERY_THRESHOLDS.emergingMaxPlays,
    taste_broadening: broadens === true,
  };
  return NOTIONS.filter((notion) => holds[notion] === true);
}

test.each(['kernels', 'sql'] as const)('in any community (%s)', async (heavyStages) => {
  const seen = new Map<Notion, number>();
  await fc.assert(
    fc.asyncProperty(anyHistory, async (history) => {
      const rows = await runStages(history, { stages: ['listener_pools'], heavyStages });
      const recordings = recordingsOf(history);
      const listeners = listenersOf(history, recordings);
      for (const { listener_id, pool } of rows('listener_pools')) {
        const listener = listeners.get(String(listener_id));
        const past = (listener?.events ?? []).map((entry) => ({
          ...entry,
          private: listener?.outside(entry) === true,
        }));
        const shares = genreShares(past, (id) => recordings.get(id)?.genres ?? [], history.cutoff);
        for (const candidate of parseCandidates(String(pool))) {
          const expected = notionsAt(
            past,
            recordings.get(candidate.recordingId) as Recording,
            history.cutoff,
            { genreShares: shares, distance: null, distanceLimit: null },
          );
          expect(told(candidate), `${listener_id} ${candidate.recordingId}`).toEqual(expected);
          for (const notion of expected) seen.set(notion, (seen.get(notion) ?? 0) + 1);
        }
      }
    }),
    runs(5, [CROWD]),
  );
  for (const notion of ['new_track', 'new_artist', 'emerging', 'taste_broadening'] as const)
    expect(seen.get(notion) ?? 0, notion).toBeGreaterThan(20);
});

/** A listener of `plays` rock recordings and one of jazz, and an unheard recording of another artist. */
async function broadens(genres: readonly string[], plays: number, artistId: string | null = 'stranger') {
  const heard = Array.from({ length: plays + 1 }, (_, at) => ({
    ...bareItem(`r${at}`, 'features', 1),
    artistId: 'friend',
    genres: [at === plays ? 'jazz' : 'rock'],
  }));
  const other = { ...bareItem('other', 'features', 1), artistId, genres };
  const events = heard.map(({ itemId }, at) =>
    event({
      listenerId: 'ann',
      itemId,
      recordingId: itemId,
      artistId: 'friend',
      occurredAt: CUTOFF - (at + 1) * DAY_MS,
      receivedAt: CUTOFF - 1,
    }),
  );
  const rows = await runStages(
    { ...NOTHING, items: [...heard, other], events, cutoff: CUTOFF },
    { stages: ['listener_pools'] },
  );
  const [candidate] = parseCandidates(String(rows('listener_pools')[0]?.pool));
  expect(candidate?.itemId).toBe('other');
  return candidate?.broadens === true;
}

test('one genre at home is enough not to broaden, a hundredth of the plays is at home', async () => {
  expect(await broadens(['folk'], 5)).toBe(true);
  expect(await broadens(['folk', 'ska'], 5)).toBe(true);
  expect(await broadens(['folk', 'rock'], 5)).toBe(false);
  expect(await broadens([], 5)).toBe(false);
  expect(await broadens(['folk'], 5, null)).toBe(false);
  expect(await broadens(['folk'], 5, 'friend')).toBe(false);
  expect(await broadens(['jazz'], 99)).toBe(false);
  expect(await broadens(['jazz'], 100)).toBe(true);
});

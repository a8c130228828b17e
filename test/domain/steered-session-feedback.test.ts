import { describe, expect, test } from 'vitest';
import { OPEN_BRIEF } from '../../shared/domain/brief.ts';
import { idKey, startSession } from '../../shared/domain/steered-session.ts';
import { foldFeedback, type KnownTrack, playStrength } from '../../shared/domain/steered-session-feedback.ts';

const TRACK: KnownTrack = {
  itemId: 'i',
  recordingId: 'r',
  artistId: 'a',
  genres: ['rock'],
  tempo: 120,
  energy: 0.9,
  valence: 0.5,
  durationMs: 200_000,
};
const begun = startSession({
  id: 's',
  listenerId: 'ann',
  brief: OPEN_BRIEF,
  briefBy: 'seeds',
  prompt: null,
  seeds: { tracks: [], artists: [] },
  barred: [],
  now: 0,
});
const nothing = { played: [], saved: [], disliked: [] };
const describeOne = (id: string) => (id === 'i' ? TRACK : undefined);

describe('what a play says', () => {
  test.each([
    ['a whole play', { msPlayed: 200_000 }, 200_000, 0.5],
    ['half a play', { msPlayed: 100_000 }, 200_000, 0.25],
    ['a play past the end of the catalogue’s duration', { msPlayed: 400_000 }, 200_000, 0.5],
    ['skipped at once', { msPlayed: 0, skippedAtMs: 0 }, 200_000, -1],
    ['skipped after a quarter', { msPlayed: 50_000, skippedAtMs: 50_000 }, 200_000, -0.75],
    ['skipped within the last twentieth', { msPlayed: 195_000, skippedAtMs: 195_000 }, 200_000, 0.4875],
    ['under 30 s without a word from the player', { msPlayed: 20_000 }, 200_000, -0.9],
    ['a whole jingle of 20 s', { msPlayed: 20_000 }, 20_000, 0.5],
    ['of unknown duration, skipped half way of the usual', { msPlayed: 9, skippedAtMs: 105_000 }, null, -0.5],
    ['of duration 0, which is unknown', { msPlayed: 210_000 }, 0, 0.5],
  ])('%s', (_, play, durationMs, strength) => {
    expect(playStrength({ itemId: 'i', ...play }, durationMs)).toBeCloseTo(strength, 9);
  });

  test('the earlier a skip, the worse', () => {
    const at = [0, 10_000, 60_000, 120_000, 180_000].map((skippedAtMs) =>
      playStrength({ itemId: 'i', msPlayed: skippedAtMs, skippedAtMs }, 200_000),
    );
    expect(at).toEqual(at.toSorted((a, b) => a - b));
    expect(new Set(at).size).toBe(at.length);
  });
});

describe('feedback in the session', () => {
  test('a save says more than a play, a dislike as much as a skip at once', () => {
    const artist = (feedback: Partial<Parameters<typeof foldFeedback>[1]>) =>
      foldFeedback(begun, { ...nothing, ...feedback }, describeOne).state.average.artists[0]?.[1] ?? 0;
    const played = artist({ played: [{ itemId: 'i', msPlayed: 200_000 }] });
    const saved = artist({ saved: ['i'] });
    expect(saved).toBeGreaterThan(played);
    expect(played).toBeGreaterThan(0);
    expect(artist({ disliked: ['i'] })).toBe(
      artist({ played: [{ itemId: 'i', msPlayed: 0, skippedAtMs: 0 }] }),
    );
  });

  test('whatever was heard or disliked is barred by item and recording', () => {
    const { state } = foldFeedback(begun, { ...nothing, disliked: ['i'] }, describeOne);
    expect(state.barred).toEqual([idKey('i'), idKey('r')]);
  });

  test('an item nobody knows is named, bars itself and moves nothing', () => {
    const { state, unknown, feedback } = foldFeedback(
      begun,
      { ...nothing, disliked: ['?', '?'] },
      describeOne,
    );
    expect(unknown).toEqual(['?']);
    expect(state.barred).toEqual([idKey('?')]);
    expect(state.average).toEqual(begun.average);
    expect(feedback).toHaveLength(2);
  });

  test('the state given stays as it was', () => {
    const before = structuredClone(begun);
    foldFeedback(begun, { ...nothing, saved: ['i'] }, describeOne);
    expect(begun).toEqual(before);
  });
});

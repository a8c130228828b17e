import { describe, expect, test } from 'vitest';
import { type Brief, OPEN_BRIEF } from '../../shared/domain/brief.ts';
import type { IndexedItem } from '../../shared/domain/indexed-item.ts';
import { recordTurn, type SessionState, startSession } from '../../shared/domain/steered-session.ts';
import { foldFeedback } from '../../shared/domain/steered-session-feedback.ts';
import {
  nextTracks,
  orderNext,
  type ProposeInput,
  proposeTracks,
  RELATED_TIER,
} from '../../shared/domain/steered-session-next.ts';
import { createRandom } from '../../shared/random.ts';
import { generatedSnapshot, snapshotOf, someItem, stranger } from './brief-catalogue.ts';

const begin = (brief: Partial<Brief> = {}): SessionState =>
  startSession({
    id: 's',
    listenerId: 'ann',
    brief: { ...OPEN_BRIEF, ...brief },
    briefBy: 'seeds',
    prompt: null,
    seeds: { tracks: [], artists: [] },
    barred: [],
    now: 0,
  });

const input = (items: readonly IndexedItem[], rest: Partial<ProposeInput> = {}): ProposeInput => ({
  snapshots: [snapshotOf(items)],
  listener: stranger,
  candidates: new Map(),
  seed: 1,
  count: 10,
  ...rest,
});

function play(state: SessionState, given: ProposeInput): { state: SessionState; tracks: IndexedItem[] } {
  const { proposals } = proposeTracks(state, { ...given, seed: state.turns });
  const served = nextTracks(state, proposals, given.count).map(({ proposal, parts }) => ({
    item: proposal.item,
    parts,
  }));
  const turn = {
    ...{ turnId: `t${state.turns}`, at: 0, feedback: [], steer: null, patch: [], unmet: [] },
    served: served.map(({ item, parts }) => ({
      ...{ itemId: item.itemId, recordingId: item.recordingId, artistId: item.artistId },
      ...{ parts, reasons: [] },
    })),
  };
  return {
    state: recordTurn(state, turn, { request: '', answer: '{}' }),
    tracks: served.map(({ item }) => item),
  };
}

/** Two worlds that score alike: loud metal of one artist among others, and calm music. */
const worlds = (): IndexedItem[] =>
  Array.from({ length: 200 }, (_, i) => {
    const loud = i % 2 === 0;
    return someItem(`w${String(i).padStart(3, '0')}`, {
      artistId: loud ? (i % 4 === 0 ? 'loud-one' : `loud-${i}`) : `calm-${i}`,
      genres: [loud ? 'metal' : 'ambient'],
      energy: loud ? 0.95 : 0.2,
      tempo: loud ? 160 : 90,
      valence: 0.5,
      durationMs: 200_000,
    });
  });

const share = <T>(list: readonly T[], is: (entry: T) => boolean) => list.filter(is).length / list.length;

describe('what comes next', () => {
  test('after three skips of one artist, genre and energy there is less of each', () => {
    const items = worlds();
    const byId = new Map(items.map((item) => [item.itemId, item]));
    const state = begin();
    const before = play(state, input(items, { count: 20 })).tracks;
    const skipped = items.filter(({ artistId }) => artistId === 'loud-one').slice(0, 3);
    const played = skipped.map(({ itemId }) => ({ itemId, msPlayed: 4_000, skippedAtMs: 4_000 }));
    const moved = foldFeedback(state, { played, saved: [], disliked: [] }, (id) => byId.get(id)).state;
    const after = play(moved, input(items, { count: 20 })).tracks;
    for (const is of [
      ({ artistId }: IndexedItem) => artistId === 'loud-one',
      ({ genres }: IndexedItem) => genres.includes('metal'),
      ({ energy }: IndexedItem) => (energy ?? 0) > 0.8,
    ])
      expect(share(after, is)).toBeLessThan(share(before, is));
    expect(share(after, ({ genres }) => genres.includes('metal'))).toBe(0);
  });

  test('what is saved draws more like it', () => {
    const items = worlds();
    const byId = new Map(items.map((item) => [item.itemId, item]));
    const saved = items.filter(({ genres }) => genres.includes('ambient')).slice(0, 2);
    const { state } = foldFeedback(
      begin(),
      { played: [], saved: saved.map(({ itemId }) => itemId), disliked: [] },
      (id) => byId.get(id),
    );
    expect(share(play(state, input(items)).tracks, ({ genres }) => genres.includes('ambient'))).toBe(1);
  });

  test('a brief that asks for a genre keeps it, however often it is skipped', () => {
    const items = worlds();
    const byId = new Map(items.map((item) => [item.itemId, item]));
    const played = items.slice(0, 6).map(({ itemId }) => ({ itemId, msPlayed: 0, skippedAtMs: 0 }));
    const { state } = foldFeedback(begin({ genres: ['metal'] }), { played, saved: [], disliked: [] }, (id) =>
      byId.get(id),
    );
    const { proposals } = proposeTracks(state, input(items));
    const chosen = nextTracks(state, proposals, 10);
    expect(chosen.every(({ proposal }) => proposal.item.genres.includes('metal'))).toBe(true);
  });

  test('two hundred turns without a track twice, then there are no more', () => {
    const snapshot = generatedSnapshot(2_000);
    let state = begin();
    const seen = new Set<string>();
    let served = 0;
    for (let turn = 0; turn < 200; turn++) {
      const next = play(state, input([], { snapshots: [snapshot], count: 10 }));
      state = next.state;
      for (const { recordingId } of next.tracks) seen.add(recordingId);
      served += next.tracks.length;
    }
    expect(seen.size).toBe(served);
    const all = new Set(
      snapshot.items.filter(({ kind }) => kind === 'track').map((item) => item.recordingId),
    );
    expect(served).toBe(Math.min(2_000, all.size));
  }, 60_000);

  test('an artist’s music exhausted, music like it follows and is told', () => {
    const items = [
      ...Array.from({ length: 4 }, (_, i) => someItem(`own${i}`, { artistId: 'one', genres: ['jazz'] })),
      ...Array.from({ length: 30 }, (_, i) => someItem(`jazz${i}`, { genres: ['jazz'] })),
      ...Array.from({ length: 30 }, (_, i) => someItem(`rock${i}`, { genres: ['rock'] })),
    ];
    const state = begin({ onlyArtists: ['one'], exclude: { ...OPEN_BRIEF.exclude, tracks: ['jazz0'] } });
    const found = proposeTracks(state, input(items));
    const chosen = nextTracks(state, found.proposals, 10);
    expect(chosen.slice(0, 4).every(({ proposal }) => proposal.item.artistId === 'one')).toBe(true);
    expect(chosen.slice(4).map(({ proposal }) => [proposal.tier, proposal.item.genres[0]])).toEqual(
      Array.from({ length: 6 }, () => [RELATED_TIER, 'jazz']),
    );
    expect(found.relaxedTo).toMatchObject({ onlyArtists: [], seedArtists: ['one'] });
    expect(found.proposals.map(({ item }) => item.itemId)).not.toContain('jazz0');
    const few = proposeTracks(state, input(items, { count: 4 }));
    expect(few.relaxedTo).toBeUndefined();
  });

  test('what gives way gives way in the brief’s own order: mood before genre, however much is liked', () => {
    const items = [
      ...Array.from({ length: 3 }, (_, i) =>
        someItem(`both${i}`, { genres: ['jazz'], energy: 0.2, valence: 0.5 }),
      ),
      ...Array.from({ length: 3 }, (_, i) =>
        someItem(`genre${i}`, { genres: ['jazz'], energy: 0.9, valence: 0.5 }),
      ),
      ...Array.from({ length: 9 }, (_, i) =>
        someItem(`mood${i}`, { genres: ['pop'], energy: 0.2, valence: 0.5 }),
      ),
    ];
    const byId = new Map(items.map((item) => [item.itemId, item]));
    const { state } = foldFeedback(
      begin({ genres: ['jazz'], moods: ['calm'] }),
      { played: [], saved: ['mood7', 'mood8'], disliked: [] },
      (id) => byId.get(id),
    );
    const chosen = nextTracks(state, proposeTracks(state, input(items, { count: 8 })).proposals, 8);
    const kinds = chosen.map(({ proposal }) => proposal.item.itemId.replace(/\d/, ''));
    expect(kinds).toEqual(['both', 'both', 'both', 'genre', 'genre', 'genre', 'mood', 'mood']);
  });

  test('what is blocked is not served even where nothing else is left', () => {
    const items = Array.from({ length: 10 }, (_, i) => someItem(`i${i}`));
    const listener = { ...stranger, isBlocked: ({ itemId }: IndexedItem) => itemId !== 'i3' };
    const { proposals } = proposeTracks(begin(), input(items, { listener }));
    expect(proposals.map(({ item }) => item.itemId)).toEqual(['i3']);
  });

  test('recently served artists wait: others come first while there are any', () => {
    const items = Array.from({ length: 40 }, (_, i) =>
      someItem(`i${String(i).padStart(2, '0')}`, { artistId: `artist${i % 8}` }),
    );
    const first = play(begin(), input(items, { count: 4 }));
    const second = play(first.state, input(items, { count: 4 }));
    const artists = [...first.tracks, ...second.tracks].map(({ artistId }) => artistId);
    expect(new Set(artists).size).toBe(8);
  });

  test('tracks of which nothing is known, and no tracks at all, are no trouble', () => {
    const bare = Array.from({ length: 5 }, (_, i) =>
      someItem(`i${i}`, { artistId: null, artist: null, title: null }),
    );
    expect(play(begin({ moods: ['calm'], bpm: { min: 100, max: 120 } }), input(bare)).tracks).toHaveLength(5);
    expect(play(begin(), input([])).tracks).toEqual([]);
  });

  test('the order begins with what flows from the track before, and loses none', () => {
    const items = worlds().slice(0, 12);
    const { proposals } = proposeTracks(begin(), input(items));
    const chosen = nextTracks(begin(), proposals, 12);
    const previous = someItem('before', { tempo: 160, energy: 0.95 });
    const order = orderNext(chosen, previous, { arc: null, random: createRandom(1, 'x').next });
    expect(new Set(order)).toEqual(new Set(chosen));
    expect(order[0]?.proposal.item.genres).toEqual(['metal']);
    expect(orderNext([], previous, { arc: 'rise', random: () => 0 })).toEqual([]);
    const again = orderNext(chosen, previous, { arc: null, random: createRandom(1, 'x').next });
    expect(again).toEqual(order);
  });
});

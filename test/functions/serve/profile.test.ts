import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildIdOf } from '../../../shared/domain/build-id.ts';
import { ACTIVE, controlOf, type Harness, NOW, openServe } from './harness.ts';
import { tasteText } from './pool-text.ts';

const DAY = 86_400_000;
const PROFILE = '/v1/listeners/ann/profile';

interface Entry {
  readonly id: string;
  readonly name: string | null;
  readonly affinity: number;
  readonly plays: number;
  readonly artist?: string | null;
}

let h: Harness;
beforeEach(() => {
  h = openServe();
});
afterEach(() => h.close());

const profile = async () => {
  const { status, body } = await h.request(PROFILE);
  expect(status).toBe(200);
  return body as typeof body & {
    readonly counts: Record<string, number>;
    readonly rates: { skip: number | null; completion: number | null };
    readonly artists: readonly Entry[];
    readonly genres: readonly Entry[];
    readonly tracks: readonly Entry[];
    readonly hours: readonly Record<string, unknown>[];
    readonly recent: readonly Record<string, unknown>[];
    readonly controls: readonly Record<string, unknown>[];
  };
};

describe('a listener nobody has seen', () => {
  test('has an empty profile', async () => {
    expect(await profile()).toMatchObject({
      build: null,
      counts: { listens: 0, plays: 0, skips: 0, sessions: 0, recordings: 0 },
      rates: { skip: null, completion: null },
      appetite: null,
      artists: [],
      genres: [],
      tracks: [],
      hours: [],
      recent: [],
      controls: [],
      degraded: ['build'],
    });
  });
});

describe('build and live together', () => {
  /** The build's affinities refer to the listener's last event, not to the build. */
  const AS_OF = NOW - 15 * DAY;

  beforeEach(async () => {
    await h.putListener('ann', ACTIVE, { taste: tasteText(AS_OF) });
    await h.publishBuilds(ACTIVE);
    await h.learn(
      {
        itemId: 'item-a',
        title: 'Old favourite',
        artist: 'Artist A',
        artistId: 'artist-a',
        genres: ['jazz'],
      },
      {
        itemId: 'item-b',
        recordingId: 'rec-b',
        title: 'New one',
        artist: 'Artist B',
        artistId: 'artist-b',
        genres: ['jazz', 'bop'],
        tempo: 100,
        key: 9,
        mode: 0,
        energy: 0.25,
      },
    );
  });

  test('affinities are the build’s decayed by 2^(−age/30 d) with the live ones added', async () => {
    const at = NOW - 3 * DAY;
    await h.live(
      { itemId: 'item-b', recordingId: 'rec-b', artistId: 'artist-b', occurredAt: at, msPlayed: 105_000 },
      { itemId: 'item-a', recordingId: 'rec-a', artistId: 'artist-a', occurredAt: at, msPlayed: 210_000 },
    );
    const { artists, genres, tracks } = await profile();
    const built = 2 ** (-15 / 30);
    const live = 2 ** (-3 / 30);
    const expected = {
      'artist-a': 4 * built + live,
      'artist-b': 0.5 * live,
      jazz: 2 * built + 1.5 * live,
      bop: 0.5 * live,
      'item-a': 3 * built + live,
      'item-b': 0.5 * live,
    };
    const found = Object.fromEntries(
      [...artists, ...genres, ...tracks].map(({ id, affinity }) => [id, affinity]),
    );
    for (const [id, affinity] of Object.entries(expected)) expect(found[id], id).toBeCloseTo(affinity, 10);
    expect(Object.keys(found)).toHaveLength(6);
    expect(artists.map(({ id, name, plays }) => ({ id, name, plays }))).toEqual([
      { id: 'artist-a', name: 'Artist A', plays: 31 },
      { id: 'artist-b', name: 'Artist B', plays: 1 },
    ]);
    expect(tracks.map(({ id, name, artist, plays }) => ({ id, name, artist, plays }))).toEqual([
      { id: 'item-a', name: 'Old favourite', artist: 'Artist A', plays: 13 },
      { id: 'item-b', name: 'New one', artist: 'Artist B', plays: 1 },
    ]);
  });

  test('a taste that skips have eaten up is not shown', async () => {
    await h.live(
      ...Array.from({ length: 4 }, () => ({
        itemId: 'item-a',
        recordingId: 'rec-a',
        artistId: 'artist-a',
        msPlayed: 2_000,
        occurredAt: NOW,
      })),
    );
    const { artists, tracks } = await profile();
    // 3·2^(−½) of the track are less than its four skips; 4·2^(−½) of the artist are as well.
    expect(tracks).toEqual([]);
    expect(artists).toEqual([]);
  });

  test('counts and rates are of both: 100 listens with 20 skips, then a play, a skip and a private play', async () => {
    await h.live(
      { itemId: 'item-b', recordingId: 'rec-b', msPlayed: 210_000 },
      { itemId: 'item-b', recordingId: 'rec-b', msPlayed: 1_000, eventId: 's' },
      { itemId: 'item-c', msPlayed: 210_000, private: true },
    );
    const { counts, rates, recent } = await profile();
    expect(counts).toMatchObject({ listens: 102, plays: 81, skips: 21, sessions: 8 });
    expect(rates.skip).toBeCloseTo(21 / 102, 12);
    expect(rates.completion).toBeCloseTo(46 / 92, 12);
    expect(recent).toHaveLength(3);
    expect(recent.filter(({ private: hidden }) => hidden)).toMatchObject([{ itemId: 'item-c' }]);
    expect(recent.find(({ skipped }) => skipped)).toMatchObject({ itemId: 'item-b', title: 'New one' });
  });

  test('what was heard just before the build is still recent, and counted once: by the build', async () => {
    await h.live({
      itemId: 'item-c',
      msPlayed: 210_000,
      receivedAt: ACTIVE - 60_000,
      occurredAt: ACTIVE - 61_000,
    });
    const { counts, recent } = await profile();
    expect(recent).toMatchObject([{ itemId: 'item-c' }]);
    expect(counts).toMatchObject({ listens: 100 });
  });

  test('hours are of both, with the mean tempo and energy and the most frequent key', async () => {
    const at = Date.UTC(2026, 10, 1, 8, 30);
    await h.live({ itemId: 'item-b', recordingId: 'rec-b', occurredAt: at, msPlayed: 210_000 });
    const weight = 2 ** (-(NOW - at) / (30 * DAY));
    const [hour, ...others] = (await profile()).hours;
    expect(others).toEqual([]);
    expect(hour).toMatchObject({ hour: 8, key: '8B' });
    expect(hour?.plays).toBeCloseTo(10 + weight, 3);
    expect(hour?.tempo).toBeCloseTo((960 + 100 * weight) / (8 + weight), 3);
    expect(hour?.energy).toBeCloseTo((2.5 + 0.25 * weight) / (5 + weight), 3);
  });

  test('lists what is in force of the controls, and nothing that ran out or was taken back', async () => {
    const put = (kind: string, target: string) => h.request(controlOf(kind, target), { method: 'PUT' });
    await put('dislike', 'x');
    await put('private-session', 'phone');
    await put('snooze-artist', 'gone');
    await h.request(controlOf('snooze-artist', 'gone'), { method: 'DELETE' });
    h.clock.advance(6 * 3_600_000);
    expect((await profile()).controls).toEqual([{ kind: 'dislike', target: 'x', until: null }]);
  });

  test('names the build, and does not change with repeats of an event', async () => {
    const event = { itemId: 'item-b', recordingId: 'rec-b', eventId: 'once' };
    await h.live(event);
    const before = await profile();
    await h.live(event);
    expect({ ...(await profile()), generatedAt: '' }).toEqual({ ...before, generatedAt: '' });
    expect(before.build).toBe(buildIdOf(ACTIVE));
    expect(before.appetite).toBe(0.5);
  });
});

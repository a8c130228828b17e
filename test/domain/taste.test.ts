import { describe, expect, test } from 'vitest';
import type { AffinityEntry } from '../../shared/domain/affinity.ts';
import { layAffinities, parseTaste } from '../../shared/domain/taste.ts';

const DAY = 86_400_000;
const live = (
  entries: Record<string, [affinity: number, plays: number]>,
): ReadonlyMap<string, AffinityEntry> =>
  new Map(
    Object.entries(entries).map(([id, [affinity, plays]]) => [
      id,
      { affinity, plays, skips: 0, listens: plays, lastAt: 0 },
    ]),
  );

describe('laying live affinities over the build’s', () => {
  test('the build’s decay by 2^(−age/30 d) from the instant they are of, and the live ones are added', () => {
    const built = [
      { id: 'both', affinity: 8_000_000, plays: 10 },
      { id: 'built', affinity: 4_000_000, plays: 5 },
    ];
    expect(layAffinities(built, 0, live({ both: [1.5, 2], live: [0.25, 1] }), 60 * DAY)).toEqual([
      { id: 'both', affinity: 3.5, plays: 12 },
      { id: 'built', affinity: 1, plays: 5 },
      { id: 'live', affinity: 0.25, plays: 1 },
    ]);
  });

  test('an instant ahead of now decays nothing', () => {
    const [entry] = layAffinities([{ id: 'x', affinity: 2_000_000, plays: 1 }], 100, live({}), 50);
    expect(entry?.affinity).toBe(2);
  });

  test('what is at or below 0 together is left out; equal ones go by id', () => {
    const built = ['b', 'a', 'gone'].map((id) => ({ id, affinity: 1_000_000, plays: 1 }));
    const laid = layAffinities(built, 0, live({ gone: [-1, 0], disliked: [-3, 0] }), 0);
    expect(laid.map(({ id }) => id)).toEqual(['a', 'b']);
  });
});

describe('reading a taste', () => {
  test('absent lists are empty', () => {
    const nulls = { artists: null, genres: null, tracks: null, hours: null };
    expect(parseTaste(JSON.stringify({ asOf: 1, listens: 2, ...nulls }))).toMatchObject({
      asOf: 1,
      listens: 2,
      artists: [],
      genres: [],
      tracks: [],
      hours: [],
    });
  });

  test('the keys of an hour are pairs of key·2 + mode and plays', () => {
    const hours = [
      { hour: 3, plays: 9, tempoPlays: 0, tempoSum: 0, energyPlays: 0, energySum: 0, keys: '-1:2 0:4 23:3' },
    ];
    expect(parseTaste(JSON.stringify({ hours })).hours[0]?.keys).toEqual([
      { k: -1, n: 2 },
      { k: 0, n: 4 },
      { k: 23, n: 3 },
    ]);
  });

  test('a text that is cut short is refused', () => {
    expect(() => parseTaste('{"asOf":')).toThrow(SyntaxError);
  });
});

import { describe, expect, test } from 'vitest';
import { checkConstraint, median, minutesOf } from '../../../../shared/evaluation/prompts/check-playlist.ts';
import type { Constraint } from '../../../../shared/evaluation/prompts/constraint.ts';
import { contextOf, track, tracks, worldOf } from './playlist-fixture.ts';

const jazz: Constraint = { kind: 'genre', anyOf: ['jazz'] };
const jazzTracks = tracks(12, (index) => ({ genres: ['jazz'], popularity: 100 * index }));
const rockTracks = tracks(12, (index) => ({ genres: ['rock'], popularity: 50 * index }));
const catalogue = [...jazzTracks, ...rockTracks];

describe('kinds for single tracks', () => {
  test('hold when every track meets them', () => {
    const context = contextOf(catalogue, { constraints: [jazz] });
    expect(checkConstraint(jazz, jazzTracks, context)).toEqual({ met: true, detail: 'all tracks' });
    const [stray] = rockTracks;
    const mixed = [...jazzTracks, track({ genres: [] }), ...rockTracks.slice(0, 1)];
    const verdict = checkConstraint(jazz, mixed, context);
    expect(verdict.met).toBe(false);
    expect(verdict.detail).toContain('not 2:');
    expect(verdict.detail).toContain(stray?.itemId);
  });

  test('never hold of an empty playlist', () => {
    for (const constraint of [jazz, { kind: 'clean' }, { kind: 'not_genre', noneOf: ['x'] }] as Constraint[])
      expect(checkConstraint(constraint, [], contextOf([]))).toEqual({ met: false, detail: 'no tracks' });
  });

  test('do not hold of a few tracks where the catalogue has more', () => {
    const few = jazzTracks.slice(0, 3);
    expect(checkConstraint(jazz, few, contextOf(catalogue, { constraints: [jazz] })).met).toBe(false);
    expect(checkConstraint(jazz, few, contextOf(few, { constraints: [jazz] })).met).toBe(true);
    const sized: Constraint = { kind: 'tracks', min: 3, max: 3 };
    expect(checkConstraint(jazz, few, contextOf(catalogue, { constraints: [jazz, sized] })).met).toBe(true);
  });
});

describe('length', () => {
  test('in tracks is inclusive at both ends, also of none', () => {
    const within: Constraint = { kind: 'tracks', min: 3, max: 4 };
    const met = (count: number) => checkConstraint(within, jazzTracks.slice(0, count), contextOf([])).met;
    expect([2, 3, 4, 5].map(met)).toEqual([false, true, true, false]);
    expect(checkConstraint({ kind: 'tracks', min: 0, max: 1 }, [], contextOf([])).met).toBe(true);
  });

  test('in minutes allows the tolerance either way', () => {
    const songs = tracks(10, () => ({ durationMs: 180_000 }));
    const asked = (count: number, tolerance: number): Constraint => ({ kind: 'minutes', count, tolerance });
    const context = contextOf(songs, { constraints: [asked(30, 0)] });
    expect(checkConstraint(asked(30, 0), songs, context)).toEqual({ met: true, detail: '30.0 minutes' });
    expect(checkConstraint(asked(35, 5), songs, context).met).toBe(true);
    expect(checkConstraint(asked(36, 5), songs, context).met).toBe(false);
    expect(checkConstraint(asked(24, 5), songs, context).met).toBe(false);
  });

  test('counts a track of unknown length as the mean of the catalogue', () => {
    const items = [track({ durationMs: 60_000 }), track({ durationMs: 180_000 }), track({ kind: 'episode' })];
    expect(minutesOf([track(), track({ durationMs: 60_000 })], items)).toBe(3);
    expect(() => minutesOf([track()], [track()])).toThrow(RangeError);
  });
});

describe('likeness to artists', () => {
  const own = tracks(4, () => ({ artist: 'Cats', genres: ['jazz'] }));
  const bare = tracks(3, () => ({ artist: 'Dogs' }));
  const items = [...catalogue, ...own, ...bare];
  const context = contextOf(items);
  const like = (...names: string[]): Constraint => ({ kind: 'artist_like', names });

  test('takes their tracks and those of their genres, three in five', () => {
    expect(checkConstraint(like('Cats'), jazzTracks, context).met).toBe(true);
    expect(
      checkConstraint(
        like('Cats'),
        [...own.slice(0, 2), ...jazzTracks.slice(0, 4), ...rockTracks.slice(0, 4)],
        context,
      ).met,
    ).toBe(true);
    expect(
      checkConstraint(like('Cats'), [...jazzTracks.slice(0, 5), ...rockTracks.slice(0, 5)], context).met,
    ).toBe(false);
  });

  test('wants something for every name', () => {
    expect(checkConstraint(like('Cats', 'Dogs'), jazzTracks, context)).toMatchObject({
      met: false,
      detail: '100 % alike, nothing like Dogs',
    });
    expect(checkConstraint(like('Cats', 'Dogs'), [...jazzTracks, ...bare], context).met).toBe(true);
    expect(checkConstraint(like('Nobody'), jazzTracks, context).met).toBe(false);
  });
});

describe('popularity', () => {
  const context = contextOf(catalogue, { constraints: [jazz, { kind: 'less_popular' }] });

  test('is held against the tracks that meet the other constraints', () => {
    const known = jazzTracks.slice(2);
    const obscure = jazzTracks.slice(0, 10);
    expect(checkConstraint({ kind: 'less_popular' }, obscure, context).met).toBe(true);
    expect(checkConstraint({ kind: 'more_popular' }, obscure, context).met).toBe(false);
    expect(checkConstraint({ kind: 'less_popular' }, known, context).met).toBe(false);
    expect(checkConstraint({ kind: 'more_popular' }, known, context).met).toBe(true);
  });

  test('asks no more of a playlist that has every such track', () => {
    expect(checkConstraint({ kind: 'less_popular' }, jazzTracks, context).met).toBe(true);
    expect(checkConstraint({ kind: 'more_popular' }, jazzTracks, context).met).toBe(true);
  });

  test('cannot be judged where no track meets the others', () => {
    const none = contextOf(rockTracks, { constraints: [jazz] });
    expect(checkConstraint({ kind: 'less_popular' }, rockTracks, none).met).toBe(false);
  });
});

describe('reports', () => {
  const told = (what: string[], ...reported: string[]) =>
    checkConstraint({ kind: 'reported', what }, [], contextOf([], { reported })).met;

  test('name one of the words, whatever the case and the accents', () => {
    expect(told(['french', 'language'], 'No track is known to be in FRENCH.')).toBe(true);
    expect(told(['eñaut'], 'Enaut who?')).toBe(true);
    expect(told(['french'], 'Jazz was not found.')).toBe(false);
    expect(told(['french'])).toBe(false);
  });

  test('without words are any, but not blank', () => {
    expect(told([], 'Something.')).toBe(true);
    expect(told([], '  ')).toBe(false);
    expect(told([])).toBe(false);
  });
});

test('either holds where one of its readings does, and tells of both', () => {
  const either: Constraint = {
    kind: 'either',
    of: [
      { kind: 'genre', anyOf: ['jazz'] },
      { kind: 'reported', what: [] },
    ],
  };
  const context = contextOf(catalogue, { constraints: [either] });
  expect(checkConstraint(either, jazzTracks, context).met).toBe(true);
  expect(checkConstraint(either, rockTracks, { ...context, reported: ['no jazz'] }).met).toBe(true);
  const failed = checkConstraint(either, rockTracks, context);
  expect(failed.met).toBe(false);
  expect(failed.detail).toMatch(/^genre: not 12: .*; or reported: nothing was reported$/);
});

test('arcs read the energies in playing order', () => {
  const rising = tracks(12, (index) => ({ energy: index / 12 }));
  const context = contextOf(rising);
  expect(checkConstraint({ kind: 'arc', arc: 'rise' }, rising, context).met).toBe(true);
  expect(checkConstraint({ kind: 'arc', arc: 'rise' }, rising.toReversed(), context).met).toBe(false);
});

test('heard and new are those of the listener who asks', () => {
  const world = worldOf(jazzTracks, { recordings: jazzTracks.map(({ recordingId }) => recordingId) });
  const context = { ...world, reported: [], constraints: [] };
  expect(checkConstraint({ kind: 'heard' }, jazzTracks, context).met).toBe(true);
  expect(checkConstraint({ kind: 'unheard' }, jazzTracks, context).met).toBe(false);
});

test('the median of an even number lies between the middle two', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([9, 1, 5])).toBe(5);
});

import { describe, expect, test } from 'vitest';
import type { IndexedItem } from '../../../../shared/domain/indexed-item.ts';
import type { TrackConstraint } from '../../../../shared/evaluation/prompts/constraint.ts';
import { eligibleTracks, isBy, meets } from '../../../../shared/evaluation/prompts/track-check.ts';
import { track, worldOf } from './playlist-fixture.ts';

const heard = track({ artist: 'Old Friend', recordingId: 'r-heard' });
const world = worldOf([], { recordings: ['r-heard'], artists: [heard.artistId ?? ''] });
const check = (known: Partial<IndexedItem>, constraint: TrackConstraint) =>
  meets(track(known), constraint, world);

describe('one track', () => {
  test.each<[TrackConstraint, Partial<IndexedItem>, Partial<IndexedItem>]>([
    [{ kind: 'genre', anyOf: ['jazz', 'folk'] }, { genres: ['pop', 'folk'] }, { genres: ['pop'] }],
    [{ kind: 'not_genre', noneOf: ['metal'] }, { genres: ['rock'] }, { genres: ['rock', 'metal'] }],
    [{ kind: 'year', min: 1980, max: 1989 }, { year: 1989 }, { year: 1990 }],
    [{ kind: 'not_year', max: 1999 }, { year: 2000 }, { year: 1999 }],
    [{ kind: 'recent', years: 10 }, { year: 2016 }, { year: 2015 }],
    [{ kind: 'bpm', min: 120 }, { tempo: 120 }, { tempo: 60 }],
    [{ kind: 'not_bpm', max: 80 }, { tempo: 80.1 }, { tempo: 80 }],
    [{ kind: 'energy', max: 0.5 }, { energy: 0.5 }, { energy: 0.51 }],
    [{ kind: 'not_energy', min: 0.85 }, { energy: 0.84 }, { energy: 0.9 }],
    [{ kind: 'valence', min: 0.5 }, { valence: 0.5 }, { valence: 0.4 }],
    [
      { kind: 'mood', anyOf: ['sad', 'dark'] },
      { energy: 0.9, valence: 0.3 },
      { energy: 0.9, valence: 0.39 },
    ],
    [
      { kind: 'not_mood', noneOf: ['sad'] },
      { energy: 0.7, valence: 0.2 },
      { energy: 0.5, valence: 0.2 },
    ],
    [{ kind: 'artist_only', names: ['The Cats'] }, { artist: 'the cats' }, { artist: 'Cats' }],
    [{ kind: 'not_artist', names: ['Eñaut'] }, { artist: 'Other' }, { artist: 'Enaut' }],
    [{ kind: 'no_version', versions: ['live'] }, { title: 'Live Wire' }, { title: 'Wire (Live)' }],
    [{ kind: 'only_version', versions: ['live'] }, { title: 'Wire (Live)' }, { title: 'Live Wire' }],
    [{ kind: 'clean' }, { explicit: false }, { explicit: true }],
    [{ kind: 'unheard' }, { recordingId: 'r-new' }, { recordingId: 'r-heard' }],
    [{ kind: 'heard' }, { recordingId: 'r-heard' }, { recordingId: 'r-new' }],
    [{ kind: 'new_artists' }, { artist: 'Stranger' }, { artist: 'Old Friend' }],
  ])('%o', (constraint, good, bad) => {
    expect(check(good, constraint)).toBe(true);
    expect(check(bad, constraint)).toBe(false);
  });

  test.each<TrackConstraint>([
    { kind: 'genre', anyOf: ['jazz'] },
    { kind: 'year', min: 1000 },
    { kind: 'recent', years: 1000 },
    { kind: 'bpm', min: 20 },
    { kind: 'energy', min: 0 },
    { kind: 'valence', max: 1 },
    { kind: 'mood', anyOf: ['calm'] },
    { kind: 'artist_only', names: ['X'] },
    { kind: 'only_version', versions: ['live'] },
    { kind: 'clean' },
    { kind: 'new_artists' },
  ])('of which nothing is known does not meet $kind', (constraint) => {
    expect(check({}, constraint)).toBe(false);
  });

  test.each<TrackConstraint>([
    { kind: 'not_genre', noneOf: ['jazz'] },
    { kind: 'not_year', min: 1000 },
    { kind: 'not_bpm', min: 20 },
    { kind: 'not_energy', min: 0 },
    { kind: 'not_mood', noneOf: ['calm'] },
    { kind: 'not_artist', names: ['X'] },
    { kind: 'no_version', versions: ['live'] },
  ])('of which nothing is known is not forbidden by $kind', (constraint) => {
    expect(check({}, constraint)).toBe(true);
  });
});

test('an artist is known by name where the id is missing', () => {
  expect(isBy(track({ artist: 'The Cats', artistId: null }), ['the CATS'])).toBe(true);
  expect(isBy(track({ artist: null }), ['the CATS'])).toBe(false);
});

test('only tracks are eligible, and all of them where nothing is asked', () => {
  const items = [track({ kind: 'episode' }), track({ year: 1990 }), track({ kind: 'artist' }), track()];
  expect(eligibleTracks([], worldOf(items))).toEqual([items[1], items[3]]);
  expect(eligibleTracks([{ kind: 'year', min: 1990 }], worldOf(items))).toEqual([items[1]]);
});

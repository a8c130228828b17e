import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkConstraint } from '../../../../shared/evaluation/prompts/check-playlist.ts';
import type { Constraint } from '../../../../shared/evaluation/prompts/constraint.ts';
import { isSatisfiable } from '../../../../shared/evaluation/prompts/satisfiability.ts';
import { track, tracks, worldOf } from './playlist-fixture.ts';

const jazz = tracks(12, (index) => ({
  genres: ['jazz'],
  energy: 0.5,
  durationMs: 180_000,
  year: 1990 + index,
}));
const rock = tracks(6, (index) => ({
  genres: ['rock'],
  energy: index / 6,
  durationMs: 240_000,
  artist: 'Cats',
}));
const world = worldOf([...jazz, ...rock]);
const can = (...constraints: Constraint[]) => isSatisfiable(constraints, world).satisfiable;
const genre = (name: string): Constraint & { kind: 'genre' } => ({ kind: 'genre', anyOf: [name] });
const count = (min: number): Constraint => ({ kind: 'tracks', min, max: min });

describe('what the catalogue has', () => {
  test('is ten tracks where no length is given, and otherwise as many as asked', () => {
    expect(can(genre('jazz'))).toBe(true);
    expect(can(genre('rock'))).toBe(false);
    expect(can(genre('rock'), count(6))).toBe(true);
    expect(isSatisfiable([genre('rock'), count(7)], world)).toEqual({
      satisfiable: false,
      lacking: '6 of 7 tracks',
    });
  });

  test('has to meet all constraints in one track', () => {
    expect(can(genre('jazz'), { kind: 'year', max: 1992 }, count(3))).toBe(true);
    expect(can(genre('jazz'), { kind: 'year', max: 1992 }, count(4))).toBe(false);
    expect(can(genre('jazz'), genre('rock'), count(1))).toBe(false);
  });

  test('needs minutes enough, and a track short enough', () => {
    const minutes = (wanted: number): Constraint => ({ kind: 'minutes', count: wanted, tolerance: 1 });
    expect(can(genre('rock'), minutes(25))).toBe(true);
    expect(can(genre('rock'), minutes(26))).toBe(false);
    expect(can(genre('rock'), minutes(3))).toBe(true);
    expect(can(genre('rock'), minutes(2.5))).toBe(false);
  });

  test('needs different energies for an arc, and none for a level', () => {
    expect(can(genre('rock'), count(6), { kind: 'arc', arc: 'rise' })).toBe(true);
    expect(can(genre('jazz'), { kind: 'arc', arc: 'rise' })).toBe(false);
    expect(can(genre('jazz'), { kind: 'arc', arc: 'steady' })).toBe(true);
  });

  test('needs tracks like every artist', () => {
    expect(can({ kind: 'artist_like', names: ['Cats'] })).toBe(true);
    expect(can({ kind: 'artist_like', names: ['Cats', 'Nobody'] })).toBe(false);
    expect(can({ kind: 'artist_like', names: ['Cats'] }, genre('jazz'))).toBe(false);
  });

  test('needs tracks below the median for less known ones', () => {
    expect(can(genre('jazz'), { kind: 'less_popular' })).toBe(false);
    const ranked = worldOf(tracks(40, (index) => ({ popularity: index })));
    expect(isSatisfiable([{ kind: 'less_popular' }], ranked).satisfiable).toBe(true);
    expect(isSatisfiable([{ kind: 'more_popular' }], ranked).satisfiable).toBe(true);
  });

  test('does not matter for a report, nor where one reading can be met', () => {
    expect(can({ kind: 'reported', what: ['x'] })).toBe(true);
    expect(can({ kind: 'either', of: [genre('rock'), { kind: 'reported', what: [] }] })).toBe(true);
    expect(can({ kind: 'either', of: [genre('rock'), genre('folk')] })).toBe(false);
    expect(can({ kind: 'either', of: [genre('rock'), genre('jazz')] })).toBe(true);
  });
});

test('a playlist that passes shows that the constraints can be met', () => {
  const item = fc.record({
    genres: fc.subarray(['jazz', 'rock']),
    year: fc.option(fc.integer({ min: 1980, max: 1983 })),
    explicit: fc.option(fc.boolean()),
  });
  const constraint: fc.Arbitrary<Constraint> = fc.oneof(
    fc.constantFrom<Constraint>({ kind: 'clean' }, genre('jazz'), { kind: 'not_genre', noneOf: ['rock'] }),
    fc.integer({ min: 1980, max: 1983 }).map((min): Constraint => ({ kind: 'year', min })),
    fc.integer({ min: 1, max: 4 }).map((min): Constraint => ({ kind: 'tracks', min, max: 5 })),
  );
  fc.assert(
    fc.property(
      fc.array(item, { minLength: 1, maxLength: 6 }),
      fc.uniqueArray(constraint, { selector: ({ kind }) => kind, minLength: 1, maxLength: 3 }),
      (known, asked) => {
        const all = known.map(track);
        const constraints: Constraint[] = asked.some(({ kind }) => kind === 'tracks')
          ? asked
          : [...asked, { kind: 'tracks', min: 1, max: 5 }];
        const small = worldOf(all);
        const context = { ...small, reported: [], constraints };
        // All 2^n playlists, as sets: nothing here depends on the order.
        const passes = Array.from({ length: 2 ** all.length }, (_, mask) =>
          all.filter((_one, index) => (mask >> index) & 1),
        ).some((playlist) => constraints.every((one) => checkConstraint(one, playlist, context).met));
        expect(isSatisfiable(constraints, small).satisfiable).toBe(passes);
      },
    ),
  );
});

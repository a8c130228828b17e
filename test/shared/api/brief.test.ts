import { describe, expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import {
  BriefPatchSchema,
  type BriefSchema,
  briefJsonSchema,
  parseBrief,
  parseWrittenBrief,
  patchBrief,
  type WrittenBriefSchema,
} from '../../../shared/api/brief.ts';
import { type Brief, OPEN_BRIEF } from '../../../shared/domain/brief.ts';
import type { WrittenBrief } from '../../../shared/domain/written-brief.ts';
import { InvalidInput } from '../../../shared/errors.ts';

type DeepReadonly<T> = T extends (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

function pointersOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems.map(({ pointer }) => pointer);
    throw error;
  }
  return [];
}

test('the schemas’ types are the domain’s', () => {
  expectTypeOf<DeepReadonly<z.output<typeof BriefSchema>>>().toEqualTypeOf<DeepReadonly<Brief>>();
  expectTypeOf<DeepReadonly<z.output<typeof WrittenBriefSchema>>>().toEqualTypeOf<
    DeepReadonly<WrittenBrief>
  >();
});

describe('a brief at the edge', () => {
  test('may be partial: what is left out is as in an open brief', () => {
    expect(parseBrief({})).toEqual(OPEN_BRIEF);
    expect(parseWrittenBrief({})).toEqual(OPEN_BRIEF);
    expect(
      parseBrief({ bpm: { min: 120 }, exclude: { genres: ['metal'] }, length: { minutes: 60 } }),
    ).toEqual({
      ...OPEN_BRIEF,
      bpm: { min: 120, max: null },
      exclude: { ...OPEN_BRIEF.exclude, genres: ['metal'] },
      length: { tracks: null, minutes: 60 },
    });
    expect(parseBrief(parseBrief({ moods: ['calm'] }))).toEqual({ ...OPEN_BRIEF, moods: ['calm'] });
  });

  test.each<readonly [pointer: string, brief: unknown]>([
    ['', null],
    ['', []],
    ['/colour', { colour: 'red' }],
    ['/version', { version: 2 }],
    ['/moods/0', { moods: ['hangry'] }],
    ['/genres', { genres: Array.from({ length: 51 }, (_, n) => `g${n}`) }],
    ['/genres/0', { genres: [' '] }],
    ['/genres/0', { genres: ['x'.repeat(201)] }],
    ['/seedArtists/0', { seedArtists: ['x'.repeat(129)] }],
    ['/onlyArtists/0', { onlyArtists: ['ü'] }],
    ['/years', { years: { min: 2000, max: 1990 } }],
    ['/years/min', { years: { min: 999 } }],
    ['/years/max', { years: { max: 2101 } }],
    ['/years/min', { years: { min: 1990.5 } }],
    ['/bpm/min', { bpm: { min: 29 } }],
    ['/bpm/max', { bpm: { max: 301 } }],
    ['/energy/max', { energy: { max: 1.01 } }],
    ['/valence/min', { valence: { min: -0.1 } }],
    ['/valence/from', { valence: { from: 0.1 } }],
    ['/languages/0', { languages: ['english'] }],
    ['/exclude/colours', { exclude: { colours: [] } }],
    ['/discovery', { discovery: 2 }],
    ['/popularity', { popularity: Number.NaN }],
    ['/arc', { arc: 'zigzag' }],
    ['/length', { length: { tracks: 10, minutes: 10 } }],
    ['/length/tracks', { length: { tracks: 0 } }],
    ['/length/tracks', { length: { tracks: 201 } }],
    ['/length/minutes', { length: { minutes: 721 } }],
  ])('is refused at %s: %j', (pointer, brief) => {
    expect(pointersOf(() => parseBrief(brief))).toEqual([pointer]);
  });

  test('has names where a model writes it, ids where an app does', () => {
    const track = { title: 'Night Bus', artist: null };
    expect(
      parseWrittenBrief({ seedArtists: ['Beyoncé'], seedTracks: [{ title: 'Night Bus' }] }),
    ).toMatchObject({
      seedArtists: ['Beyoncé'],
      seedTracks: [track],
    });
    expect(pointersOf(() => parseBrief({ seedTracks: [track] }))).toEqual(['/seedTracks/0']);
  });
});

test('a model’s JSON Schema requires every field, allows no others, and carries no defaults', () => {
  const schema = briefJsonSchema();
  expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
  expect([...(schema.required as string[])].sort()).toEqual(Object.keys(OPEN_BRIEF).sort());
  expect(JSON.stringify(schema)).not.toContain('"default"');
  expect(schema).toMatchObject({
    properties: {
      seedTracks: { items: { required: ['title', 'artist'] } },
      moods: { items: { type: 'string' } },
    },
  });
});

describe('a patch', () => {
  test('is applied and the brief checked as a whole', () => {
    const patch = BriefPatchSchema.parse([
      { op: 'test', path: '/years', value: null },
      { op: 'replace', path: '/years', value: { min: 1990, max: 1999 } },
      { op: 'add', path: '/genres/-', value: 'jazz' },
    ]);
    expect(patchBrief(OPEN_BRIEF, patch)).toEqual({
      ...OPEN_BRIEF,
      years: { min: 1990, max: 1999 },
      genres: ['jazz'],
    });
    expect(OPEN_BRIEF.genres).toEqual([]);
  });

  test('that makes no brief, or leads nowhere, is refused', () => {
    const refused = (op: unknown) => pointersOf(() => patchBrief(OPEN_BRIEF, BriefPatchSchema.parse([op])));
    expect(refused({ op: 'replace', path: '/popularity', value: 7 })).toEqual(['/popularity']);
    expect(refused({ op: 'add', path: '/colour', value: 'red' })).toEqual(['/colour']);
    expect(refused({ op: 'add', path: '/__proto__', value: {} })).not.toEqual([]);
    expect(refused({ op: 'remove', path: '/nothing' })).toEqual(['/patch']);
    expect(refused({ op: 'test', path: '/arc', value: 'rise' })).toEqual(['/patch']);
  });

  test.each([
    [{ op: 'move', from: '/genres', path: '/moods' }],
    [{ op: 'replace', path: 'genres', value: [] }],
    [{ op: 'replace', path: '/a~2', value: [] }],
    [{ op: 'add', path: `/${'x'.repeat(300)}`, value: 1 }],
  ])('of another shape is none: %j', (operation) => {
    expect(BriefPatchSchema.safeParse([operation]).success).toBe(false);
  });
});

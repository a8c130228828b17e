import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCandidates } from '../../shared/domain/candidate.ts';
import { type PoolLine, poolText } from '../functions/serve/pool-text.ts';

const id = fc
  .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 })
  .filter((text) => !/[\t\n]/.test(text));
const line: fc.Arbitrary<PoolLine> = fc.record(
  {
    item: id,
    recording: id,
    artist: id,
    genre: id,
    tempo: fc.integer({ min: 1, max: 3000 }).map((tenths) => tenths / 10),
    key: fc.integer({ min: 0, max: 11 }),
    mode: fc.constantFrom(0, 1),
    energy: fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000),
    explicit: fc.boolean(),
    score: fc.integer({ min: 0, max: 1_000_000 }).map((thousandths) => thousandths / 1000),
    plays: fc.nat(),
  },
  { requiredKeys: ['item', 'score'] },
);

describe('pool texts', () => {
  test('every candidate comes back as it was written, in order', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const parsed = parseCandidates(poolText(lines.map((rest) => ({ ...rest, evidence: 'p7' }))));
        expect(parsed).toEqual(
          lines.map((rest) => ({
            itemId: rest.item,
            recordingId: rest.recording ?? rest.item,
            artistId: rest.artist ?? null,
            genre: rest.genre ?? null,
            tempo: rest.tempo === undefined ? null : expect.closeTo(rest.tempo, 9),
            key: rest.key === undefined || rest.mode === undefined ? null : rest.key,
            mode: rest.key === undefined || rest.mode === undefined ? null : rest.mode,
            energy: rest.energy === undefined ? null : expect.closeTo(rest.energy, 9),
            explicit: rest.explicit === true,
            score: expect.closeTo(rest.score, 9),
            artistPlays: rest.plays ?? null,
            evidence: [{ generator: 'popular', score: 0.007, seed: null }],
          })),
        );
      }),
    );
  });

  test('evidence names its generator, its score and its seed: items of line 1, artists of line 2', () => {
    const text = poolText(
      [{ item: 'x', score: 1, evidence: 'c1000.1a500.0s250.0n40g20.1p3' }],
      ['item-0', 'item-1'],
      ['artist-0'],
    );
    expect(parseCandidates(text)[0]?.evidence).toEqual([
      { generator: 'co', score: 1, seed: 'item-1' },
      { generator: 'artist', score: 0.5, seed: 'artist-0' },
      { generator: 'audio', score: 0.25, seed: 'item-0' },
      { generator: 'next', score: 0.04, seed: null },
      { generator: 'tags', score: 0.02, seed: 'item-1' },
      { generator: 'popular', score: 0.003, seed: null },
    ]);
  });

  test('a seed that the header does not have is none, a generator of a newer build is passed over', () => {
    const [only] = parseCandidates(poolText([{ item: 'x', score: 1, evidence: 'c9.7a9.0z9.1p5' }], ['s']));
    expect(only?.evidence).toEqual([
      { generator: 'co', score: 0.009, seed: null },
      { generator: 'artist', score: 0.009, seed: null },
      { generator: 'popular', score: 0.005, seed: null },
    ]);
  });

  test.each(['', '\n', 'seed-a\tseed-b\nartist'])('%j has no candidates', (text) => {
    expect(parseCandidates(text)).toEqual([]);
  });

  test.each([
    '\n\nx',
    '\n\nx\t\t\t\t',
    '\n\n',
    '\n\nx\t\t\t\t..\t500\t',
    `${poolText([{ item: 'x', score: 1 }])}\ncut\tsho`,
  ])('a text cut short (%j) is refused, never guessed at', (text) => {
    expect(() => parseCandidates(text)).toThrow(RangeError);
  });
});

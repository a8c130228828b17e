import { describe, expect, test } from 'vitest';
import { replaceBlocked } from '../../shared/domain/blend-replacement.ts';
import type { BlendChoice } from '../../shared/domain/blend-selection.ts';
import { candidate } from './blend-members.ts';

const choice = (id: string, attributedTo: string): BlendChoice => ({
  candidate: candidate(id),
  attributedTo,
  affinities: {},
  favouriteOf: [],
  reason: 'one',
  score: 0,
  parts: {},
});
const tracks = {
  choices: [choice('a1', 'ann'), choice('b1', 'bob'), choice('a2', 'ann')],
  reserves: [choice('b9', 'bob'), choice('a9', 'ann'), choice('b8', 'bob')],
};
const without = (...blocked: string[]) =>
  replaceBlocked(tracks, ({ recordingId }) => blocked.includes(recordingId)).map(
    ({ candidate: { recordingId } }) => recordingId,
  );

describe('what is ruled out later', () => {
  test('gives way in its place to a reserve of the same member', () => {
    expect(without()).toEqual(['a1', 'b1', 'a2']);
    expect(without('a2')).toEqual(['a1', 'b1', 'a9']);
    expect(without('b1')).toEqual(['a1', 'b9', 'a2']);
  });

  test('to anybody’s where that member has none left, each reserve once, never to one ruled out', () => {
    expect(without('a1', 'a2')).toEqual(['a9', 'b1', 'b9']);
    expect(without('a1', 'a9', 'b9')).toEqual(['b8', 'b1', 'a2']);
  });

  test('leaves the place out when the reserves are used up', () => {
    expect(without('a1', 'a2', 'b1', 'b9', 'b8')).toEqual(['a9']);
  });
});

/** Members of blends for tests, made up and generated. */
import fc from 'fast-check';
import type { BlendOptions } from '../../shared/domain/blend.ts';
import type { BlendCandidate, BlendMember } from '../../shared/domain/blend-evidence.ts';
import type { Candidate } from '../../shared/domain/candidate.ts';

export const candidate = (recordingId: string, rest: Partial<Candidate> = {}): Candidate => ({
  itemId: recordingId,
  recordingId,
  artistId: null,
  genre: null,
  tempo: null,
  key: null,
  mode: null,
  energy: null,
  explicit: false,
  score: 0,
  artistPlays: null,
  evidence: [],
  ...rest,
});

/** A member by what each recording scores; they rule out nothing. */
export const member = (
  listenerId: string,
  scores: Readonly<Record<string, number>>,
  rest: Partial<BlendMember> = {},
): BlendMember => ({
  listenerId,
  candidates: Object.entries(scores).map(([id, score]) => ({
    candidate: candidate(id),
    score,
    favourite: false,
  })),
  blocks: () => false,
  ...rest,
});

/** The formula bare: no luck, no cap, in the order of choosing. */
export const bare = (count: number, rest: Partial<BlendOptions> = {}): BlendOptions => ({
  count,
  reserves: 0,
  perArtist: Number.POSITIVE_INFINITY,
  luck: 0,
  seed: '',
  order: (chosen) => chosen.map((_, index) => index),
  ...rest,
});

const names = ['ann', 'bob', 'cy', 'dee', 'eve'];

/** Two to five members over at most `recordings` recordings in up to two releases each; a few are ruled out. */
export const membersArbitrary = (recordings: number): fc.Arbitrary<BlendMember[]> =>
  fc
    .uniqueArray(fc.constantFrom(...names), { minLength: 2, maxLength: names.length })
    .chain((ids) => fc.tuple(...ids.map((id) => memberArbitrary(id, recordings))));

const memberArbitrary = (listenerId: string, recordings: number): fc.Arbitrary<BlendMember> =>
  fc
    .record({
      lines: fc.array(
        fc.record({
          recording: fc.nat({ max: recordings - 1 }),
          release: fc.constantFrom('', '-again'),
          score: fc.integer({ min: -1, max: 6 }),
        }),
        { maxLength: 2 * recordings },
      ),
      vetoed: fc.uniqueArray(fc.nat({ max: recordings - 1 }), { maxLength: 2 }),
    })
    .map(({ lines, vetoed }) => ({
      listenerId,
      candidates: lines.map(
        ({ recording, release, score }): BlendCandidate => ({
          candidate: candidate(`r${recording}`, {
            itemId: `r${recording}${release}`,
            artistId: `artist${recording % 4}`,
          }),
          score,
          favourite: false,
        }),
      ),
      // By item: the other release is ruled out with it.
      blocks: ({ itemId }) => vetoed.some((recording) => itemId === `r${recording}`),
    }));

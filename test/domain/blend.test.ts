import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLEND_WEIGHTS, blendTracks } from '../../shared/domain/blend.ts';
import { type BlendMember, percentiles } from '../../shared/domain/blend-evidence.ts';
import { type BlendChoice, quotaOf } from '../../shared/domain/blend-selection.ts';
import { bare, candidate, member, membersArbitrary } from './blend-members.ts';

const recordings = (choices: readonly BlendChoice[]) =>
  choices.map(({ candidate: { recordingId } }) => recordingId);
const owners = (choices: readonly BlendChoice[]) => choices.map(({ attributedTo }) => attributedTo);
const countOf = (choices: readonly BlendChoice[], listenerId: string) =>
  choices.filter(({ attributedTo }) => attributedTo === listenerId).length;

/** r_u by definition, counting: an independent answer to `percentiles` and to what is merged of releases. */
function affinitiesOf({ candidates }: BlendMember): Map<string, number> {
  const best = new Map<string, number>();
  for (const { candidate: c, score } of candidates)
    if (score > 0) best.set(c.recordingId, Math.max(score, best.get(c.recordingId) ?? 0));
  const all = [...best.values()];
  return new Map(
    [...best].map(([id, score]) => {
      const below = all.filter((other) => other < score).length;
      const equal = all.filter((other) => other === score).length;
      return [id, (below + (equal + 1) / 2) / all.length];
    }),
  );
}

function vetoedBy(members: readonly BlendMember[]): Set<string> {
  return new Set(
    members.flatMap(({ candidates }) =>
      candidates
        .filter(({ candidate: c }) => members.some(({ blocks }) => blocks(c)))
        .map(({ candidate: c }) => c.recordingId),
    ),
  );
}

describe('percentile affinity', () => {
  test('the best is 1, the last above 0, equal ones share the middle', () => {
    expect(percentiles([5, 1, 3, 3])).toEqual([1, 0.25, 0.625, 0.625]);
    expect(percentiles([])).toEqual([]);
    expect(percentiles([7])).toEqual([1]);
  });
});

describe('the greedy step', () => {
  test('takes what both like before what one likes most, and then whom it left behind', () => {
    const ann = member('ann', { a: 4, both: 3, x: 2, y: 1 });
    const bob = member('bob', { b: 4, both: 3, z: 2, w: 1 });
    const { choices } = blendTracks([ann, bob], bare(3));
    // ln 1.75 · 2 beats ln 2; then ln(1 + 1/1.75) for either, the earlier id first.
    expect(recordings(choices)).toEqual(['both', 'a', 'b']);
    expect(choices[0]).toMatchObject({ affinities: { ann: 0.75, bob: 0.75 }, reason: 'everyone' });
    expect(choices[0]?.score).toBeCloseTo(2 * Math.log(1.75), 12);
    expect(choices[2]?.parts).toEqual({ bob: Math.log(1 + 1 / 1.75) });
    expect(choices[2]).toMatchObject({ affinities: { ann: 0, bob: 1 }, reason: 'one' });
  });

  test('is the argmax of a brute force that knows only the formula, wherever no share is at stake', () => {
    fc.assert(
      fc.property(membersArbitrary(8), (members) => {
        const count = 2 * members.length - 1;
        expect(quotaOf(count, members.length)).toBe(0);
        const { choices } = blendTracks(members, bare(count));
        const affinities = members.map(affinitiesOf);
        const vetoed = vetoedBy(members);
        const left = new Set(affinities.flatMap((own) => [...own.keys()]).filter((id) => !vetoed.has(id)));
        expect(choices.length).toBe(Math.min(count, left.size));
        const happy = members.map(() => 0);
        for (const choice of choices) {
          const gainOf = (id: string) =>
            affinities.reduce(
              (sum, own, u) => sum + Math.log(1 + (own.get(id) ?? 0) / (1 + (happy[u] ?? 0))),
              0,
            );
          const id = choice.candidate.recordingId;
          expect(left.has(id)).toBe(true);
          const best = Math.max(...[...left].map(gainOf));
          expect(gainOf(id)).toBeCloseTo(best, 9);
          expect(choice.score).toBeCloseTo(best, 9);
          // Its strongest member: nobody has a higher percentile.
          const own = (u: number) => affinities[u]?.get(id) ?? 0;
          const owner = members.findIndex(({ listenerId }) => listenerId === choice.attributedTo);
          expect(own(owner)).toBe(Math.max(...members.map((_, u) => own(u))));
          expect(members.map(({ listenerId }) => choice.affinities[listenerId])).toEqual(
            members.map((_, u) => own(u)),
          );
          left.delete(id);
          members.forEach((_, u) => {
            happy[u] = (happy[u] ?? 0) + own(u);
          });
        }
      }),
    );
  });
});

describe('shares', () => {
  const many = (prefix: string, count: number, from = 1) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, from + i]));

  test('are ⌊N/|G|⌋ − 1 and never below 0', () => {
    expect([quotaOf(50, 2), quotaOf(50, 3), quotaOf(50, 10), quotaOf(5, 10)]).toEqual([24, 15, 4, 0]);
  });

  test('who is always the weaker one gets the share all the same', () => {
    // To Bob all of them are the same: of whatever both like best, Ann likes it better.
    const ann = member('ann', many('t', 40));
    const bob = member('bob', Object.fromEntries(Object.keys(many('t', 40)).map((id) => [id, 1])));
    const alone = blendTracks([ann, bob], bare(3)).choices;
    expect(owners(alone)).toEqual(['ann', 'ann', 'ann']);
    const { choices } = blendTracks([ann, bob], bare(10));
    expect(countOf(choices, 'ann')).toBeGreaterThanOrEqual(4);
    expect(countOf(choices, 'bob')).toBeGreaterThanOrEqual(4);
  });

  test('three alike and one apart: the one apart is not outvoted', () => {
    const alike = ['ann', 'bob', 'cy'].map((id) => member(id, many('same', 30)));
    const apart = member('dee', many('other', 30));
    const { choices } = blendTracks([...alike, apart], bare(20));
    for (const id of ['ann', 'bob', 'cy', 'dee']) expect(countOf(choices, id)).toBeGreaterThanOrEqual(4);
  });

  test('luck takes nobody’s share', () => {
    const members = Array.from({ length: 10 }, (_, i) => member(`m${i}`, many(`m${i}-`, 60)));
    for (const seed of ['a', 'b', 'c', 'd', 'e']) {
      const { choices, reserves } = blendTracks(members, bare(50, { reserves: 50, luck: 100, seed }));
      for (const { listenerId } of members) {
        expect(countOf(choices, listenerId)).toBeGreaterThanOrEqual(4);
        expect(countOf(reserves, listenerId)).toBeGreaterThanOrEqual(4);
      }
    }
  });

  test('every member with evidence of as many tracks as are chosen has the quota, in any company', () => {
    fc.assert(
      fc.property(
        membersArbitrary(12),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 3 }),
        (members, count, perArtist) => {
          const vetoed = vetoedBy(members);
          const { choices, reserves } = blendTracks(members, bare(count, { perArtist, reserves: 4 }));
          const quota = quotaOf(choices.length, members.length);
          for (const one of members) {
            const theirs = [...affinitiesOf(one).keys()].filter((id) => !vetoed.has(id));
            const has = countOf(choices, one.listenerId);
            if (theirs.length >= choices.length) expect(has).toBeGreaterThanOrEqual(quota);
            // Below the quota nobody above it holds what could be theirs.
            if (has < quota)
              for (const { candidate: c, attributedTo } of choices)
                if (theirs.includes(c.recordingId))
                  expect(countOf(choices, attributedTo)).toBeLessThanOrEqual(quota);
          }
          for (const { candidate: c, attributedTo } of [...choices, ...reserves]) {
            const owner = members.find(({ listenerId }) => listenerId === attributedTo);
            expect(owner?.candidates.some((entry) => entry.score > 0 && entry.candidate === c)).toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a blend', () => {
  test('has no recording twice and none that anybody rules out, in whatever release', () => {
    fc.assert(
      fc.property(membersArbitrary(10), fc.string(), (members, seed) => {
        const { choices, reserves } = blendTracks(members, bare(5, { reserves: 8, luck: 0.5, seed }));
        const all = recordings([...choices, ...reserves]);
        expect(new Set(all).size).toBe(all.length);
        const vetoed = vetoedBy(members);
        expect(all.filter((id) => vetoed.has(id))).toEqual([]);
      }),
    );
  });

  test('is the same whoever is named first', () => {
    fc.assert(
      fc.property(
        membersArbitrary(10).chain((members) =>
          fc.tuple(fc.constant(members), fc.shuffledSubarray(members, { minLength: members.length })),
        ),
        ([members, shuffled]) => {
          const options = bare(8, { reserves: 3, luck: 0.3, seed: 'day', perArtist: 2 });
          expect(blendTracks(shuffled, options)).toEqual(blendTracks(members, options));
        },
      ),
    );
  });

  test('is the same for one seed and another for another, with luck only', () => {
    const wide = (id: string) =>
      member(id, Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`${id}${i}`, i + 1])));
    const members = [wide('ann'), wide('bob')];
    const of = (seed: string, luck: number) =>
      recordings(blendTracks(members, bare(20, { seed, luck })).choices);
    expect(of('monday', BLEND_WEIGHTS.luck)).toEqual(of('monday', BLEND_WEIGHTS.luck));
    expect(new Set(of('monday', BLEND_WEIGHTS.luck))).not.toEqual(new Set(of('tuesday', BLEND_WEIGHTS.luck)));
    expect(of('monday', 0)).toEqual(of('tuesday', 0));
  });

  test('has no more of an artist than the cap while others are there', () => {
    const ofArtist = (id: string, artistId: string, score: number) => ({
      candidate: candidate(id, { artistId }),
      score,
      favourite: true,
    });
    const ann = member(
      'ann',
      {},
      {
        candidates: [
          ...['a', 'b', 'c', 'd'].map((id, i) => ofArtist(id, 'star', 100 - i)),
          ofArtist('e', 'other', 2),
          ofArtist('f', 'third', 1),
        ],
      },
    );
    const bob = member('bob', {});
    const take = (count: number) =>
      recordings(blendTracks([ann, bob], bare(count, { perArtist: 2 })).choices);
    expect(take(4)).toEqual(['a', 'b', 'e', 'f']);
    expect(take(6)).toEqual(['a', 'b', 'e', 'f', 'c', 'd']);
  });

  test('is played in the order that it is given, reserves behind', () => {
    const ann = member('ann', { a: 3, b: 2, c: 1 });
    const bob = member('bob', { d: 1 });
    const { choices, reserves } = blendTracks(
      [ann, bob],
      bare(2, { reserves: 9, order: (chosen) => chosen.map((_, i) => chosen.length - 1 - i) }),
    );
    expect(recordings(choices)).toEqual(['d', 'a']);
    expect(owners(choices)).toEqual(['bob', 'ann']);
    expect(recordings(reserves)).toEqual(['b', 'c']);
  });

  test('names whose favourite a track is, and takes the release of whom it is attributed to', () => {
    const knows = (itemId: string, score: number, favourite: boolean) => [
      { candidate: candidate('rec', { itemId }), score, favourite },
      { candidate: candidate(`${itemId}-worst`), score: 0.1, favourite: false },
    ];
    const ann = member('ann', {}, { candidates: [...knows('mono', 5, true)] });
    const bob = member('bob', { better: 9 });
    const both = blendTracks(
      [ann, { ...bob, candidates: [...bob.candidates, ...knows('stereo', 5, false)] }],
      bare(1),
    ).choices[0];
    expect(both).toMatchObject({ candidate: { itemId: 'mono' }, attributedTo: 'ann', favouriteOf: ['ann'] });
  });

  test('takes two to ten different listeners', () => {
    const some = (count: number) => Array.from({ length: count }, (_, i) => member(`m${i}`, { a: 1 }));
    for (const members of [[], some(1), some(11), [...some(2), ...some(1)]])
      expect(() => blendTracks(members, bare(3))).toThrow(RangeError);
    expect(recordings(blendTracks(some(10), bare(3)).choices)).toEqual(['a']);
    expect(blendTracks([member('ann', {}), member('bob', { a: 0, b: -1 })], bare(3)).choices).toEqual([]);
  });
});

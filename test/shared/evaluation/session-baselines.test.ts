/** The published methods against their definitions written out over all sessions and all tracks. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  itemKnnRanker,
  sequentialRulesRanker,
  vsknnRanker,
} from '../../../shared/evaluation/session-baselines.ts';

const TRACKS = Array.from({ length: 9 }, (_, track) => track);
const anySession = fc.array(fc.nat(8), { minLength: 1, maxLength: 14 });
const anyTrain = fc.array(anySession, { minLength: 1, maxLength: 15 });

/** True where what is found is what scores, best first; sums in another order may differ in their last digits. */
function agree(found: readonly number[], score: (track: number) => number): void {
  expect([...found].sort()).toEqual(TRACKS.filter((track) => score(track) > 0));
  for (const [place, track] of found.entries())
    if (place > 0) expect(score(track)).toBeLessThanOrEqual(score(found[place - 1] as number) * (1 + 1e-7));
}

test('item-KNN is the cosine over the sessions that hold either track', () => {
  fc.assert(
    fc.property(anyTrain, anySession, (train, prefix) => {
      const last = prefix.at(-1) as number;
      const holding = (track: number) => train.filter((session) => session.includes(track));
      agree(itemKnnRanker(train).rank(prefix, 99), (track) =>
        track === last
          ? 0
          : holding(last).filter((session) => session.includes(track)).length /
            Math.max(1e-9, Math.sqrt(holding(track).length * holding(last).length)),
      );
    }),
  );
});

test('sequential rules sum 1/distance within ten steps over the last five tracks', () => {
  fc.assert(
    fc.property(anyTrain, anySession, (train, prefix) => {
      const score = (track: number) => {
        let sum = 0;
        for (let back = 1; back <= Math.min(5, prefix.length); back++)
          for (const session of train)
            for (let from = 0; from < session.length; from++)
              for (let to = from + 1; to <= from + 10; to++)
                if (session[from] === prefix[prefix.length - back] && session[to] === track)
                  sum += 1 / (to - from) / back;
        return sum;
      };
      agree(sequentialRulesRanker(train).rank(prefix, 99), score);
    }),
  );
});

test('V-SKNN sums the likeness of the nearest sessions by the rarity of what they hold', () => {
  fc.assert(
    fc.property(anyTrain, anySession, fc.integer({ min: 1, max: 5 }), (train, prefix, k) => {
      const alike = train.map((session, index) => {
        const shared = new Set(session.filter((track) => prefix.includes(track)));
        const likeness = [...shared].reduce(
          (sum, track) => sum + 1 / (prefix.length - prefix.lastIndexOf(track)),
          0,
        );
        return { index, likeness: Number(likeness.toPrecision(9)), session };
      });
      const near = alike.filter(({ likeness }) => likeness > 0);
      near.sort((a, b) => b.likeness - a.likeness || b.index - a.index);
      // Where the k-th and the next are equal up to rounding, either may be taken.
      fc.pre(near[k - 1]?.likeness !== near[k]?.likeness || near.length <= k);
      agree(vsknnRanker(train, k).rank(prefix, 99), (track) =>
        near
          .slice(0, k)
          .filter(({ session }) => session.includes(track))
          .reduce(
            (sum, { likeness }) =>
              sum +
              likeness * Math.log(train.length / train.filter((session) => session.includes(track)).length),
            0,
          ),
      );
    }),
  );
});

test('none of them proposes what train does not know, and k cuts off', () => {
  const train = [
    [1, 2, 3],
    [2, 3],
    [1, 4],
  ];
  for (const ranker of [itemKnnRanker(train), sequentialRulesRanker(train), vsknnRanker(train, 5)]) {
    expect(ranker.rank([77], 20)).toEqual([]);
    expect(ranker.rank([1, 2], 20).every((track) => [1, 2, 3, 4].includes(track))).toBe(true);
    expect(ranker.rank([1, 2], 1)).toHaveLength(1);
  }
});

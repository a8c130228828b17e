import { afterEach, beforeEach, expect, test } from 'vitest';
import { RANKING_WEIGHTS } from '../../../shared/domain/ranking.ts';
import { ACTIVE, controlOf, type Harness, itemsOf, nextUp, openServe, weekly } from './harness.ts';
import { someLines } from './pool-text.ts';

let h: Harness;
beforeEach(async () => {
  h = openServe();
  const known = someLines('known', 10, { plays: 40, evidence: 'c500p900', score: 500 });
  const strange = someLines('strange', 10, { plays: 0, evidence: 'c500', score: 500 });
  await h.putPool('ann', ACTIVE, [...known, ...strange]);
  await h.publishBuilds(ACTIVE);
});
afterEach(() => h.close());

const dial = (target: string, method = 'PUT') =>
  h.request(controlOf('adventurousness', target), { token: 'l:ann', method });
const kinds = async () => itemsOf((await h.request(nextUp('?limit=10'))).body).map((id) => id.slice(0, 5));

test('a listener who wants to be surprised gets strangers first, one who does not gets whom they know', async () => {
  expect((await dial('100')).status).toBe(200);
  expect(new Set(await kinds())).toEqual(new Set(['stran']));
  await dial('0');
  expect(new Set(await kinds())).toEqual(new Set(['known']));
  await dial('100');
  expect(new Set(await kinds())).toEqual(new Set(['stran']));
});

test('what the dial added is told beside the other parts, and is gone when it is taken back', async () => {
  await dial('100');
  const { items } = (await h.request(nextUp('?limit=1'))).body;
  expect(items[0]?.scoreParts.dial).toBeCloseTo(RANKING_WEIGHTS.dial, 3);
  await dial('100', 'DELETE');
  const after = (await h.request(nextUp('?limit=20'))).body;
  for (const item of after.items) expect(item.scoreParts).not.toHaveProperty('dial');
});

test.each(['-1', '101', '7.5', 'much', '007'])('a dial at %s is refused by name', async (target) => {
  const { status, body } = await dial(target);
  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain('/path/target');
});

test('places left to chance carry their odds, the others theirs, and a kept week keeps them', async () => {
  const own = openServe({ exploration: { share: 0.5, among: 10 } });
  try {
    await own.putPool('ann', ACTIVE, someLines('p', 200, { plays: 0 }));
    await own.publishBuilds(ACTIVE);
    const odds = new Set([0.55, 0.05]);
    for (const path of [weekly(), weekly(), nextUp('?limit=50')]) {
      const { items } = (await own.request(path)).body;
      const told = items.map(({ propensity }) => Math.round(propensity * 1e6) / 1e6);
      expect(new Set(told)).toEqual(odds);
    }
    const [first, again] = [await own.request(weekly()), await own.request(weekly())];
    expect(again.body.items.map(({ itemId, propensity }) => [itemId, propensity])).toEqual(
      first.body.items.map(({ itemId, propensity }) => [itemId, propensity]),
    );
    const logged = own.published.filter(({ topic }) => topic === 'impressions');
    expect(JSON.stringify(logged)).toContain('"propensity":0.05');
  } finally {
    await own.close();
  }
});

test('two listeners with the same pool are not sent the same chances', async () => {
  const own = openServe({ exploration: { share: 0.5, among: 10 } });
  try {
    for (const id of ['ann', 'bob']) await own.putPool(id, ACTIVE, someLines('p', 200, { plays: 0 }));
    await own.publishBuilds(ACTIVE);
    const [ann, bob] = [await own.request(weekly('ann')), await own.request(weekly('bob'))];
    expect(itemsOf(ann.body).sort()).not.toEqual(itemsOf(bob.body).sort());
  } finally {
    await own.close();
  }
});

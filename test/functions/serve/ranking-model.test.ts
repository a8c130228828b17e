/** Where a build learned to order pools, what is next and the week follow it, and each item says why. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MODEL_FEATURES } from '../../../shared/domain/ranking-model.ts';
import { ACTIVE, type Harness, itemsOf, nextUp, openServe, weekly } from './harness.ts';
import { heardText, type PoolLine, poolText, someLines } from './pool-text.ts';

let h: Harness;
beforeEach(() => {
  h = openServe();
});
afterEach(() => h.close());

const LINES: readonly PoolLine[] = [
  ...someLines('near', 20, { plays: 0, evidence: 'c900.0p100', score: 900 }),
  ...someLines('own', 20, { plays: 45, evidence: 'a800.0', score: 300 }),
];

async function putPool(model: string | null, lines = LINES) {
  const text = poolText(lines, ['seed'], ['artist']).split('\n');
  const pool = [...text.slice(0, 2), ...(model === null ? [] : [model]), ...text.slice(2)].join('\n');
  await h.putListener('ann', ACTIVE, { pool, heard: heardText([]), recent: '' });
  await h.publishBuilds(ACTIVE);
}

const kinds = (ids: readonly string[]) => ids.map((id) => id.replace(/\d+$/, ''));

test('what is next is in the order of the model, the score told by feature', async () => {
  await putPool('model 500 1000 0 0 0 2000 0');
  const { body } = await h.request(nextUp('?limit=10'));
  expect(new Set(kinds(itemsOf(body)))).toEqual(new Set(['own']));
  for (const { score, scoreParts } of body.items) {
    expect(Object.keys(scoreParts)).toEqual(expect.arrayContaining([...MODEL_FEATURES, 'liveArtist']));
    expect(Object.values(scoreParts).reduce((a, b) => a + b, 0)).toBeCloseTo(score, 3);
    // They have the best scores of the pool. 1·.8 + 2·.9 for the artist against .5·.9 for what others play: a lead of 2.15.
    expect(score).toBeGreaterThan(0.88);
    expect(scoreParts.artist).toBeCloseTo((score * 0.8) / 2.15, 3);
    expect(scoreParts.knownArtist).toBeCloseTo((score * 1.8) / 2.15, 3);
    expect(scoreParts.coListening).toBeCloseTo((score * -0.45) / 2.15, 3);
  }
});

test('without a model it is in the order of the build, told as before', async () => {
  await putPool(null);
  const { body } = await h.request(nextUp('?limit=10'));
  expect(new Set(kinds(itemsOf(body)))).toEqual(new Set(['near']));
  expect(Object.keys(body.items[0]?.scoreParts ?? {})).not.toContain('knownArtist');
  expect(body.items[0]?.scoreParts.pool).toBeCloseTo(0.9, 6);
});

test('a live dislike and live plays still count beside it', async () => {
  await putPool('model 500 1000 0 0 0 2000 0');
  await h.live({ type: 'dislike', itemId: 'own0', recordingId: 'own0' });
  await h.live({
    itemId: 'x',
    recordingId: 'x',
    artistId: 'ownartist7',
    msPlayed: 200_000,
    durationMs: 200_000,
  });
  const { body } = await h.request(nextUp('?limit=10'));
  expect(itemsOf(body)[0]).toBe('own7');
  expect(body.items[0]?.scoreParts.liveArtist).toBeGreaterThan(0);
});

test('the week is made of what the model puts first', async () => {
  const many = [
    ...someLines('near', 150, { plays: 0, evidence: 'c900.0p100', score: 900 }),
    ...someLines('far', 150, { plays: 0, evidence: 's900.0', score: 100 }),
  ];
  const ofWeek = async (model: string | null) => {
    await putPool(model, many);
    return new Set(kinds(itemsOf((await h.request(weekly())).body)));
  };
  expect(await ofWeek('model 0 0 3000 0 0 0 0')).toEqual(new Set(['far']));
});

test('a model of other features than are known here leaves the order of the build', async () => {
  await putPool('model 1 2');
  const { body } = await h.request(nextUp('?limit=10'));
  expect(body.degraded).toEqual([]);
  expect(new Set(kinds(itemsOf(body)))).toEqual(new Set(['near']));
});

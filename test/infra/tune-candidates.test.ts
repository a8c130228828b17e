import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judgePoint, renderTuned, type Tried, tuneCandidates } from '../../infra/local/tune-candidates.ts';
import { TUNING, type Tuning, type TuningPoint } from '../../infra/local/tuning-grid.ts';
import { readTrain } from '../../shared/evaluation/split-file.ts';
import { NOTHING_KNOWN } from '../../shared/evaluation/split-knowledge.ts';
import { DEFAULT_PARAMETERS } from '../../shared/sql/parameters.ts';
import { TUNED_PARAMETERS, TUNED_VERSION } from '../../shared/sql/tuned-parameters.ts';

const tuning: Tuning = {
  version: 'test-1',
  seeds: [1],
  share: 0.2,
  axes: [[{ alpha: 0 }, { alpha: 1 }], [{ beta: 0 }, { beta: 1 }, { beta: 2 }], [{ alpha: 1 }]],
};

async function search(value: (point: TuningPoint) => number): Promise<{ best: Tried; tried: TuningPoint[] }> {
  const tried: TuningPoint[] = [];
  const judge = async (point: TuningPoint) => ({ point, ndcg: value(point), recall: 0 });
  const best = await tuneCandidates(tuning, judge, ({ point }) => void tried.push(point));
  return { best, tried };
}

test('axes are searched one after the other, each from the best before', async () => {
  const { best, tried } = await search(({ alpha = 0, beta = 0 }) => 10 * alpha - (beta - 1) ** 2);
  const { alpha, beta } = DEFAULT_PARAMETERS;
  expect(tried).toEqual([
    { alpha, beta },
    { alpha: 0, beta },
    { alpha: 1, beta },
    { alpha: 1, beta: 0 },
    { alpha: 1, beta: 1 },
    { alpha: 1, beta: 2 },
  ]);
  expect(best).toEqual({ point: { alpha: 1, beta: 1 }, ndcg: 10, recall: 0 });
});

test('where nothing is better, what is configured stays', async () => {
  const { best } = await search(() => 0.5);
  expect(best.point).toEqual({ alpha: DEFAULT_PARAMETERS.alpha, beta: DEFAULT_PARAMETERS.beta });
});

test('what is written is what the stages use', async () => {
  const path = new URL('../../shared/sql/tuned-parameters.ts', import.meta.url);
  expect(await readFile(path, 'utf8')).toBe(renderTuned(TUNED_VERSION, TUNED_PARAMETERS));
  expect(TUNED_VERSION).toBe(TUNING.version);
  const names = new Set(TUNING.axes.flat().flatMap((point) => Object.keys(point)));
  expect(Object.keys(TUNED_PARAMETERS)).toEqual([...names].sort());
  expect(DEFAULT_PARAMETERS).toMatchObject(TUNED_PARAMETERS);
});

test('what one generator gains at a point of the grid another loses', () => {
  const sum = (point: TuningPoint) => {
    const { weight_co_listening, weight_audio, weight_tags, weight_popularity } = {
      ...DEFAULT_PARAMETERS,
      ...point,
    };
    return weight_co_listening + weight_audio + weight_tags + weight_popularity;
  };
  for (const axis of TUNING.axes) for (const point of axis) expect(sum(point)).toBe(sum({}));
});

test('points are judged on train alone, alike for the same seeds', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'segue-tune-'));
  try {
    // There is no test.txt: whoever opened it would fail.
    const rows = Array.from({ length: 12 }, (_, at) => [
      at,
      ...[0, 1, 2, 3, 4].map((item) => item + (at % 2) * 5),
    ]);
    await writeFile(join(directory, 'train.txt'), rows.map((row) => row.join(' ')).join('\n'));
    const train = { itemsOf: await readTrain(directory), knowledge: NOTHING_KNOWN };
    const judge = (point: TuningPoint) =>
      judgePoint({ threads: 1, memory: '512MB' }, [train], { seeds: [1, 2], share: 0.2 }, point);
    const point = { alpha: 0.6 };
    const first = await judge(point);
    expect(first).toEqual(await judge(point));
    expect(first.recall).toBe(1);
    expect((await judge({ weight_co_listening: 0, pool_size: 0 })).ndcg).toBe(0);
  } finally {
    await rm(directory, { recursive: true });
  }
});

/** Kernels give what the SQL gives, to the last character. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCandidates } from '../../../../shared/domain/candidate.ts';
import { STAGE_KERNELS } from '../../../../shared/embedded/kernels/stage-kernels.ts';
import type { Parameters } from '../../../../shared/sql/parameters.ts';
import { STAGES } from '../../../../shared/sql/stages.ts';
import { event, NOW } from '../../../domain/some-events.ts';
import { anyHistory, CROWD, CUTOFF, historyOf, runs } from '../../sql/any-history.ts';
import { type History, NOTHING, type RunOptions, runStages } from '../../sql/stage-fixture.ts';

const KERNELS = STAGES.flatMap(({ name, kernel }) => (kernel === true ? [name] : []));

const anySettings = fc.constantFrom(
  {},
  { history_cap: 3, neighbours: 2, pool_size: 5, pool_artists: 1, pool_own_artists: 3 },
  {
    artist_history_cap: 2,
    artist_neighbours: 1,
    pool_artist_neighbours: 1,
    pool_tracks_per_own_artist: 1,
    pool_own_artists: 1,
    pool_audio_seeds: 1,
    pool_tag_seeds: 2,
    tag_neighbours: 3,
    pool_popular: 3,
  },
  {
    alpha: 1,
    beta: 0,
    gamma: 2,
    most_near: 300_000,
    near_neighbours: 2,
    false_positive_rate: 0.3,
    weight_artist: 0,
    weight_audio: 1000,
    weight_tags: 333,
  },
  { own_artist_score: 0, tracks_per_artist: 1, block_size: 3, half_life_ms: 86_400_000 },
  { neighbours: 0, artist_neighbours: 0, pool_size: 0 },
) as fc.Arbitrary<Partial<Parameters>>;

async function compare(history: History, options: RunOptions): Promise<number> {
  const sql = await runStages(history, { ...options, stages: KERNELS, heavyStages: 'sql' });
  const kernels = await runStages(history, { ...options, stages: KERNELS, heavyStages: 'kernels' });
  for (const stage of KERNELS) expect(kernels(stage), stage).toEqual(sql(stage));
  return KERNELS.filter((stage) => sql(stage).length > 0).length;
}

test('every kernel answers a stage that says so', () => {
  expect(Object.keys(STAGE_KERNELS).sort()).toEqual(KERNELS.sort());
});

test('kernels equal the SQL over any history, with one thread and with two', async () => {
  let filled = 0;
  await fc.assert(
    fc.asyncProperty(anyHistory, anySettings, fc.constantFrom(1, 2), async (history, parameters, threads) => {
      filled += await compare(history, { parameters, threads });
    }),
    runs(6, [CROWD, { early_ms: 400 * 86_400_000 }, 2]),
  );
  expect(filled).toBeGreaterThanOrEqual(KERNELS.length);
});

test('kernels equal the SQL where ids fill several blocks of the threads', async () => {
  const history = historyOf({ seed: 3, listeners: 300, recordings: 700, runs: 6 });
  expect(await compare(history, { threads: 2 })).toBe(KERNELS.length);
});

test('kernels equal the SQL on an empty warehouse and on a catalogue nobody heard', async () => {
  expect(await compare({ ...NOTHING, cutoff: CUTOFF }, {})).toBe(0);
  const { items } = historyOf({ seed: 1, listeners: 0, recordings: 20, runs: 1 });
  expect(await compare({ ...NOTHING, items, cutoff: CUTOFF }, {})).toBe(0);
});

test('kernels equal the SQL where the first and the last recording were heard alone', async () => {
  const heard = { l1: ['a-alone'], l2: ['m1', 'm2'], l3: ['m1', 'm2', 'm3'], l4: ['z-alone'] };
  const events = Object.entries(heard).flatMap(([listenerId, recordings]) =>
    recordings.map((recordingId) => event({ listenerId, recordingId })),
  );
  await compare({ ...NOTHING, events, cutoff: NOW + 1 }, {});
});

test('kernels equal the SQL where two seeds lead to a candidate alike: the first is named', async () => {
  const heard = { l1: ['r1', 'r2'], l2: ['r1', 'r2', 'new'] };
  const events = Object.entries(heard).flatMap(([listenerId, recordings]) =>
    recordings.map((recordingId) => event({ listenerId, recordingId, artistId: `by-${recordingId}` })),
  );
  const history = { ...NOTHING, events, cutoff: NOW + 1 };
  expect(await compare(history, {})).toBe(KERNELS.length);
  const rows = await runStages(history, { stages: ['listener_pools'], heavyStages: 'kernels' });
  const [candidate] = parseCandidates(String(rows('listener_pools')[0]?.pool));
  expect(candidate?.evidence.map(({ generator, seed }) => [generator, seed])).toEqual([
    ['co', 'item-of-r1'],
    ['artist', 'by-r1'],
    ['popular', null],
  ]);
});

test('a kernel without its parameter fails by name and leaves the stage undone', async () => {
  const history = historyOf({ seed: 3, listeners: 5, recordings: 30, runs: 6 });
  const parameters = { false_positive_rate: Number.NaN };
  await expect(
    runStages(history, { stages: ['heard_filters'], heavyStages: 'kernels', parameters }),
  ).rejects.toThrow(/heard_filters failed/);
});

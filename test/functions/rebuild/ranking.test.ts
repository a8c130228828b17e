/** From impressions to pools in a new order: the stages and the training between them, in one build. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runStage } from '../../../functions/rebuild/handler.ts';
import { parsePool } from '../../../shared/domain/candidate.ts';
import type { ListeningEvent } from '../../../shared/domain/event.ts';
import { DAY_MS, HOUR_MS } from '../../../shared/domain/time.ts';
import { openDuckdbWarehouse } from '../../../shared/embedded/duckdb-warehouse.ts';
import type { Warehouse } from '../../../shared/ports/warehouse.ts';
import { listenRow } from '../../../shared/schema/table-rows.ts';
import { DEFAULT_PARAMETERS } from '../../../shared/sql/parameters.ts';
import { event, NOW } from '../../domain/some-events.ts';
import { stagesUpTo } from '../../shared/sql/stage-fixture.ts';

const LISTENERS = 60;
const SERVED = 20;
const CUTOFF = NOW + 30 * DAY_MS;

let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await openDuckdbWarehouse({ directory: ':memory:', threads: 1, memory: '512MB' });
});
afterEach(() => warehouse.close());

const listener = (index: number) => `l${String(index).padStart(2, '0')}`;

/**
 * Everybody was served twenty recordings by artists they knew and twenty by strangers, and heard them all. `kept` came back
 * to those of one kind on two later days.
 */
function servedAndHeard(kept: 'own' | 'near') {
  const events: ListeningEvent[] = [];
  const impressions: Record<string, string | number>[] = [];
  for (let index = 0; index < LISTENERS; index++)
    for (let place = 0; place < SERVED * 2; place++) {
      const kind = place < SERVED ? 'own' : 'near';
      const recordingId = `${kind}-${(index * 7 + place) % 50}`;
      const listenerId = listener(index);
      const served = NOW + place * HOUR_MS;
      impressions.push({
        impression_id: `m${index}`,
        listener_id: listenerId,
        surface: 'next',
        build_id: 'b',
        served_at: served,
        position: place,
        item_id: recordingId,
        recording_id: recordingId,
        source: 'co_listening',
        notion: 'new_track',
        score: 0.5,
        propensity: 1,
        evidence: kind === 'own' ? `a${500 + place * 10}` : `c${500 + place * 10}`,
        artist_plays: kind === 'own' ? 40 : 0,
      });
      for (const day of kind === kept ? [0, 1, 2] : [0])
        events.push(
          event({
            listenerId,
            recordingId,
            itemId: recordingId,
            artistId: `by-${recordingId}`,
            occurredAt: served + day * DAY_MS + 60_000,
            msPlayed: 200_000,
            durationMs: 200_000,
          }),
        );
    }
  return { events, impressions };
}

async function build(id: string, kept: 'own' | 'near', impressions = true) {
  const rows = servedAndHeard(kept);
  await warehouse.append('listens', rows.events.map(listenRow));
  if (impressions) await warehouse.append('impressions', rows.impressions);
  const space = await warehouse.openBuild(id);
  try {
    const made = { cutoff: CUTOFF, parameters: DEFAULT_PARAMETERS };
    for (const stage of stagesUpTo(['listener_pools'])) await runStage(space, made, stage);
    const [model] = await space.query('SELECT * FROM ranking_model');
    const pools = await space.query('SELECT pool FROM listener_pools ORDER BY listener_id');
    return { model, pools: pools.map(({ pool }) => String(pool)) };
  } finally {
    await space.close();
  }
}

test('what listeners keep comes first in the pools of the next build', async () => {
  const { model, pools } = await build('near', 'near');
  // Of everybody but those held out by the digest of their ids.
  expect(model).toMatchObject({ heard: 1_840, retained: 920 });
  expect(Number(model?.auc)).toBe(1000);
  expect(Number(model?.configured_auc)).toBeLessThan(500);
  expect(Number(model?.co_listening)).toBeGreaterThan(0);
  expect(Number(model?.new_artist)).toBeGreaterThan(0);
  expect(Number(model?.known_artist)).toBeLessThan(0);
  expect(pools).toHaveLength(LISTENERS);
  for (const pool of pools) {
    const weights = parsePool(pool).model?.weights ?? [];
    expect(Math.round((weights[0] ?? 0) * 1000)).toBe(Number(model?.co_listening));
    expect(Math.round((weights[6] ?? 0) * 1000)).toBe(Number(model?.new_artist));
  }
});

test('where the configured weights order as well, they stay: artists known weigh most already', async () => {
  const { model, pools } = await build('own', 'own');
  expect(Number(model?.configured_auc)).toBe(1000);
  expect(model).toMatchObject({ artist: 0, known_artist: 0, line: '' });
  expect(pools.every((pool) => parsePool(pool).model === undefined)).toBe(true);
});

test('without impressions nothing is learned, and pools are as configured', async () => {
  const { model, pools } = await build('none', 'near', false);
  expect(model).toMatchObject({ heard: 0, retained: 0, auc: 0, line: '' });
  expect(pools.every((pool) => parsePool(pool).model === undefined)).toBe(true);
});

test('an erased listener teaches nothing more', async () => {
  await warehouse.append('impressions', servedAndHeard('near').impressions);
  for (let index = 0; index < LISTENERS; index++) await warehouse.eraseListener(listener(index));
  const { model } = await build('erased', 'near', false);
  expect(model).toMatchObject({ heard: 0, line: '' });
});

/** A whole night through the adapter: stages, audits and cells, the same as of the embedded warehouse. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDuckdbWarehouse } from '../../../shared/embedded/duckdb-warehouse.ts';
import type { Warehouse } from '../../../shared/ports/warehouse.ts';
import { openRebuild, START } from '../../functions/rebuild/harness.ts';
import { historyOf } from '../sql/any-history.ts';
import { tablesOf } from '../sql/stage-fixture.ts';
import { openWarehouse } from './bigquery-fixture.ts';
import { FakeBigQuery } from './fake-bigquery.ts';

const HISTORY = historyOf({ seed: 21, listeners: 20, recordings: 60, runs: 5 });
const ACCEPT = ['coverage'];

let fake: FakeBigQuery;
beforeEach(async () => {
  fake = await FakeBigQuery.start();
});
afterEach(() => fake.close());

async function fill(warehouse: Warehouse) {
  for (const [table, rows] of Object.entries(tablesOf(HISTORY)))
    await warehouse.append(table as 'listens', rows);
  return warehouse;
}

async function night(warehouse: Warehouse) {
  const h = openRebuild();
  try {
    const build = await h.night('', { accept: ACCEPT }, { warehouse });
    const cells: string[] = [];
    for (const table of ['listeners', 'catalog', 'pools'] as const)
      for await (const row of h.rows.scan(table, { filters: [{ family: 'build' }] }))
        cells.push(JSON.stringify([table, row]));
    return { build, cells };
  } finally {
    await h.close();
  }
}

test('a night in BigQuery publishes the cells of a night on the laptop', async () => {
  const inCloud = await night(await fill(openWarehouse(fake)));
  const laptop = await fill(
    await openDuckdbWarehouse({ directory: ':memory:', threads: 1, memory: '512MB', heavyStages: 'sql' }),
  );
  const atHome = await night(laptop);
  await laptop.close();
  expect(inCloud.build.status).toBe('published');
  expect(inCloud.build.audits).toEqual(atHome.build.audits);
  expect(inCloud.build.identity).toBe(atHome.build.identity);
  expect(inCloud.cells).toEqual(atHome.cells);
  expect(inCloud.cells.length).toBeGreaterThan(50);
  expect(inCloud.build.cutoff).toBeGreaterThan(START);
  // Each stage ran once, under the id that any process would have found.
  const stages = fake.ran.filter((id) => /^segue-b\d+-[a-z_]+-\d+$/.test(id) && !id.includes('-read-'));
  expect(new Set(stages).size).toBe(stages.length);
}, 120_000);

/** Tables for a template to load, the warehouse's own export, and the sample that tells whether they arrived. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LOADS } from '../../../functions/rebuild/load.ts';
import { createBigQueryBulkLoad } from '../../../shared/google/bigquery-loads.ts';
import { loadTable } from '../../../shared/schema/cloud.ts';
import { listenerKey } from '../../../shared/schema/rows.ts';
import { stageNamed } from '../../../shared/sql/stages.ts';
import { openWarehouse } from './bigquery-fixture.ts';
import { FakeBigQuery, PROJECT } from './fake-bigquery.ts';

const BUILD = 'b01767225600000';
const CUTOFF = 1_767_225_600_000;

let fake: FakeBigQuery;
beforeEach(async () => {
  fake = await FakeBigQuery.start();
  for (const name of ['listeners', ...LOADS.map(({ stage }) => stage)])
    await fake.engine.createTable(`${PROJECT}.segue_builds.${BUILD}__${name}`, stageNamed(name).columns);
  const insert = (table: string, row: Record<string, string | number>) =>
    fake.engine.append(`${PROJECT}.segue_builds.${BUILD}__${table}`, JSON.stringify(row));
  for (let n = 0; n < 12; n++) {
    const listener_id = `listener ${n}`;
    await insert('listeners', { lid: n, listener_id, first_at: 0, last_at: 0, erased_at: 0 });
    await insert('heard_filters', { listener_id, heard: `heard ${n}` });
    if (n % 2 === 0) await insert('listener_pools', { listener_id, candidates: 1, pool: `pool ${n}` });
  }
  await insert('related_items', { item_id: 'i1', related: 'r' });
  await insert('session_neighbours', { item_id: 'i1', session: 's' });
  await insert('shared_pools', { pool_key: 'genre#jazz', candidates: 1, pool: 'p' });
  await insert('catalogue_shards', { shard_key: 'search#0000', items: 'lines' });
});
afterEach(() => fake.close());

const open = () =>
  createBigQueryBulkLoad({ warehouse: openWarehouse(fake), project: PROJECT, buildsDataset: 'segue_builds' });

test('prepares a table per row table where schema/cloud.ts says, once however often it is asked', async () => {
  const loads = await open().prepare(BUILD, CUTOFF);
  expect(loads).toEqual([
    { table: 'listeners', source: `${PROJECT}.segue_builds.${loadTable(BUILD, 'listeners')}`, rows: 12 },
    { table: 'catalog', source: `${PROJECT}.segue_builds.${loadTable(BUILD, 'catalog')}`, rows: 1 },
    { table: 'pools', source: `${PROJECT}.segue_builds.${loadTable(BUILD, 'pools')}`, rows: 2 },
  ]);
  expect(await open().prepare(BUILD, CUTOFF)).toEqual(loads);
  expect(fake.ran).toHaveLength(3);
  expect(fake.job(`segue-${BUILD}-load_listeners-1`)?.query).toMatchObject({
    clustering: { fields: ['row_key'] },
    queryParameters: [{ name: 'cutoff', parameterType: { type: 'INT64' } }],
  });
  const tables = await fake.engine.tables();
  for (const { source } of loads) expect(tables).toContain(source);
  // They are no stages of the build, and go with it.
  const warehouse = openWarehouse(fake);
  expect([...(await (await warehouse.openBuild(BUILD)).finished()).keys()]).toEqual([]);
  await warehouse.dropBuild(BUILD);
  expect((await fake.engine.tables()).filter((name) => name.includes(BUILD))).toEqual([]);
});

test('samples cells that are there, the same ones each time', async () => {
  const bulk = open();
  await bulk.prepare(BUILD, CUTOFF);
  const all = await bulk.sample(BUILD, 'listeners', 1000);
  expect(all).toHaveLength(18);
  expect(all).toContainEqual({ key: listenerKey('listener 4'), qualifier: 'pool', value: 'pool 4' });
  const some = await bulk.sample(BUILD, 'listeners', 10);
  expect(some.length).toBeGreaterThanOrEqual(3);
  expect(some.length).toBeLessThanOrEqual(10);
  for (const cell of some) expect(all).toContainEqual(cell);
  expect(await bulk.sample(BUILD, 'listeners', 10)).toEqual(some);
  expect(await bulk.sample(BUILD, 'pools', 10)).toEqual([
    { key: 'genre#jazz', qualifier: 'pool', value: 'p' },
    { key: 'search#0000', qualifier: 'items', value: 'lines' },
  ]);
});

test('exports each qualifier by one job, once, and takes up an export that failed', async () => {
  const bulk = open();
  await bulk.prepare(BUILD, CUTOFF);
  fake.ran.length = 0;
  fake.onJob = (id) =>
    id.includes('export_listeners_recent')
      ? { reason: 'accessDenied', message: 'no Enterprise slots' }
      : undefined;
  await expect(bulk.export(BUILD, CUTOFF)).rejects.toThrow('no Enterprise slots');
  expect(fake.ran).toHaveLength(3);
  fake.onJob = () => undefined;
  await open().export(BUILD, CUTOFF);
  expect(fake.ran.map((id) => id.replace(`segue-${BUILD}-export_`, ''))).toEqual([
    'listeners_pool-1',
    'listeners_heard-1',
    'listeners_recent-1',
    'listeners_recent-2',
    'listeners_taste-1',
    'catalog_related-1',
    'catalog_session-1',
    'pools_pool-1',
    'pools_items-1',
  ]);
  const { query } = fake.job(`segue-${BUILD}-export_listeners_pool-1`) ?? {};
  expect(query?.query).toContain(`FROM \`${PROJECT}.segue_builds.${BUILD}__load_listeners\``);
});

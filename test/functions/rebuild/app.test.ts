import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRebuildApp, type RebuildAppDeps } from '../../../functions/rebuild/app.ts';
import { LOADS } from '../../../functions/rebuild/load.ts';
import { TransientError, Unauthenticated } from '../../../shared/errors.ts';
import { createLogger } from '../../../shared/logging/logger.ts';
import type { BulkLoad } from '../../../shared/ports/bulk-load.ts';
import { type BuildTable, listenerKey } from '../../../shared/schema/rows.ts';
import { STAGE_NAMES } from './fake-warehouse.ts';
import { openRebuild } from './harness.ts';

let h: ReturnType<typeof openRebuild>;
let log: string[];
beforeEach(() => {
  h = openRebuild();
  log = [];
});
afterEach(() => h.close());

/** A template that loads what the fake warehouse holds, as far as `share` of it. */
function fakeBulk(): BulkLoad & { share: number; exported: number } {
  const cellsOf = (table: BuildTable) =>
    LOADS.filter((load) => load.table === table).flatMap(({ stage, id, column, qualifier }) =>
      (h.warehouse.tables[stage] ?? []).map((row) => ({
        key: table === 'listeners' ? listenerKey(String(row[id])) : String(row[id]),
        qualifier,
        value: String(row[column]),
      })),
    );
  const bulk = {
    share: 1,
    exported: 0,
    prepare: async (buildId: string) =>
      (['listeners', 'catalog', 'pools'] as const).map((table) => ({
        table,
        source: `p.segue_builds.${buildId}__load_${table}`,
        rows: cellsOf(table).length,
      })),
    async export(_: string, cutoff: number) {
      bulk.exported += 1;
      for (const table of ['listeners', 'catalog', 'pools'] as const) {
        const cells = cellsOf(table).map((cell) => ({ ...cell, family: 'build', timestamp: cutoff }));
        await h.rows.write(table, cells.slice(0, Math.ceil(cells.length * bulk.share)));
      }
    },
    sample: async (_: string, table: BuildTable, count: number) => cellsOf(table).slice(0, count),
  };
  return bulk;
}

function openApp(more: Partial<RebuildAppDeps> = {}) {
  const destination = { write: (line: string) => void log.push(line) };
  const app = createRebuildApp({
    ...h.deps,
    logger: createLogger({ destination }),
    clock: { now: h.deps.now },
    newId: () => 'request',
    authenticate: async () => {
      throw new Unauthenticated('nobody has a token here');
    },
    bulk: fakeBulk(),
    loadBy: 'direct',
    untilReplicated: async () => undefined,
    ...more,
  });
  return async (path: string, body?: unknown, method = 'POST') => {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const answer = await app.request(path, { method, ...sent });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
}

async function build(call: ReturnType<typeof openApp>): Promise<string> {
  const { body } = await call('/builds', {});
  for (const stage of STAGE_NAMES)
    expect((await call(`/builds/${body.id}/stages/${stage}`)).status).toBe(200);
  return String(body.id);
}

describe('the nightly build, step by step over HTTP', () => {
  test('comes to the same pointer and cells as the one-process build', async () => {
    const call = openApp();
    const id = await build(call);
    expect((await call(`/builds/${id}/audit`, {})).body).toMatchObject({ status: 'audited', failed: [] });
    expect((await call(`/builds/${id}/load`)).body).toMatchObject({ status: 'loaded', cells: 5 });
    const { body: pointer } = await call(`/builds/${id}/publish`);
    expect(await h.pointer()).toEqual(pointer);
    expect(await h.poolsOf('ann')).toEqual([pointer.active]);
    expect((await call('/collect')).status).toBe(200);
  });

  test('each step may come again: stages run once, cells are the same, the pointer is flipped once', async () => {
    const call = openApp();
    const id = await build(call);
    await build(call);
    expect(h.warehouse.ran).toEqual(STAGE_NAMES);
    for (const step of ['audit', 'audit', 'load', 'load', 'publish', 'publish'])
      expect((await call(`/builds/${id}/${step}`)).status, step).toBe(200);
    expect((await h.pointer())?.accepted).toHaveLength(1);
    expect((await call(`/builds/${id}/stages/listeners`)).body).toMatchObject({ rows: 0 });
  });

  test('a stage that fails half-way answers 500 or 503, and the build goes on from there', async () => {
    const call = openApp();
    const { body } = await call('/builds', {});
    h.warehouse.dying.at = 'run:seeds';
    expect((await call(`/builds/${body.id}/stages/listeners`)).status).toBe(200);
    expect((await call(`/builds/${body.id}/stages/seeds`)).status).toBe(500);
    h.warehouse.dying.at = undefined;
    expect(await build(call)).toBe(body.id);
    expect(h.warehouse.ran.filter((name) => name === 'listeners')).toHaveLength(1);
  });

  test('no audit before every stage ran, no load before the audit, no publishing before the load', async () => {
    const call = openApp();
    const { body } = await call('/builds', {});
    const early = await call(`/builds/${body.id}/audit`, {});
    expect(early.status).toBe(409);
    expect(early.body.detail).toContain('listeners, artists');
    for (const step of ['load', 'loads', 'loaded', 'publish'])
      expect((await call(`/builds/${body.id}/${step}`)).status, step).toBe(409);
    expect(await h.pointer()).toBeUndefined();
  });

  test('a rejected build is told, logged as an error, and never loaded', async () => {
    const call = openApp();
    const id = await build(call);
    h.warehouse.violations = 3;
    const { body } = await call(`/builds/${id}/audit`, {});
    expect(body.status).toBe('rejected');
    expect((body.failed as { name: string }[])[0]?.name).toBe('unique:listeners');
    expect(log.some((line) => line.includes('build rejected') && line.includes('"ERROR"'))).toBe(true);
    expect((await call(`/builds/${id}/load`)).status).toBe(409);
    expect((await call(`/builds/${id}/publish`)).status).toBe(409);
  });

  test('a build waits with its pointer until every replica has its cells', async () => {
    let behind = true;
    const call = openApp({
      untilReplicated: async () => {
        if (behind) throw new TransientError('Replicas of listeners lack writes.');
      },
    });
    const id = await build(call);
    for (const step of ['audit', 'load']) await call(`/builds/${id}/${step}`);
    expect((await call(`/builds/${id}/publish`)).status).toBe(503);
    expect(await h.pointer()).toBeUndefined();
    behind = false;
    expect((await call(`/builds/${id}/publish`)).status).toBe(200);
    expect((await h.pointer())?.accepted).toHaveLength(1);
  });

  test('a template’s load counts only when what it wrote can be read', async () => {
    const bulk = fakeBulk();
    bulk.share = 0.5;
    const call = openApp({ bulk, loadBy: 'reverse-etl' });
    const id = await build(call);
    await call(`/builds/${id}/audit`, {});
    const { body } = await call(`/builds/${id}/loads`);
    expect(body.loads).toHaveLength(3);
    expect((await call(`/builds/${id}/load`)).body.status).toBe('audited');
    expect((await call(`/builds/${id}/loaded`)).status).toBe(503);
    expect((await call(`/builds/${id}/publish`)).status).toBe(409);
    bulk.share = 1;
    await call(`/builds/${id}/load`);
    expect((await call(`/builds/${id}/loaded`)).body).toMatchObject({ status: 'loaded', cells: 5 });
    expect((await call(`/builds/${id}/publish`)).status).toBe(200);
  });

  test('unknown builds and stages are 404, a body that is none is 400 and names the field', async () => {
    const call = openApp();
    expect((await call('/builds/none/audit', {})).status).toBe(404);
    const { body } = await call('/builds', {});
    expect((await call(`/builds/${body.id}/stages/none`)).status).toBe(404);
    const bad = await call('/builds', { publish: 'yes', acept: [] });
    expect(bad.status).toBe(400);
    expect((bad.body.errors as { pointer: string }[]).map(({ pointer }) => pointer).sort()).toEqual([
      '/acept',
      '/publish',
    ]);
    expect((await call('/builds', '{')).status).toBe(400);
    expect((await call('/rollback')).status).toBe(409);
  });
});

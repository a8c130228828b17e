import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listBuilds } from '../../../functions/rebuild/builds.ts';
import type { Progress } from '../../../functions/rebuild/handler.ts';
import { buildIdOf } from '../../../shared/domain/build-id.ts';
import { DEFAULT_PARAMETERS } from '../../../shared/sql/parameters.ts';
import { STAGE_NAMES } from './fake-warehouse.ts';
import { openRebuild } from './harness.ts';

let h: ReturnType<typeof openRebuild>;
beforeEach(() => {
  h = openRebuild();
});
afterEach(() => h.close());

const statuses = async () => (await listBuilds(h.documents)).map(({ status }) => status);

describe('a night', () => {
  test('runs every stage once in order, audits, loads and publishes', async () => {
    const told: Progress[] = [];
    const build = await h.night('a', {}, { onProgress: (progress) => told.push(progress) });
    expect(h.warehouse.ran).toEqual(STAGE_NAMES);
    expect(build).toMatchObject({ status: 'published', cells: 5, id: buildIdOf(build.cutoff) });
    expect(build.identity).toMatch(/^[0-9a-f]{64}$/);
    expect((await h.pointer())?.active).toBe(build.cutoff);
    expect(told.map(({ step }) => step).slice(0, STAGE_NAMES.length + 1)).toEqual([...STAGE_NAMES, 'audit']);
    expect(told.at(-1)).toMatchObject({ step: 'load', done: 5, total: 5 });
    expect(told.every(({ done, total }) => done <= total)).toBe(true);
  });

  test('of the same tables has the same identity', async () => {
    const [a, b, c] = [await h.night('same'), await h.night('same'), await h.night('other')];
    expect(b.identity).toBe(a.identity);
    expect(c.identity).not.toBe(a.identity);
  });

  test('whose audit fails is never served, and the last good one goes on', async () => {
    const good = await h.night('good');
    h.warehouse.violations = 3;
    const bad = await h.night('bad');
    expect(bad.status).toBe('rejected');
    expect(bad.audits.some(({ passed, detail }) => !passed && detail.startsWith('3: '))).toBe(true);
    expect((await h.pointer())?.active).toBe(good.cutoff);
    expect(await h.poolsOf('ann')).toEqual([good.cutoff]);
    h.warehouse.violations = 0;
    expect((await h.night('better')).status).toBe('published');
  });

  test('is not published where that was not wanted, and readers do not see it', async () => {
    const held = await h.night('held', { publish: false });
    expect(held.status).toBe('loaded');
    expect(await h.pointer()).toBeUndefined();
    await h.publish(held.id);
    expect((await h.pointer())?.active).toBe(held.cutoff);
  });

  test('two builds never share an instant, even on a clock that stands still or goes back', async () => {
    const first = await h.night('a');
    const second = await h.again();
    const third = await h.night('c', {}, { settledCutoff: async () => first.cutoff - 5_000 });
    expect(second.cutoff).toBe(first.cutoff + 1);
    expect(third.cutoff).toBe(first.cutoff + 2);
  });
});

describe('killed', () => {
  test.each([
    'run:listeners',
    'run:seeds',
    `run:${STAGE_NAMES.at(-1)}`,
    'query',
    'read:related_items',
    'read:listener_pools',
  ])('at %s: the last good build serves, and the next run takes it up where it stopped', async (at) => {
    const good = await h.night('good');
    h.warehouse.ran.length = 0;
    h.warehouse.dying.at = at;
    await expect(h.night('next')).rejects.toThrow(`killed at ${at}`);
    expect((await h.pointer())?.active).toBe(good.cutoff);
    const [, unfinished] = await listBuilds(h.documents);

    h.warehouse.dying.at = undefined;
    const build = await h.again();
    expect(build).toMatchObject({ id: unfinished?.id, status: 'published' });
    expect(h.warehouse.ran).toEqual(STAGE_NAMES);
    expect((await h.pointer())?.active).toBe(build.cutoff);
    expect(await statuses()).toEqual(['published', 'published']);
  });

  test('with other parameters since, it is given up and a new build begins', async () => {
    h.warehouse.dying.at = 'run:seeds';
    await expect(h.night('a')).rejects.toThrow('killed');
    h.warehouse.dying.at = undefined;
    h.warehouse.ran.length = 0;
    const build = await h.night('b', {}, { parameters: { ...DEFAULT_PARAMETERS, neighbours: 7 } });
    expect(h.warehouse.ran).toEqual(STAGE_NAMES);
    expect(build.parameters.neighbours).toBe(7);
    expect(await statuses()).toEqual(['rejected', 'published']);
    expect(await h.warehouse.listBuilds()).toEqual([build.id]);
  });

  test('a build that is resumed keeps its cutoff: the settled instant is asked for once', async () => {
    let asked = 0;
    const settledCutoff = async () => {
      asked += 1;
      return h.deps.now();
    };
    h.warehouse.dying.at = 'read:related_items';
    await expect(h.night('a', {}, { settledCutoff })).rejects.toThrow('killed');
    h.warehouse.dying.at = undefined;
    await h.night('a', {}, { settledCutoff });
    expect(asked).toBe(1);
  });
});

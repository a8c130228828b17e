import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LOADS, load } from '../../../functions/rebuild/load.ts';
import type { BuildSpace } from '../../../shared/ports/warehouse.ts';
import { listenerKey } from '../../../shared/schema/rows.ts';
import { stageNamed } from '../../../shared/sql/stages.ts';
import type { Tables } from './fake-warehouse.ts';
import { openRebuild, tablesOf } from './harness.ts';

let h: ReturnType<typeof openRebuild>;
beforeEach(() => {
  h = openRebuild();
});
afterEach(() => h.close());

const spaceOf = (tables: Tables) =>
  ({
    async *read({ name }) {
      yield tables[name] ?? [];
    },
  }) as Partial<BuildSpace> as BuildSpace;

const loadTables = (tables: Tables, cutoff = 100, onProgress: (cells: number) => void = () => {}) =>
  load(spaceOf(tables), h.rows, h.erasures, cutoff, onProgress);

async function everyCell(): Promise<string[]> {
  const cells: string[] = [];
  for (const table of ['listeners', 'catalog', 'pools'] as const)
    for await (const row of h.rows.scan(table))
      for (const cell of row.cells) cells.push(JSON.stringify([table, row.key, cell]));
  return cells;
}

describe('loading a build', () => {
  test('every served column is a text column of its stage', () => {
    for (const { stage, id, column } of LOADS) {
      const { columns, key } = stageNamed(stage);
      expect(columns[column], stage).toBe('STRING');
      expect(key).toEqual([id]);
    }
  });

  test('writes each row as one cell under the build’s own timestamp', async () => {
    const tables = tablesOf('x');
    const { cells } = await loadTables(tables);
    expect(cells).toBe(5);
    const written = (await everyCell()).map(
      (cell) => JSON.parse(cell) as [string, string, { timestamp: number }],
    );
    expect(written.map(([, , { timestamp }]) => timestamp)).toEqual([100, 100, 100, 100, 100]);
    expect(
      (await h.rows.read('listeners', listenerKey('ann')))?.cells.map(({ qualifier }) => qualifier),
    ).toEqual(['pool', 'recent']);
  });

  test('again, whole or after a kill in the middle, it makes the same cells and the same identity', async () => {
    const first = await loadTables(tablesOf('x'));
    const cells = await everyCell();
    expect(await loadTables(tablesOf('x'))).toEqual(first);
    expect(await everyCell()).toEqual(cells);

    const other = openRebuild();
    const killed = { ...tablesOf('x'), taste_profiles: [{ listener_id: 'ann', taste: null }] };
    await expect(load(spaceOf(killed), other.rows, h.erasures, 100, () => {})).rejects.toThrow('text only');
    expect(await load(spaceOf(tablesOf('x')), other.rows, h.erasures, 100, () => {})).toEqual(first);
    await other.close();
  });

  test('the identity tells any difference in what is served, and nothing else', async () => {
    const { identity } = await loadTables(tablesOf('x'));
    expect((await loadTables(tablesOf('x'), 200)).identity).toBe(identity);
    expect((await loadTables(tablesOf('y'))).identity).not.toBe(identity);
    const moved = tablesOf('x');
    expect(
      (await loadTables({ ...moved, heard_filters: [{ listener_id: 'ann', heard: '' }] })).identity,
    ).not.toBe(identity);
  });

  test('leaves out who was erased at or after the cutoff, keeps who came back before it', async () => {
    h.erasures.set.set('ann', 100);
    h.erasures.set.set('bob', 99);
    const told: number[] = [];
    expect((await loadTables(tablesOf('x'), 100, (cells) => told.push(cells))).cells).toBe(3);
    expect(told.at(-1)).toBe(3);
    expect(await h.rows.read('listeners', listenerKey('ann'))).toBeUndefined();
    expect(await h.poolsOf('bob')).toEqual([100]);
  });

  test('an empty build loads nothing', async () => {
    expect((await loadTables({})).cells).toBe(0);
    expect(await everyCell()).toEqual([]);
  });
});

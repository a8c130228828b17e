/** What a template is given to load is what the direct load writes, cell for cell. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { load } from '../../../functions/rebuild/load.ts';
import { openDuckdbWarehouse } from '../../../shared/embedded/duckdb-warehouse.ts';
import type { CellWrite, RowStore } from '../../../shared/ports/row-store.ts';
import type { BuildSpace } from '../../../shared/ports/warehouse.ts';
import { listenerKey, ROW_TABLES } from '../../../shared/schema/rows.ts';
import { erasureRow } from '../../../shared/schema/table-rows.ts';
import { ERASED_SINCE_SQL, LOAD_QUERIES } from '../../../shared/sql/loads.ts';
import { STAGES } from '../../../shared/sql/stages.ts';
import { anyHistory, CUTOFF, historyOf, runs } from './any-history.ts';
import { type History, paramsOf, tablesOf } from './stage-fixture.ts';

interface Since {
  readonly listenerId: string;
  readonly erasedAt: number;
}

/** Runs a whole build, lets `since` be erased, and gives its cells by the direct load and by the queries. */
async function bothLoads(history: History, since: readonly Since[] = []) {
  const warehouse = await openDuckdbWarehouse({
    directory: ':memory:',
    threads: 1,
    memory: '512MB',
    heavyStages: 'sql',
  });
  try {
    for (const [table, rows] of Object.entries(tablesOf(history)))
      await warehouse.append(table as 'listens', rows);
    const space = await warehouse.openBuild('loads');
    for (const stage of STAGES) await space.run(stage, paramsOf(stage, history.cutoff));
    await warehouse.append(
      'erasures',
      since.map(({ listenerId, erasedAt }) => erasureRow(listenerId, erasedAt)),
    );
    const direct = await directCells(space, history, since);
    const prepared = await preparedCells(space, history.cutoff);
    const erased = await space.query(ERASED_SINCE_SQL, { cutoff: history.cutoff });
    await space.close();
    return { direct, prepared, erased: erased.map((row) => String(row.row_key)) };
  } finally {
    await warehouse.close();
  }
}

const text = (cell: CellWrite & { table: string }) =>
  [cell.table, cell.key, cell.family, cell.qualifier, cell.timestamp, cell.value].join('|');

async function directCells(space: BuildSpace, { cutoff, erasures }: History, since: readonly Since[]) {
  const cells: string[] = [];
  const rows = {
    write: async (table: string, batch: readonly CellWrite[]) => {
      for (const cell of batch) cells.push(text({ ...cell, table }));
    },
  } as unknown as RowStore;
  const tombstones = new Map(
    [...erasures, ...since].map(({ listenerId, erasedAt }) => [listenerId, erasedAt]),
  );
  await load(
    space,
    rows,
    {
      erasedAt: async (ids) =>
        new Map(ids.flatMap((id) => (tombstones.has(id) ? [[id, tombstones.get(id) ?? 0]] : []))),
    },
    cutoff,
    () => undefined,
  );
  return cells.sort();
}

async function preparedCells(space: BuildSpace, cutoff: number) {
  const cells: string[] = [];
  for (const { table, family, qualifiers, sql } of LOAD_QUERIES) {
    const found = await space.query(sql, { cutoff });
    expect(new Set(found.map((row) => row.row_key)).size, table).toBe(found.length);
    for (const row of found) {
      expect(Object.keys(row)).toEqual(['row_key', ...qualifiers, 'build_ts']);
      expect(qualifiers.some((qualifier) => row[qualifier] !== null)).toBe(true);
      for (const qualifier of qualifiers)
        if (row[qualifier] !== null)
          cells.push(
            text({
              table,
              key: String(row.row_key),
              family,
              qualifier,
              timestamp: Number(row.build_ts),
              value: String(row[qualifier]),
            }),
          );
    }
  }
  return cells.sort();
}

const COMMUNITY = historyOf({ seed: 9, listeners: 16, recordings: 40, runs: 5 });

describe('the load queries', () => {
  test('name every row table of a build, in the family that is provisioned', () => {
    expect(LOAD_QUERIES.map(({ table }) => table).sort()).toEqual(
      Object.keys(ROW_TABLES)
        .filter((table) => 'build' in ROW_TABLES[table as keyof typeof ROW_TABLES])
        .sort(),
    );
  });

  test('give the cells of the direct load, over any history', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, async (history) => {
        const { direct, prepared } = await bothLoads(history);
        expect(prepared).toEqual(direct);
      }),
      runs(6),
    );
  });

  test('leave out whom an erasure took since, at the cutoff or later, and tell who that is', async () => {
    const before = await bothLoads(COMMUNITY);
    const loaded = [
      ...new Set(
        before.direct.filter((cell) => cell.startsWith('listeners|')).map((cell) => cell.split('|')[1] ?? ''),
      ),
    ];
    expect(loaded.length).toBeGreaterThan(8);
    const [one = '', two = ''] = loaded.map((key) => key.slice(5));
    const since = [
      { listenerId: one, erasedAt: CUTOFF },
      { listenerId: two, erasedAt: CUTOFF + 60_000 },
    ];
    const after = await bothLoads(COMMUNITY, since);
    expect(after.prepared).toEqual(after.direct);
    expect(after.erased).toEqual([listenerKey(one), listenerKey(two)].sort());
    const kept = before.prepared.filter((cell) => !after.erased.includes(cell.split('|')[1] ?? ''));
    expect(after.prepared).toEqual(kept);
    expect(before.erased).toEqual([]);
  });

  test('leave out whom an erasure took that was asked for before the cutoff and that the build did not know of', async () => {
    const before = await bothLoads(COMMUNITY);
    const [key = ''] = before.direct
      .filter((cell) => cell.startsWith('listeners|'))
      .map((cell) => cell.split('|')[1]);
    const { prepared, erased } = await bothLoads(COMMUNITY, [
      { listenerId: key.slice(5), erasedAt: CUTOFF - 1 },
    ]);
    expect(erased).toEqual([key]);
    expect(prepared.filter((cell) => cell.includes(key))).toEqual([]);
  });

  test('keep who came back after an erasure that the build knew of', async () => {
    const event = COMMUNITY.events.find(
      ({ type, msPlayed }) => type === 'listen' && (msPlayed ?? 0) >= 30_000,
    );
    if (event === undefined) throw new Error('The community is empty.');
    const back = {
      ...event,
      eventId: 'back',
      private: false,
      skipped: false,
      plays: 1,
      occurredAt: CUTOFF - 5,
      receivedAt: CUTOFF - 5,
    };
    const history = {
      ...COMMUNITY,
      events: [...COMMUNITY.events, back],
      erasures: [{ listenerId: event.listenerId, erasedAt: CUTOFF - 10 }],
    };
    const { direct, prepared } = await bothLoads(history);
    expect(prepared).toEqual(direct);
    expect(prepared.some((cell) => cell.includes(listenerKey(event.listenerId)))).toBe(true);
  });
});

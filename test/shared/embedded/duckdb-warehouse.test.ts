import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bareItem } from '../../../shared/domain/item.ts';
import { connect, createTableSql, openEngine } from '../../../shared/embedded/duckdb-engine.ts';
import { openDuckdbWarehouse } from '../../../shared/embedded/duckdb-warehouse.ts';
import { catalogueRow } from '../../../shared/schema/table-rows.ts';
import { TABLES } from '../../../shared/schema/tables.ts';

const directory = mkdtempSync(join(tmpdir(), 'segue-older-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('a directory from before a column is told has it empty, and takes rows that have it', async () => {
  const engine = { threads: 1, memory: '256MB' };
  const instance = await openEngine(join(directory, 'warehouse.duckdb'), {
    ...engine,
    temporaryDirectory: '',
  });
  const connection = await connect(instance);
  const { popularity: _, released_at: __, ...columns } = TABLES.catalogue.columns;
  await connection.run(createTableSql('catalogue', columns));
  await connection.run(`INSERT INTO catalogue (item_id, source) VALUES ('old', 'api')`);
  connection.closeSync();
  instance.closeSync();

  for (const at of [1, 2]) {
    const warehouse = await openDuckdbWarehouse({ ...engine, directory });
    try {
      const item = {
        ...bareItem(`new${at}`, 'api', at),
        popularity: 40 + at,
        releasedAt: at,
        durationMs: at,
      };
      await warehouse.append('catalogue', [catalogueRow(item)]);
      const rows = await warehouse.query(
        'SELECT item_id, source, duration_ms, popularity, released_at, updated_at FROM catalogue ORDER BY updated_at NULLS FIRST',
      );
      const fresh = [1, 2].map((n) => ({
        duration_ms: n,
        popularity: 40 + n,
        released_at: n,
        updated_at: n,
      }));
      expect(rows).toEqual([
        {
          item_id: 'old',
          source: 'api',
          duration_ms: null,
          popularity: null,
          released_at: null,
          updated_at: null,
        },
        ...fresh.slice(0, at).map((of) => ({ item_id: `new${of.updated_at}`, source: 'api', ...of })),
      ]);
    } finally {
      await warehouse.close();
    }
  }
});

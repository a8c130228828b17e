/** An erasure that a crash cut short is finished before anything is answered: its tombstone says it was wanted. */

import { erasureRow } from '../../shared/embedded/duckdb-warehouse.ts';
import { type Erasure, saveErasure } from '../../shared/rows/erasures.ts';
import { listenerHash, listenerKey, listenerOfKey } from '../../shared/schema/rows.ts';
import type { Core } from './core.ts';

/** Finds the listeners of unfinished tombstones by their hash, and removes what is left of them. */
export async function resumeErasures(core: Core): Promise<number> {
  const all = await core.documents.list<Erasure>('erasures');
  const open = all.map(({ value }) => value).filter(({ completedAt }) => completedAt === null);
  if (open.length === 0) return 0;
  const byHash = new Map(open.map((erasure) => [erasure.listenerHash, erasure]));
  const ids = new Set<string>();
  for await (const { key } of core.rows.scan('listeners')) ids.add(listenerOfKey(key));
  for (const table of ['listens', 'controls', 'impressions'])
    for (const row of await core.warehouse.query(`SELECT DISTINCT listener_id FROM ${table}`))
      ids.add(String(row.listener_id));
  for (const id of ids) {
    const erasure = byHash.get(listenerHash(id));
    if (erasure === undefined) continue;
    await core.rows.deleteRows('listeners', [listenerKey(id)]);
    await core.warehouse.append('erasures', [erasureRow(id, erasure.erasedAt)]);
    await core.warehouse.eraseListener(id);
  }
  for (const erasure of open)
    await saveErasure(core.documents, { ...erasure, completedAt: core.clock.now() });
  return open.length;
}

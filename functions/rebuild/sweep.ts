/** What came in late of erased listeners: deliveries that had looked before the tombstone was there, and backlogs. */
import { DAY_MS } from '../../shared/domain/time.ts';
import type { RowStore } from '../../shared/ports/row-store.ts';
import type { Warehouse } from '../../shared/ports/warehouse.ts';
import { type Erasure, listErasures } from '../../shared/rows/erasures.ts';
import { listenerHash, listenerOfKey } from '../../shared/schema/rows.ts';
import type { Forgetting } from '../../shared/serving/forgetting.ts';

/** Longer than any topic keeps a message. */
const SWEPT_DAYS = 14;

export interface SweepDeps {
  readonly rows: Pick<RowStore, 'scan' | 'deleteRows'>;
  readonly warehouse: Pick<Warehouse, 'query' | 'eraseListener'>;
  readonly forgetting: readonly Forgetting[];
  readonly now: () => number;
}

export interface SweepResult {
  readonly rows: number;
  /** Sessions, blends and playlists. */
  readonly documents: number;
  readonly listeners: number;
}

/** Erased listeners of whom something lies in the warehouse that is no younger than their erasure. */
export const LATE_SQL = `SELECT late.listener_id, UNIX_MILLIS(MAX(e.erased_at)) AS erased_at FROM (
    SELECT listener_id, received_at AS came_at FROM listens WHERE received_at >= TIMESTAMP_MILLIS(@since)
    UNION ALL SELECT listener_id, changed_at AS came_at FROM controls WHERE changed_at >= TIMESTAMP_MILLIS(@since)
    UNION ALL SELECT listener_id, served_at AS came_at FROM impressions WHERE served_at >= TIMESTAMP_MILLIS(@since)
  ) AS late
  JOIN erasures AS e ON e.listener_hash = TO_HEX(SHA256(late.listener_id)) AND late.came_at <= e.erased_at
  GROUP BY late.listener_id
  ORDER BY late.listener_id`;

/**
 * Removes what is left of listeners erased in the last two weeks. A listener who came back since keeps their row, whose
 * older cells no reader counts. Repeating it is harmless.
 */
export async function sweepErased(deps: SweepDeps): Promise<SweepResult> {
  const since = deps.now() - SWEPT_DAYS * DAY_MS;
  const erased = (await listErasures(deps.rows)).filter(({ completedAt }) => (completedAt ?? 0) >= since);
  let rows = 0;
  let documents = 0;
  for (const erasure of erased) {
    rows += await sweepRows(deps, erasure);
    for (const { forget } of deps.forgetting)
      documents += await forget(erasure.listenerHash, erasure.completedAt ?? 0);
  }
  const late = await deps.warehouse.query(LATE_SQL, { since });
  for (const { listener_id: listener, erased_at: erasedAt } of late)
    await deps.warehouse.eraseListener(String(listener), Number(erasedAt));
  return { rows, documents, listeners: late.length };
}

/** Rows are named by the first digits of the hash, so that a listener is found without their id. */
async function sweepRows({ rows }: SweepDeps, erasure: Erasure): Promise<number> {
  const { listenerHash: hash, completedAt } = erasure;
  if (completedAt === null) return 0;
  let removed = 0;
  for await (const { key, cells } of rows.scan('listeners', { prefix: `${hash.slice(0, 4)}#` })) {
    if (listenerHash(listenerOfKey(key)) !== hash) continue;
    if (cells.some(({ timestamp }) => timestamp > completedAt)) continue;
    await rows.deleteRows('listeners', [key], { unlessAfter: completedAt });
    removed += 1;
  }
  return removed;
}

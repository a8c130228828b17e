/** An erasure that a crash cut short is finished before anything is answered: its tombstone says it was wanted. */
import { createDeliveries } from '../../functions/serve/deliveries.ts';
import { eraseListener, type ForgettingDeps } from '../../functions/serve/erasure-route.ts';
import { createHistory } from '../../functions/serve/history.ts';
import { listErasures, saveErasure } from '../../shared/rows/erasures.ts';
import { listenerHash, listenerOfKey } from '../../shared/schema/rows.ts';
import type { Core } from './core.ts';

type Stores = Pick<Core, 'clock' | 'listeners' | 'rows' | 'topics'> &
  ForgettingDeps & {
    readonly warehouse: Pick<Core['warehouse'], 'append' | 'query' | 'eraseListener'>;
  };

/** Finds the listeners of unfinished tombstones by their hash and erases what is left of them; returns how many. */
export async function resumeErasures(core: Stores): Promise<number> {
  const open = (await listErasures(core.rows)).filter(({ completedAt }) => completedAt === null);
  if (open.length === 0) return 0;
  const byHash = new Map(open.map((erasure) => [erasure.listenerHash, erasure]));
  const history = createHistory(core.warehouse);
  const deps = { ...core, history, deliveries: createDeliveries(core.topics) };
  for (const id of await knownListeners(core)) {
    const erasure = byHash.get(listenerHash(id));
    if (erasure === undefined) continue;
    await eraseListener(deps, id, erasure);
    byHash.delete(erasure.listenerHash);
  }
  for (const erasure of byHash.values())
    await saveErasure(core.rows, { ...erasure, completedAt: core.clock.now() });
  return open.length;
}

/** Every listener of whom any store still holds something. */
async function knownListeners({ rows, topics, warehouse }: Stores): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const { key } of rows.scan('listeners')) ids.add(listenerOfKey(key));
  for (const table of ['listens', 'controls', 'impressions'])
    for (const row of await warehouse.query(`SELECT DISTINCT listener_id FROM ${table}`))
      ids.add(String(row.listener_id));
  for (const { orderingKey } of await topics.deadLetters()) ids.add(orderingKey);
  return ids;
}

/** A fresh directory comes alive with a generated community; the first import of real listening takes its place. */

import type { ItemCatalogue } from '../../shared/ports/catalogue.ts';
import type { DocumentStore } from '../../shared/ports/document-store.ts';
import type { RowStore } from '../../shared/ports/row-store.ts';
import type { Warehouse } from '../../shared/ports/warehouse.ts';
import { changePointer, readPointer } from '../../shared/rows/pointer.ts';
import { listenerKey, POINTER_KEY } from '../../shared/schema/rows.ts';
import { catalogueRow, listenRow } from '../../shared/schema/table-rows.ts';
import { generateCommunity } from '../../shared/simulation/community.ts';

const COLLECTION = 'host';
const ID = 'community';
const BATCH = 20_000;

export interface CommunityState {
  /** `filling` until every event is in the warehouse; taken up again with the same seed and end after a crash. */
  readonly status: 'filling' | 'present' | 'removed';
  readonly seed: number;
  readonly endAt: number;
  readonly listenerId: string;
}

/** What is known of the community, undefined in a directory that never had one. */
export async function readCommunity(documents: DocumentStore): Promise<CommunityState | undefined> {
  return (await documents.get<CommunityState>(COLLECTION, ID))?.value;
}

export interface FillDeps {
  readonly warehouse: Pick<Warehouse, 'append'>;
  readonly documents: DocumentStore;
  readonly catalogue: ItemCatalogue;
  readonly now: () => number;
}

/** Generates it into warehouse and catalogue. Repeating after a crash adds the same events, which dedupe. */
export async function fillWithCommunity(
  { warehouse, documents, catalogue, now }: FillDeps,
  seed: number,
): Promise<CommunityState & { readonly listeners: number; readonly items: number; readonly events: number }> {
  const before = await readCommunity(documents);
  const endAt = before?.endAt ?? now();
  const { items, events, showcase } = generateCommunity({ seed: before?.seed ?? seed, endAt });
  const state: CommunityState = {
    status: 'filling',
    seed: before?.seed ?? seed,
    endAt,
    listenerId: showcase.listenerId,
  };
  await documents.put(COLLECTION, ID, state);
  await catalogue.learn(items);
  await warehouse.append('catalogue', items.map(catalogueRow));
  const listeners = new Set<string>();
  let count = 0;
  let batch = [];
  for (const event of events) {
    listeners.add(event.listenerId);
    batch.push(listenRow(event));
    count += 1;
    if (batch.length < BATCH) continue;
    await warehouse.append('listens', batch);
    batch = [];
  }
  await warehouse.append('listens', batch);
  const done: CommunityState = { ...state, status: 'present' };
  await documents.put(COLLECTION, ID, done);
  return { ...done, listeners: listeners.size, items: items.length, events: count };
}

/** As Warehouse.removeSource() chooses them. */
const GENERATED_SQL = `SELECT 'listener' AS kind, listener_id AS id
  FROM listens GROUP BY listener_id HAVING LOGICAL_OR(source = 'generated')
  UNION ALL
  SELECT 'item', item_id FROM catalogue GROUP BY item_id HAVING LOGICAL_AND(source = 'generated')`;

/**
 * Removes the generated listeners, with everything played in their name, and the generated items, and unpublishes the
 * builds that were made of them. Cut short, it is repeated whole: the warehouse, which names them, comes last.
 */
export async function removeCommunity(deps: {
  readonly rows: RowStore;
  readonly warehouse: Pick<Warehouse, 'query' | 'removeSource'>;
  readonly documents: DocumentStore;
  readonly now: () => number;
}): Promise<{ readonly listeners: number; readonly items: number } | undefined> {
  const state = await readCommunity(deps.documents);
  if (state === undefined || state.status === 'removed') return undefined;
  const generated = await deps.warehouse.query(GENERATED_SQL);
  const named = (kind: string) => generated.filter((row) => row.kind === kind).map(({ id }) => String(id));
  await deps.rows.deleteRows('listeners', named('listener').map(listenerKey));
  await deps.rows.deleteRows('catalog', named('item'));
  const pools: string[] = [];
  for await (const { key } of deps.rows.scan('pools')) if (key !== POINTER_KEY) pools.push(key);
  await deps.rows.deleteRows('pools', pools);
  // Its builds recommend what is no more: nothing is served until the next one, and no rollback leads back to them.
  if ((await readPointer(deps.rows)) !== undefined)
    await changePointer(deps.rows, deps.now(), (pointer) => ({ active: pointer?.active ?? 0, accepted: [] }));
  const { listeners, items } = await deps.warehouse.removeSource('generated');
  await deps.documents.put(COLLECTION, ID, { ...state, status: 'removed' });
  return { listeners: listeners.length, items: items.length };
}

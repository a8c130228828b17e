/** Erasure: a tombstone first, which everything honours, then every store; the receipt says what was removed where. */
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiApp } from '../../shared/api/app.ts';
import { Id } from '../../shared/api/ids.ts';
import { BEARER, problemResponses } from '../../shared/api/openapi.ts';
import { requireListener } from '../../shared/auth/principal.ts';
import { type Erasure, type StoreReceipt, saveErasure } from '../../shared/rows/erasures.ts';
import { listenerHash, listenerKey } from '../../shared/schema/rows.ts';
import type { Forgetting } from '../../shared/serving/forgetting.ts';
import type { ServeDeps } from './deps.ts';

const ReceiptSchema = z
  .object({
    receiptId: z.string(),
    listenerHash: z
      .string()
      .describe('SHA-256 of the id: all that is kept, so that nothing late brings it back.'),
    erasedAt: z.string(),
    completedAt: z.string(),
    stores: z.array(z.object({ store: z.string(), removed: z.int(), note: z.string().optional() })),
    backups: z.string(),
  })
  .openapi('ErasureReceipt');

const route = createRoute({
  method: 'delete',
  path: '/v1/listeners/{id}',
  summary: 'Erase a listener everywhere',
  security: BEARER,
  request: { params: z.object({ id: Id }) },
  responses: {
    200: { description: 'The receipt.', content: { 'application/json': { schema: ReceiptSchema } } },
    ...problemResponses(400, 401, 403, 503),
  },
});

const BACKUPS =
  'Backups taken before are not changed: they expire by the schedule of whoever keeps them, and after restoring one ' +
  'this erasure has to be repeated.';

export interface ForgettingDeps {
  readonly forgetting?: readonly Forgetting[];
}

/**
 * Erases a listener as it was asked for; repeating it is harmless. Throws what a store threw, after which it may be
 * repeated.
 */
export async function eraseListener(
  deps: Pick<ServeDeps, 'history' | 'rows' | 'deliveries' | 'clock'> & {
    readonly listeners: Pick<ServeDeps['listeners'], 'forget'>;
  } & ForgettingDeps,
  listenerId: string,
  { receiptId, erasedAt }: Pick<Erasure, 'receiptId' | 'erasedAt'>,
): Promise<Erasure> {
  const open: Erasure = {
    receiptId,
    listenerHash: listenerHash(listenerId),
    erasedAt,
    completedAt: null,
    stores: [],
  };
  await saveErasure(deps.rows, open);
  deps.listeners.forget(listenerId);
  // Deliveries under way may have looked before the tombstone was there; what they write must lie before the delete.
  await deps.deliveries.settled();
  const stores: StoreReceipt[] = [];
  // Before the rows, by which an erasure that was cut short finds its listener again.
  for (const { store, forget } of deps.forgetting ?? [])
    stores.push({ store, removed: await forget(listenerHash(listenerId)) });
  const row = await deps.rows.read('listeners', listenerKey(listenerId));
  await deps.rows.deleteRows('listeners', [listenerKey(listenerId)]);
  stores.unshift({ store: 'rows', removed: row?.cells.length ?? 0 });
  for (const [table, removed] of Object.entries(await deps.history.erase(listenerId, erasedAt)))
    stores.push({ store: `warehouse.${table}`, removed });
  stores.push(await deps.deliveries.discardDeadLetters(listenerId));
  stores.push({
    store: 'build workspaces',
    removed: 0,
    note: 'dropped with the second next build; no workspace is served from',
  });
  const done: Erasure = { ...open, stores, completedAt: deps.clock.now() };
  await saveErasure(deps.rows, done);
  return done;
}

export function addErasureRoute(app: ApiApp, deps: ServeDeps & ForgettingDeps): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    requireListener(c.get('principal'), id);
    const {
      receiptId,
      listenerHash: hash,
      erasedAt,
      completedAt,
      stores,
    } = await eraseListener(deps, id, { receiptId: deps.newId(), erasedAt: deps.clock.now() });
    return c.json(
      {
        receiptId,
        listenerHash: hash,
        erasedAt: new Date(erasedAt).toISOString(),
        completedAt: new Date(completedAt ?? erasedAt).toISOString(),
        stores: stores.map((store) => ({ ...store })),
        backups: BACKUPS,
      },
      200,
    );
  });
}

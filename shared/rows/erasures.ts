/** Tombstones of erased listeners as rows under a hash, since the id itself is personal data. */
import type { Erasures } from '../ports/erasures.ts';
import type { Row, RowStore } from '../ports/row-store.ts';
import { listenerHash, ROW_TABLES } from '../schema/rows.ts';

export interface StoreReceipt {
  readonly store: string;
  readonly removed: number;
  readonly note?: string;
}

export interface Erasure {
  readonly receiptId: string;
  /** SHA-256 of the listener id in hex. */
  readonly listenerHash: string;
  /** Epoch ms at which it was asked for. */
  readonly erasedAt: number;
  /** Epoch ms at which every store was empty: nothing received up to then comes back. Null until then. */
  readonly completedAt: number | null;
  readonly stores: readonly StoreReceipt[];
}

const CELL = { family: ROW_TABLES.erasures.tombstone, qualifier: 'erasure' } as const;
const CELL_FILTER = { family: CELL.family, qualifiers: [CELL.qualifier] };

/** While stores are being emptied nothing of the listener may come in anywhere, whenever it was received. */
const UNDER_WAY = Number.MAX_SAFE_INTEGER - 1;

function erasureOf(row: Row | undefined): Erasure | undefined {
  const cell = row?.cells[0];
  return cell === undefined ? undefined : (JSON.parse(cell.value) as Erasure);
}

/**
 * Tombstones over rows, where serving reads anyway. An erasure takes effect at its end: a build that looked at the
 * history before it was all gone has its cutoff before that end, and so is never loaded or read for the listener.
 */
export function createErasures(rows: Pick<RowStore, 'readMany'>): Erasures {
  return {
    async erasedAt(listenerIds) {
      const listeners = [...new Set(listenerIds)];
      const found = await rows.readMany('erasures', listeners.map(listenerHash), [CELL_FILTER]);
      return new Map(
        listeners.flatMap((listenerId, index) => {
          const erasure = erasureOf(found[index]);
          return erasure === undefined ? [] : [[listenerId, erasure.completedAt ?? UNDER_WAY] as const];
        }),
      );
    },
  };
}

/** The newest word about a listener's erasure. */
export async function readErasure(rows: Pick<RowStore, 'read'>, hash: string): Promise<Erasure | undefined> {
  return erasureOf(await rows.read('erasures', hash, [CELL_FILTER]));
}

/** The newest word about every erasure; `completedAt` is null where nobody wrote its end down. */
export async function listErasures(rows: Pick<RowStore, 'scan'>): Promise<Erasure[]> {
  const erasures: Erasure[] = [];
  for await (const row of rows.scan('erasures', { filters: [CELL_FILTER] })) {
    const erasure = erasureOf(row);
    if (erasure !== undefined) erasures.push(erasure);
  }
  return erasures;
}

/** Writes the tombstone, or its completion: from now on the newest word, whoever's clock was ahead before. */
export async function saveErasure(rows: Pick<RowStore, 'read' | 'write'>, erasure: Erasure): Promise<void> {
  const key = erasure.listenerHash;
  const before = await rows.read('erasures', key, [CELL_FILTER]);
  const timestamp = Math.max(erasure.completedAt ?? erasure.erasedAt, (before?.cells[0]?.timestamp ?? 0) + 1);
  await rows.write('erasures', [{ ...CELL, key, timestamp, value: JSON.stringify(erasure) }]);
}

import { describe, expect, test } from 'vitest';
import { LmdbRows } from '../../../shared/embedded/lmdb-rows.ts';
import { createErasures, saveErasure } from '../../../shared/rows/erasures.ts';
import { listenerHash } from '../../../shared/schema/rows.ts';
import { openEmbedded } from '../../contract/embedded-stores.ts';
import { withOpened } from '../../contract/opened.ts';

const tombstone = (listener: string, completedAt: number | null) => ({
  receiptId: 'r',
  listenerHash: listenerHash(listener),
  erasedAt: 100,
  completedAt,
  stores: [],
});

describe('tombstones', () => {
  test('take effect at the end of the erasure, and before it hold for everything', () =>
    withOpened(
      () => openEmbedded((environment) => new LmdbRows(environment)),
      async (rows) => {
        const erasures = createErasures(rows);
        expect(await erasures.erasedAt(['ann'])).toEqual(new Map());
        await saveErasure(rows, tombstone('ann', null));
        const open = (await erasures.erasedAt(['ann'])).get('ann') ?? 0;
        expect(open).toBeGreaterThan(Date.UTC(9999, 0));
        expect(Number.isSafeInteger(open + 1)).toBe(true);
        await saveErasure(rows, tombstone('ann', 150));
        expect(await erasures.erasedAt(['ann', 'bob', 'ann'])).toEqual(new Map([['ann', 150]]));
      },
    ));
});

import { describe, expect, test } from 'vitest';
import { LmdbDocuments } from '../../../shared/embedded/lmdb-documents.ts';
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
      () => openEmbedded((environment) => new LmdbDocuments(environment)),
      async (documents) => {
        const erasures = createErasures(documents);
        expect(await erasures.erasedAt(['ann'])).toEqual(new Map());
        await saveErasure(documents, tombstone('ann', null));
        const open = (await erasures.erasedAt(['ann'])).get('ann') ?? 0;
        expect(open).toBeGreaterThan(Date.UTC(9999, 0));
        expect(Number.isSafeInteger(open + 1)).toBe(true);
        await saveErasure(documents, tombstone('ann', 150));
        expect(await erasures.erasedAt(['ann', 'bob', 'ann'])).toEqual(new Map([['ann', 150]]));
      },
    ));
});

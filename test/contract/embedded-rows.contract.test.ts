import { LmdbRows } from '../../shared/embedded/lmdb-rows.ts';
import { openEmbedded } from './embedded-stores.ts';
import { describeRowStore } from './row-store.contract.ts';

describeRowStore('LMDB', () => openEmbedded((environment) => new LmdbRows(environment)), {
  collects: true,
  reopens: true,
});

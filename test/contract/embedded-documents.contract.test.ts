import { LmdbDocuments } from '../../shared/embedded/lmdb-documents.ts';
import { describeDocumentStore } from './document-store.contract.ts';
import { openEmbedded } from './embedded-stores.ts';

describeDocumentStore('LMDB', () => openEmbedded((environment) => new LmdbDocuments(environment)), {
  reopens: true,
});

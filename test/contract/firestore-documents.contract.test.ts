import { afterAll, beforeAll, describe } from 'vitest';
import { createFirestoreDocuments } from '../../shared/google/firestore-documents.ts';
import { type Emulator, hasEmulator, startEmulator } from '../emulators/emulators.ts';
import { describeDocumentStore } from './document-store.contract.ts';

describe.skipIf(!hasEmulator('firestore'))('on Google’s emulator', () => {
  let emulator: Emulator;
  let databases = 0;

  beforeAll(async () => {
    emulator = await startEmulator('firestore');
  });
  afterAll(() => emulator?.stop());

  describeDocumentStore(
    'Firestore',
    async () => {
      databases += 1;
      const store = createFirestoreDocuments({
        project: `contract-${databases}`,
        database: 'segue',
        emulatorHost: emulator.address,
      });
      return { store, close: () => store.close() };
    },
    { reopens: false },
  );
});

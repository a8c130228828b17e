/** Opens Firestore, whose client is the largest there is: only functions that keep documents read it. */
import { FIRESTORE_DATABASE } from '../schema/cloud.ts';
import type { FunctionEnvironment } from './environment.ts';
import { createFirestoreDocuments } from './firestore-documents.ts';

export function openDocuments({ project, emulators }: FunctionEnvironment) {
  return createFirestoreDocuments({
    project,
    database: FIRESTORE_DATABASE,
    emulatorHost: emulators.firestore,
  });
}

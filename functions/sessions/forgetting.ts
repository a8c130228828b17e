/** What sessions keep of listeners, for whoever erases one. */
import type { DocumentStore } from '../../shared/ports/document-store.ts';
import { forgetPlaylists } from '../../shared/serving/playlist-documents.ts';
import { forgetListener as forgetSessions } from '../../shared/serving/session-documents.ts';
import { forgetListener as forgetBlends } from './blend-documents.ts';

/** The stores of this function, each with the removal of everything of a listener; repeating it is harmless. */
export function createForgetting(documents: DocumentStore) {
  return [
    { store: 'sessions', forget: (listenerId: string) => forgetSessions(documents, listenerId) },
    { store: 'blends', forget: (listenerId: string) => forgetBlends(documents, listenerId) },
    { store: 'playlists', forget: (listenerId: string) => forgetPlaylists(documents, listenerId) },
  ] as const;
}

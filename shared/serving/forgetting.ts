/** What documents hold of listeners, for whoever erases one and for whoever sweeps up after it. */
import type { DocumentStore } from '../ports/document-store.ts';
import { forgetBlends } from './blend-documents.ts';
import { forgetPlaylists } from './playlist-documents.ts';
import { forgetSessions } from './session-documents.ts';

/** A store that holds listeners. */
export interface Forgetting {
  readonly store: string;
  /**
   * Removes everything of the listener of that hash that is no younger than `until` (epoch ms; all of it without), and
   * says how much that was. Repeating it is harmless.
   */
  forget(listenerHash: string, until?: number): Promise<number>;
}

export function createForgetting(documents: DocumentStore): readonly Forgetting[] {
  return [
    { store: 'sessions', forget: (hash, until) => forgetSessions(documents, hash, until) },
    { store: 'blends', forget: (hash, until) => forgetBlends(documents, hash, until) },
    { store: 'playlists', forget: (hash, until) => forgetPlaylists(documents, hash, until) },
  ];
}

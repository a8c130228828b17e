/** Sessions as documents: one per listener and session, found by the listener's hash when they are erased. */
import { isExpired, type SessionState } from '../domain/steered-session.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { listenerHash } from '../schema/rows.ts';

const COLLECTION = 'sessions';
/** Documents that an erasure lists at once: each may be close to a megabyte. */
const LISTED = 20;

const prefixOf = (listenerId: string): string => `${listenerHash(listenerId).slice(0, 16)}-`;

export interface StoredSession {
  readonly state: SessionState;
  /** Of the document; see DocumentStore. */
  readonly version: string;
}

/**
 * A listener's session; undefined where there is none, where it has expired, and where it is from before the erasure at
 * `erasedAt` (epoch ms).
 */
export async function readSession(
  documents: Pick<DocumentStore, 'get'>,
  { listenerId, sessionId }: { readonly listenerId: string; readonly sessionId: string },
  { now, erasedAt }: { readonly now: number; readonly erasedAt: number | undefined },
): Promise<StoredSession | undefined> {
  const found = await documents.get<SessionState>(COLLECTION, prefixOf(listenerId) + sessionId);
  // The prefix is part of a hash: it may be another listener's, however unlikely that is.
  if (found === undefined || found.value.listenerId !== listenerId) return undefined;
  if (isExpired(found.value, now)) return undefined;
  if (erasedAt !== undefined && found.value.createdAt <= erasedAt) return undefined;
  return { state: found.value, version: found.version };
}

/** Writes a session that is to be new: what is there in its place, expired or forgotten, gives way. Throws VersionConflict. */
export async function createSession(documents: DocumentStore, state: SessionState): Promise<string> {
  const id = prefixOf(state.listenerId) + state.id;
  const before = await documents.get<SessionState>(COLLECTION, id);
  return documents.put(COLLECTION, id, state, { ifVersion: before?.version ?? null });
}

/** Writes a session upon the version that was read. Throws VersionConflict where it was changed or removed since. */
export async function saveSession(
  documents: Pick<DocumentStore, 'put'>,
  state: SessionState,
  ifVersion: string,
): Promise<string> {
  return documents.put(COLLECTION, prefixOf(state.listenerId) + state.id, state, { ifVersion });
}

export async function removeSession(
  documents: Pick<DocumentStore, 'delete'>,
  { listenerId, sessionId }: { readonly listenerId: string; readonly sessionId: string },
): Promise<void> {
  await documents.delete(COLLECTION, prefixOf(listenerId) + sessionId);
}

/** Removes every session of a listener; returns how many. What is being written meanwhile finds its document gone. */
export async function forgetListener(
  documents: Pick<DocumentStore, 'list' | 'delete'>,
  listenerId: string,
): Promise<number> {
  const prefix = prefixOf(listenerId);
  let removed = 0;
  for (;;) {
    const found = await documents.list<SessionState>(COLLECTION, { prefix, limit: LISTED });
    for (const { id } of found) await documents.delete(COLLECTION, id);
    removed += found.length;
    if (found.length < LISTED) return removed;
  }
}

/** Sessions as documents: one per listener and session, found by the listener's hash when they are erased. */
import { isExpired, type SessionState } from '../domain/steered-session.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { listenerHash } from '../schema/rows.ts';

const COLLECTION = 'sessions';
/** Documents that an erasure lists at once: each may be close to a megabyte. */
const LISTED = 20;

const prefixOf = (listenerId: string): string => `${listenerHash(listenerId).slice(0, 16)}-`;

export interface SessionPlace {
  readonly listenerId: string;
  readonly sessionId: string;
}

/** What is stored in a session's place. */
export interface StoredSession {
  /** Undefined where there is none, where it has expired, and where it is from before its listener's erasure. */
  readonly state: SessionState | undefined;
  /** Of the document, whatever it holds; null where there is none. See DocumentStore. */
  readonly version: string | null;
}

/** Reads what is stored in a session's place. `erasedAt`: of the listener's last erasure, epoch ms. */
export async function readSessionPlace(
  documents: Pick<DocumentStore, 'get'>,
  { listenerId, sessionId }: SessionPlace,
  { now, erasedAt }: { readonly now: number; readonly erasedAt: number | undefined },
): Promise<StoredSession> {
  const found = await documents.get<SessionState>(COLLECTION, prefixOf(listenerId) + sessionId);
  if (found === undefined) return { state: undefined, version: null };
  const { value, version } = found;
  // The prefix is part of a hash: it may be another listener's, however unlikely that is.
  const isThere =
    value.listenerId === listenerId && !isExpired(value, now) && value.createdAt > (erasedAt ?? 0);
  return { state: isThere ? value : undefined, version };
}

/** A session as it may be used; undefined where readSessionPlace() finds no state. */
export async function readSession(
  documents: Pick<DocumentStore, 'get'>,
  place: SessionPlace,
  instants: { readonly now: number; readonly erasedAt: number | undefined },
): Promise<{ readonly state: SessionState } | undefined> {
  const { state } = await readSessionPlace(documents, place, instants);
  return state === undefined ? undefined : { state };
}

/** Writes a session upon the version that was read (null: none). Throws VersionConflict where that changed since. */
export async function saveSession(
  documents: Pick<DocumentStore, 'put'>,
  state: SessionState,
  ifVersion: string | null,
): Promise<void> {
  await documents.put(COLLECTION, prefixOf(state.listenerId) + state.id, state, { ifVersion });
}

export async function removeSession(
  documents: Pick<DocumentStore, 'delete'>,
  { listenerId, sessionId }: SessionPlace,
): Promise<void> {
  await documents.delete(COLLECTION, prefixOf(listenerId) + sessionId);
}

/** See Forgetting. What is being written meanwhile finds its document gone. */
export async function forgetSessions(
  documents: Pick<DocumentStore, 'list' | 'delete'>,
  hash: string,
  until: number = Number.POSITIVE_INFINITY,
): Promise<number> {
  const prefix = `${hash.slice(0, 16)}-`;
  let removed = 0;
  let after = '';
  for (;;) {
    const found = await documents.list<SessionState>(COLLECTION, {
      prefix,
      limit: LISTED,
      ...(after !== '' && { after }),
    });
    for (const { id, value } of found) {
      if (listenerHash(value.listenerId) !== hash || value.createdAt > until) continue;
      await documents.delete(COLLECTION, id);
      removed += 1;
    }
    if (found.length < LISTED) return removed;
    after = found.at(-1)?.id ?? '';
  }
}

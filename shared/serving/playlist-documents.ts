/** Saved playlists as documents: `<listenerHash>~<playlist id>`, so that an erasure finds all of a listener. */
import { hash } from 'node:crypto';
import type { SessionReason, SessionState } from '../domain/steered-session.ts';
import { type DocumentStore, VersionConflict } from '../ports/document-store.ts';
import { listenerHash } from '../schema/rows.ts';

const COLLECTION = 'playlists';
/** Documents that an erasure lists at once. */
const LISTED = 50;

export interface StoredPlaylist {
  readonly playlistId: string;
  readonly listenerId: string;
  readonly title: string;
  readonly sessionId: string;
  readonly prompt: string | null;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Ids only: descriptions are the catalogue's, and a session bounds how many it remembers. */
  readonly tracks: readonly {
    readonly itemId: string;
    readonly recordingId: string;
    readonly artistId: string | null;
    readonly turn: number;
    readonly reasons: readonly SessionReason[];
  }[];
  readonly omittedTurns: number;
}

/** One session saved under one title is one playlist, however often it is saved. */
export function playlistIdOf(sessionId: string, title: string): string {
  return `p${hash('sha256', `${sessionId}\n${title}`, 'hex').slice(0, 32)}`;
}

const documentId = (listenerId: string, playlistId: string): string =>
  `${listenerHash(listenerId)}~${playlistId}`;

/** What a session served and remembers, without what its listener last said no to. */
export function playlistOf(
  session: Pick<SessionState, 'id' | 'listenerId' | 'prompt' | 'history'>,
  title: string,
  now: number,
): StoredPlaylist {
  const { id, listenerId, prompt, history } = session;
  const lastWord = new Map(
    history.flatMap(({ feedback }) => feedback).map(({ itemId, kind }) => [itemId, kind]),
  );
  const isRefused = (itemId: string) => ['disliked', 'skipped'].includes(lastWord.get(itemId) ?? '');
  return {
    playlistId: playlistIdOf(id, title),
    listenerId,
    title,
    sessionId: id,
    prompt,
    createdAt: now,
    tracks: history.flatMap(({ turn, served }) =>
      served
        .filter(({ itemId }) => !isRefused(itemId))
        .map(({ itemId, recordingId, artistId, reasons }) => ({
          ...{ itemId, recordingId, artistId, turn, reasons },
        })),
    ),
    omittedTurns: history[0]?.turn ?? 0,
  };
}

/** The playlist; undefined where there is none or it is from before the erasure at `erasedAt` (epoch ms). */
export async function readPlaylist(
  documents: Pick<DocumentStore, 'get'>,
  { listenerId, playlistId }: { readonly listenerId: string; readonly playlistId: string },
  erasedAt: number | undefined,
): Promise<StoredPlaylist | undefined> {
  const id = documentId(listenerId, playlistId);
  const found = (await documents.get<StoredPlaylist>(COLLECTION, id))?.value;
  return found === undefined || found.createdAt <= (erasedAt ?? -1) ? undefined : found;
}

/** Keeps it unless there is one from after the erasure; returns the one that is kept, whoever wrote it. */
export async function keepPlaylist(
  documents: Pick<DocumentStore, 'get' | 'put'>,
  playlist: StoredPlaylist,
  erasedAt: number | undefined,
): Promise<StoredPlaylist> {
  const id = documentId(playlist.listenerId, playlist.playlistId);
  const before = await documents.get<StoredPlaylist>(COLLECTION, id);
  if (before !== undefined && before.value.createdAt > (erasedAt ?? -1)) return before.value;
  try {
    await documents.put(COLLECTION, id, playlist, { ifVersion: before?.version ?? null });
    return playlist;
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error;
    return (await readPlaylist(documents, playlist, erasedAt)) ?? Promise.reject(error);
  }
}

/** Removes one; that there is none is no error. */
export async function removePlaylist(
  documents: Pick<DocumentStore, 'delete'>,
  { listenerId, playlistId }: { readonly listenerId: string; readonly playlistId: string },
): Promise<void> {
  await documents.delete(COLLECTION, documentId(listenerId, playlistId));
}

/** See Forgetting. */
export async function forgetPlaylists(
  documents: Pick<DocumentStore, 'list' | 'delete'>,
  hash: string,
  until: number = Number.POSITIVE_INFINITY,
): Promise<number> {
  let removed = 0;
  let after = '';
  for (;;) {
    const found = await documents.list<StoredPlaylist>(COLLECTION, {
      prefix: `${hash}~`,
      limit: LISTED,
      ...(after !== '' && { after }),
    });
    for (const { id, value } of found) {
      if (value.createdAt > until) continue;
      await documents.delete(COLLECTION, id);
      removed += 1;
    }
    if (found.length < LISTED) return removed;
    after = found.at(-1)?.id ?? '';
  }
}

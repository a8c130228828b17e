/** The sessions app over embedded stores that survive a restart, with every store call able to fail. */
import { createSessions } from '../../../functions/sessions/handler.ts';
import { createApi } from '../../../shared/api/app.ts';
import type { SessionAnswer } from '../../../shared/api/session.ts';
import type { LmdbDocuments } from '../../../shared/embedded/lmdb-documents.ts';
import type { DocumentStore } from '../../../shared/ports/document-store.ts';
import { createSnapshotReader } from '../../../shared/rows/catalogue-snapshot.ts';
import { saveErasure } from '../../../shared/rows/erasures.ts';
import { listenerHash } from '../../../shared/schema/rows.ts';
import { ACTIVE, openServe, type Harness as Serving } from '../serve/harness.ts';
import { someLines } from '../serve/pool-text.ts';
import type { ShardItem } from '../serve/shard-text.ts';

export { ACTIVE, NOW } from '../serve/harness.ts';

type Deps = Parameters<typeof createSessions>[0];

export interface Problem {
  readonly type: string;
  readonly detail: string;
  readonly errors?: readonly { pointer: string; detail: string }[];
}

export type SessionsHarness = ReturnType<typeof openSessions>;

/** Opens it; `documents` wraps the store, and `deps` are laid over the app's own. */
export function openSessions(
  options: { documents?: (store: DocumentStore) => DocumentStore; deps?: Partial<Deps> } = {},
) {
  const serving: Serving = openServe();
  const documents = options.documents?.(serving.documents) ?? serving.documents;
  const start = () => {
    const deps: Deps = {
      ...serving.deps,
      documents,
      snapshots: createSnapshotReader(serving.deps.rows),
      rateLimits: { listener: 100_000, service: 100_000 },
      ...options.deps,
    };
    const host = createApi(deps);
    const app = createSessions(deps);
    host.route('/', app);
    return { host, app, deps };
  };
  let running = start();

  async function request<T = SessionAnswer>(
    method: string,
    path: string,
    body?: unknown,
    token: string | null = 'l:ann',
  ): Promise<{ status: number; body: T & Problem }> {
    const response = await running.host.request(path, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token !== null && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as T & Problem };
  }

  return {
    ...serving,
    documents: serving.documents as LmdbDocuments,
    app: () => running.app,
    request,
    begin: (body: unknown, token?: string | null) => request('POST', '/v1/sessions', body, token),
    turn: (id: string, body: unknown, token?: string | null) =>
      request('POST', `/v1/sessions/${id}/turns`, body, token),
    /** As after a restart: nothing is left in memory but what the stores hold. */
    restart: () => {
      running = start();
    },
    erase: (listenerId: string, completedAt: number | null) =>
      saveErasure(serving.rows, {
        receiptId: 'r',
        listenerHash: listenerHash(listenerId),
        erasedAt: serving.clock.now(),
        completedAt,
        stores: [],
      }),
  };
}

/** A catalogue of five genres, twenty artists each, every artist with the same number of tracks. */
export function someCatalogue(tracks = 600): ShardItem[] {
  const genres = ['rock', 'jazz', 'ambient', 'metal', 'disco'];
  return Array.from({ length: tracks }, (_, i) => {
    const genre = i % genres.length;
    const artist = `${genres[genre]}-artist-${Math.floor(i / genres.length) % 20}`;
    return {
      item: `track-${i}`,
      recording: `rec-${i}`,
      title: `Title ${i}`,
      artist: `The ${artist}`,
      artistId: artist,
      genres: [genres[genre] as string],
      tempo: 80 + genre * 20,
      energy: 0.1 + genre * 0.2,
      valence: 0.5,
      key: i % 12,
      mode: i % 2,
      year: 1970 + (i % 50),
      durationMs: 200_000,
      popularity: 1000 - Math.floor((1000 * i) / tracks),
    };
  });
}

/** A published build with someCatalogue() and a pool of ann's. */
export async function fill(
  h: SessionsHarness,
  catalogue: readonly ShardItem[] = someCatalogue(),
): Promise<void> {
  await h.putCatalogue(ACTIVE, catalogue, 250);
  await h.putPool('ann', ACTIVE, someLines('own', 40, { evidence: 'c900' }));
  await h.putPopular(ACTIVE, someLines('pop', 40));
  await h.publishBuilds(ACTIVE);
}

export const itemsOf = ({ items }: Pick<SessionAnswer, 'items'>): string[] =>
  items.map(({ itemId }) => itemId);
export { someLines };

/** A session saved as a playlist, which outlives it. */
import { createRoute, z } from '@hono/zod-openapi';
import { accepts } from 'hono/accepts';
import type { ApiApp } from '../../shared/api/app.ts';
import { limitBody } from '../../shared/api/body.ts';
import { Id } from '../../shared/api/ids.ts';
import { JSPF_TYPE, jspfSchema } from '../../shared/api/jspf.ts';
import { answered } from '../../shared/api/on-demand.ts';
import { BEARER, problemResponses } from '../../shared/api/openapi.ts';
import {
  type Playlist,
  PlaylistId,
  PlaylistRequestSchema,
  PlaylistSchema,
  playlistAsJspf,
} from '../../shared/api/playlist.ts';
import { requireListener } from '../../shared/auth/principal.ts';
import { InvalidInput, NotFound, TransientError } from '../../shared/errors.ts';
import { VersionConflict } from '../../shared/ports/document-store.ts';
import {
  keepPlaylist,
  playlistIdOf,
  playlistOf,
  readPlaylist,
  removePlaylist,
  type StoredPlaylist,
} from '../../shared/serving/playlist-documents.ts';
import { type Reading, startReading } from '../../shared/serving/reading.ts';
import type { SessionDeps } from './deps.ts';
import { findSession } from './writing.ts';

const MAX_BYTES = 16_384;

/** The paths below, for middleware. */
export const PLAYLIST_PATHS = ['/v1/listeners/:id/playlists', '/v1/listeners/:id/playlists/*'] as const;

const save = createRoute({
  method: 'post',
  path: '/v1/listeners/{id}/playlists',
  summary: 'Save what a session served as a playlist',
  description: 'Saving a session under the same title again answers with the playlist as it was saved first.',
  security: BEARER,
  middleware: [limitBody(MAX_BYTES)] as const,
  request: {
    params: z.object({ id: Id }),
    body: { content: { 'application/json': { schema: PlaylistRequestSchema } }, required: true },
  },
  responses: {
    200: { description: 'The playlist.', content: { 'application/json': { schema: PlaylistSchema } } },
    ...problemResponses(400, 401, 403, 404, 413, 415, 429, 503),
  },
});

const read = createRoute({
  method: 'get',
  path: '/v1/listeners/{id}/playlists/{playlistId}',
  summary: 'A saved playlist',
  security: BEARER,
  request: { params: z.object({ id: Id, playlistId: PlaylistId }) },
  responses: {
    200: {
      description: 'The playlist.',
      content: { 'application/json': { schema: PlaylistSchema }, [JSPF_TYPE]: answered(jspfSchema) },
    },
    ...problemResponses(400, 401, 403, 404, 429, 503),
  },
});

type Deps = Pick<SessionDeps, 'documents' | 'erasures' | 'catalogue' | 'clock'>;

/** Adds the routes; the app authenticates PLAYLIST_PATHS. */
export function addPlaylistRoutes(app: ApiApp, deps: Deps): void {
  app.openapi(save, async (c) => {
    const { id: listenerId } = c.req.valid('param');
    requireListener(c.get('principal'), listenerId);
    const saved = await savePlaylist(deps, { listenerId, ...c.req.valid('json') });
    c.header('cache-control', 'no-store');
    return c.json(await describe(deps, startReading(deps.clock.now(), c.get('logger')), saved), 200);
  });

  app.openapi(read, async (c) => {
    const { id: listenerId, playlistId } = c.req.valid('param');
    requireListener(c.get('principal'), listenerId);
    const found = await readPlaylist(
      deps.documents,
      { listenerId, playlistId },
      await erasedAt(deps, listenerId),
    );
    if (found === undefined) throw new NotFound('There is no such playlist.');
    const playlist = await describe(deps, startReading(deps.clock.now(), c.get('logger')), found);
    c.header('cache-control', 'no-store');
    c.header('vary', 'accept');
    const supports = ['application/json', JSPF_TYPE];
    if (accepts(c, { header: 'Accept', supports, default: 'application/json' }) === JSPF_TYPE)
      return c.json(playlistAsJspf(playlist), 200, { 'content-type': JSPF_TYPE });
    return c.json(playlist, 200);
  });
}

async function erasedAt({ erasures }: Pick<Deps, 'erasures'>, listenerId: string) {
  return (await erasures.erasedAt([listenerId])).get(listenerId);
}

/**
 * The playlist of a session and a title, as it was saved first. Throws NotFound where there is neither playlist nor
 * session, InvalidInput where the session served nothing to keep, TransientError while the listener is being erased.
 */
async function savePlaylist(
  deps: Deps,
  { listenerId, sessionId, title }: { listenerId: string; sessionId: string; title: string },
): Promise<StoredPlaylist> {
  const { documents, clock } = deps;
  const erased = await erasedAt(deps, listenerId);
  const playlistId = playlistIdOf(sessionId, title);
  const known = await readPlaylist(documents, { listenerId, playlistId }, erased);
  if (known !== undefined) return known;
  const now = clock.now();
  const playlist = playlistOf(await findSession(deps, { listenerId, sessionId }), title, now);
  if (playlist.tracks.length === 0)
    throw new InvalidInput([{ pointer: '/sessionId', detail: 'has no tracks that could be saved' }]);
  if (now <= (erased ?? -1)) throw new TransientError('The listener is being erased.');
  const kept = await keepPlaylist(documents, playlist, erased).catch((error: unknown) => {
    if (!(error instanceof VersionConflict)) throw error;
    throw new TransientError('The playlist was removed while it was saved.', { cause: error });
  });
  // A new document stands in no erasure's way, so whether there was one is asked once more when it is there.
  if (kept.createdAt > ((await erasedAt(deps, listenerId)) ?? -1)) return kept;
  await removePlaylist(documents, { listenerId, playlistId });
  throw new TransientError('The listener was erased meanwhile.');
}

/** Titles as the catalogue has them now; where it cannot be read, ids alone. */
async function describe(
  { catalogue }: Pick<Deps, 'catalogue'>,
  reading: Reading,
  playlist: StoredPlaylist,
): Promise<Playlist> {
  const ids = playlist.tracks.map(({ itemId }) => itemId);
  const items = await reading.attempt('catalogue', () => catalogue.get(ids), new Map());
  return {
    ...playlist,
    createdAt: new Date(playlist.createdAt).toISOString(),
    tracks: playlist.tracks.map(({ reasons, ...track }, position) => {
      const item = items.get(track.itemId);
      return {
        ...track,
        position,
        title: item?.title ?? null,
        artist: item?.artist ?? null,
        album: item?.album ?? null,
        durationMs: item?.durationMs ?? null,
        reasons: [...reasons],
      };
    }),
    degraded: [...reading.degraded].sort(),
  };
}

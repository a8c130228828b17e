/** What agents can do: the tools, each over the API that apps use. */

import type { z } from 'zod';
import { AGENT_TOOL_SCHEMAS } from '../../shared/api/agent-tools.ts';
import type { PlaylistRequestSchema } from '../../shared/api/playlist.ts';
import type { Session } from '../../shared/api/session.ts';
import { defineTool, type Tool } from './tool.ts';

const READS = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
/** With an id of the caller's own the same call changes nothing more; without one it does. */
const ADDS = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false };
const SESSION_POINTERS = { '/path/id': '/sessionId', '/query/listenerId': '/listenerId' };
const LISTENER_POINTERS = { '/path/id': '/listenerId' };
const TURNS = 5;

const ofListener = (listenerId: string, path: string) =>
  `/v1/listeners/${encodeURIComponent(listenerId)}/${path}`;
const ofSession = (sessionId: string) => `/v1/sessions/${encodeURIComponent(sessionId)}`;
const count = (many: number, what: string) => `${many} ${what}${many === 1 ? '' : 's'}`;

const search = defineTool({
  name: 'search',
  title: 'Search the catalogue',
  description: 'Finds tracks, artists, shows and episodes by name, ordered for the listener.',
  annotations: READS,
  schemas: AGENT_TOOL_SCHEMAS.search,
  pointers: {
    '/query/q': '/query',
    '/query/kinds': '/kinds',
    '/query/limit': '/limit',
    '/query/listener': '/listenerId',
  },
  run: ({ query, kinds, limit }, listener, { api }) =>
    api.get('/v1/search', { q: query, kinds: kinds?.join(','), limit, listener }),
  tell: ({ results }) =>
    Object.entries(results)
      .map(([kind, hits]) => count(hits?.length ?? 0, kind))
      .join(', '),
});

const getTasteProfile = defineTool({
  name: 'get_taste_profile',
  title: "The listener's taste",
  description: 'What the listener likes and did lately, and what they ruled out.',
  annotations: READS,
  schemas: AGENT_TOOL_SCHEMAS.get_taste_profile,
  pointers: LISTENER_POINTERS,
  run: (_, listenerId, { api }) => api.get(ofListener(listenerId, 'profile')),
  tell: ({ counts }) => `${count(counts.plays, 'play')} of ${count(counts.recordings, 'recording')}.`,
});

const createSession = defineTool({
  name: 'create_session',
  title: 'Begin a session',
  description:
    'Begins music that goes on, from a prompt, a brief, tracks or artists, and serves its first tracks. `unmet` and ' +
    '`unread` say what of the wish could not be had.',
  annotations: ADDS,
  schemas: AGENT_TOOL_SCHEMAS.create_session,
  pointers: {
    '/seed/prompt': '/prompt',
    '/seed/brief': '/brief',
    '/seed/tracks': '/seedTracks',
    '/seed/artists': '/seedArtists',
  },
  run: ({ sessionId, prompt, brief, seedTracks, seedArtists, count: most }, listenerId, { api }) => {
    const seed = { prompt, brief, tracks: seedTracks, artists: seedArtists };
    return api.post('/v1/sessions', { sessionId, listenerId, seed, count: most });
  },
  tell: ({ sessionId, items }) => `${count(items.length, 'track')}; session ${sessionId}.`,
});

const steerSession = defineTool({
  name: 'steer_session',
  title: 'Go on with a session',
  description:
    'Tells a session what was played, skipped, saved or disliked and what to change, and serves its next tracks. A ' +
    'dislike holds everywhere from then on.',
  annotations: ADDS,
  schemas: AGENT_TOOL_SCHEMAS.steer_session,
  pointers: { ...SESSION_POINTERS, '/steer': '/instruction' },
  run: ({ listenerId: _, sessionId, turnId, instruction, ...rest }, listenerId, { api, newId }) =>
    api.post(
      `${ofSession(sessionId)}/turns`,
      { ...rest, turnId: turnId ?? newId(), steer: instruction },
      { listenerId },
    ),
  tell: ({ sessionId, turn, items }) =>
    `${count(items.length, 'track')}; turn ${turn} of session ${sessionId}.`,
});

const getSession = defineTool({
  name: 'get_session',
  title: 'Look at a session',
  description: 'What a session has become: its brief, what it leans to, its latest turns.',
  annotations: READS,
  schemas: AGENT_TOOL_SCHEMAS.get_session,
  pointers: SESSION_POINTERS,
  run: async ({ sessionId, turns = TURNS }, listenerId, { api }) => {
    const session = (await api.get(ofSession(sessionId), { listenerId })) as Session;
    const latest = turns === 0 ? [] : session.history.slice(-turns);
    const history = latest.map((turn) => ({ ...turn, served: turn.served.map(({ itemId }) => itemId) }));
    return { ...session, history };
  },
  tell: ({ sessionId, turns, tracks }) =>
    `Session ${sessionId}: ${count(turns, 'turn')}, ${count(tracks, 'track')}.`,
});

const explain = defineTool({
  name: 'explain',
  title: 'Why this track',
  description:
    'Why a track was served: its sources, the tracks and artists that led there, scores, the notion of discovery, and ' +
    'what of the brief spoke for it or gave way.',
  annotations: READS,
  schemas: AGENT_TOOL_SCHEMAS.explain,
  pointers: { ...LISTENER_POINTERS, '/query/itemId': '/itemId', '/query/sessionId': '/sessionId' },
  run: ({ itemId, sessionId }, listenerId, { api }) =>
    api.get(ofListener(listenerId, 'explanation'), { itemId, sessionId }),
  tell: ({ served, sources, reasons }) =>
    `From ${served.surface}: ${count(sources.length, 'source')}, ${count(reasons.length, 'reason')}.`,
});

const savePlaylist = defineTool({
  name: 'save_playlist',
  title: 'Save a session as a playlist',
  description:
    'Keeps what a session served, without what was disliked or skipped there. Saving under the same title again gives ' +
    'the playlist as it was saved first.',
  annotations: { ...ADDS, idempotentHint: true },
  schemas: AGENT_TOOL_SCHEMAS.save_playlist,
  pointers: LISTENER_POINTERS,
  run: ({ sessionId, title }, listenerId, { api }) => {
    const request: z.input<typeof PlaylistRequestSchema> = { sessionId, title };
    return api.post(ofListener(listenerId, 'playlists'), request);
  },
  tell: ({ playlistId, tracks }) => `${count(tracks.length, 'track')}; playlist ${playlistId}.`,
});

export const TOOLS: readonly Tool[] = [
  search,
  getTasteProfile,
  createSession,
  steerSession,
  getSession,
  explain,
  savePlaylist,
];

/** Playlists that were saved out of a session: what is asked for and what is answered, as JSON and as JSPF. */
import { z } from '@hono/zod-openapi';
import { answerItemSchema } from './answer.ts';
import { Id } from './ids.ts';
import { type Jspf, PLAYLIST_EXTENSION, TRACK_EXTENSION, uriOf } from './jspf.ts';
import { ReasonSchema, SessionId } from './session.ts';

const MAX_TITLE = 200;

export const PlaylistId = z.string().regex(/^p[\da-f]{32}$/, 'must be the id of a playlist');

export const PlaylistTitle = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(MAX_TITLE, `must be at most ${MAX_TITLE} characters`);

export const PlaylistRequestSchema = z
  .strictObject({ sessionId: SessionId, title: PlaylistTitle })
  .openapi('PlaylistRequest');

const { itemId, recordingId, title, artist, artistId, album, durationMs } = answerItemSchema().shape;

export const PlaylistSchema = z
  .object({
    playlistId: PlaylistId,
    listenerId: Id,
    title: z.string(),
    sessionId: z.string(),
    prompt: z.string().nullable().describe('What the session began with, if it began with words.'),
    createdAt: z.string(),
    tracks: z
      .array(
        z.object({
          position: z.int().describe('Zero-based.'),
          ...{ itemId, recordingId, title, artist, artistId, album, durationMs },
          turn: z.int().describe('Of the session, that served it.'),
          reasons: z.array(ReasonSchema),
        }),
      )
      .describe('What the session served, in that order, without what was disliked or skipped there.'),
    omittedTurns: z.int().describe('The first turns of a long session, which it no longer remembers.'),
    degraded: z.array(z.string()).describe('Parts that could not be read; empty when all is well.'),
  })
  .openapi('Playlist');
export type Playlist = z.infer<typeof PlaylistSchema>;

/** A playlist for players that exist; what Segue alone knows is in MusicBrainz's extension. */
export function playlistAsJspf(playlist: Playlist): Jspf {
  const { playlistId, title, sessionId, prompt, createdAt, tracks, omittedTurns, degraded } = playlist;
  return {
    playlist: {
      title,
      creator: 'Segue',
      annotation: 'Saved from a session.',
      identifier: `urn:segue:playlist:${playlistId}`,
      date: createdAt,
      track: tracks.map((track) => ({
        title: track.title ?? track.itemId,
        ...(track.artist !== null && { creator: track.artist }),
        ...(track.album !== null && { album: track.album }),
        ...(track.durationMs !== null && { duration: track.durationMs }),
        identifier: [uriOf(track.itemId)],
        extension: {
          [TRACK_EXTENSION]: {
            additional_metadata: {
              position: track.position,
              recordingId: track.recordingId,
              turn: track.turn,
              reasons: track.reasons,
            },
          },
        },
      })),
      extension: {
        [PLAYLIST_EXTENSION]: { additional_metadata: { sessionId, prompt, omittedTurns, degraded } },
      },
    },
  };
}

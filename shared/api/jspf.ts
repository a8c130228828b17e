/** Playlists for players that exist: JSPF, with the reasons in MusicBrainz's extension. */
import { z } from '@hono/zod-openapi';
import type { Answer, AnswerItem } from './answer.ts';
import { onDemand } from './on-demand.ts';

export const JSPF_TYPE = 'application/jspf+json';
export const PLAYLIST_EXTENSION = 'https://musicbrainz.org/doc/jspf#playlist';
export const TRACK_EXTENSION = 'https://musicbrainz.org/doc/jspf#track';

export const jspfSchema = onDemand(() => {
  const Extension = z.record(
    z.string(),
    z.object({ additional_metadata: z.record(z.string(), z.unknown()) }),
  );
  return z
    .object({
      playlist: z.object({
        title: z.string(),
        creator: z.string(),
        annotation: z.string(),
        identifier: z.string(),
        date: z.string(),
        track: z.array(
          z.object({
            title: z.string(),
            creator: z.string().optional(),
            album: z.string().optional(),
            duration: z.int().optional().describe('Milliseconds.'),
            identifier: z.array(z.string()).describe('URIs.'),
            extension: Extension,
          }),
        ),
        extension: Extension,
      }),
    })
    .openapi('Jspf');
});

export type Jspf = z.infer<ReturnType<typeof jspfSchema>>;

const MBID = /^mbid:([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i;
/** URIs of known schemes, in the characters of RFC 3986: an id comes from whoever submitted it. */
const URI = /^(?:https?:\/\/|spotify:|urn:)(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[\da-f]{2})+$/i;

/** Ids that are URIs stay as they are; others become URNs of this system. */
export function uriOf(id: string): string {
  const mbid = MBID.exec(id)?.[1];
  if (mbid !== undefined) return `https://musicbrainz.org/recording/${mbid}`;
  return URI.test(id) ? id : `urn:segue:item:${encodeURIComponent(id)}`;
}

function trackOf(item: AnswerItem): Jspf['playlist']['track'][number] {
  const {
    source,
    sources,
    seedTracks,
    seedArtists,
    notion,
    score,
    scoreParts,
    propensity,
    impressionId,
    position,
  } = item;
  return {
    title: item.title ?? item.itemId,
    ...(item.artist !== null && { creator: item.artist }),
    ...(item.album !== null && { album: item.album }),
    ...(item.durationMs !== null && { duration: item.durationMs }),
    identifier: [uriOf(item.itemId)],
    extension: {
      [TRACK_EXTENSION]: {
        additional_metadata: {
          source,
          sources,
          seedTracks,
          seedArtists,
          notion,
          score,
          scoreParts,
          propensity,
          impressionId,
          position,
        },
      },
    },
  };
}

/** An answer as a playlist. `title` is what a listener reads. */
export function toJspf(answer: Answer, title: string): Jspf {
  const { surface, basis, build, ranking, impressionId, degraded } = answer;
  return {
    playlist: {
      title,
      creator: 'Segue',
      annotation: `Based on ${basis === 'build' ? 'your listening' : basis}.`,
      identifier: `urn:segue:impression:${impressionId}`,
      date: answer.generatedAt,
      track: answer.items.map(trackOf),
      extension: {
        [PLAYLIST_EXTENSION]: {
          additional_metadata: { surface, basis, build, ranking, impressionId, degraded },
        },
      },
    },
  };
}

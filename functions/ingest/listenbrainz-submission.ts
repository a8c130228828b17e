/** Listens as ListenBrainz clients submit them, turned into events by the same rules as an imported export. */
import { z } from '@hono/zod-openapi';
import { MAX_DURATION_MS, type SubmittedEvent, timeProblem } from '../../shared/api/events.ts';
import { fieldProblems } from '../../shared/api/problem.ts';
import { InvalidInput, TooLarge } from '../../shared/errors.ts';
import { ListenMaker } from '../../shared/import/listen.ts';
import { convertListenBrainzListen } from '../../shared/import/listenbrainz.ts';

export const SOURCE = 'listenbrainz';
export const MAX_LISTENS = 1_000;
export const MAX_LISTEN_BYTES = 10_240;
export const MAX_SUBMISSION_BYTES = MAX_LISTENS * MAX_LISTEN_BYTES;

export const SubmissionSchema = z
  .object({
    listen_type: z.enum(['single', 'playing_now', 'import']),
    payload: z
      .array(
        z.looseObject({
          listened_at: z.unknown().optional().openapi({ type: 'integer', description: 'Epoch seconds.' }),
          track_metadata: z.unknown().openapi({
            type: 'object',
            required: ['artist_name', 'track_name'],
            properties: {
              artist_name: { type: 'string' },
              track_name: { type: 'string' },
              release_name: { type: 'string' },
              additional_info: { type: 'object' },
            },
          }),
        }),
      )
      .min(1, 'must hold at least one listen'),
  })
  .openapi('ListenBrainzSubmission');

export type Submission = z.infer<typeof SubmissionSchema>;

/** Checks a submission's frame. Throws InvalidInput, and TooLarge beyond 1,000 listens. */
export function parseSubmission(body: unknown): Submission {
  const parsed = SubmissionSchema.safeParse(body);
  if (!parsed.success) throw new InvalidInput(fieldProblems(parsed.error));
  const { listen_type: type, payload } = parsed.data;
  if (payload.length > MAX_LISTENS)
    throw new TooLarge(`${payload.length} listens are more than the ${MAX_LISTENS} one submission may have.`);
  if (type !== 'import' && payload.length !== 1)
    throw new InvalidInput([{ pointer: '/payload', detail: `${type} must hold exactly one listen` }]);
  return parsed.data;
}

export type ConvertedListen =
  | { readonly event: SubmittedEvent; readonly problem?: never }
  | { readonly event?: never; readonly problem: string };

const isTooLong = (ms: number | null): boolean => ms !== null && ms > MAX_DURATION_MS;

/**
 * One listen as an event of the listener. The id is derived from listener, time, artist and title, so that the same
 * listen submitted again, or imported from an export later, is the same event.
 */
export function convertListen(listen: unknown, listenerId: string, now: number): ConvertedListen {
  const bytes = Buffer.byteLength(JSON.stringify(listen));
  if (bytes > MAX_LISTEN_BYTES) return { problem: `is larger than ${MAX_LISTEN_BYTES} bytes` };
  // A maker of its own: it would number identical listens of one submission as if they were several.
  const converted = convertListenBrainzListen(listen, new ListenMaker(SOURCE, listenerId, now));
  if ('skip' in converted) return { problem: converted.skip };
  if (!('event' in converted)) return { problem: 'is no listen' };
  const { event, item } = converted;
  const wrongTime = timeProblem(event.occurredAt, now);
  if (wrongTime !== undefined) return { problem: `listened_at ${wrongTime}` };
  if (isTooLong(event.msPlayed) || isTooLong(event.durationMs))
    return { problem: 'names a duration of more than 24 hours' };
  return {
    event: {
      type: event.type,
      eventId: event.eventId,
      listenerId,
      itemId: event.itemId,
      occurredAt: event.occurredAt,
      msPlayed: event.msPlayed,
      durationMs: event.durationMs,
      skipped: event.skipped,
      context: event.context,
      metadata: item && {
        title: item.title,
        artist: item.artist,
        album: item.album,
        durationMs: item.durationMs,
        isrc: item.isrc,
        mbid: item.mbid,
        popularity: item.popularity,
        releasedAt: item.releasedAt,
      },
    },
  };
}

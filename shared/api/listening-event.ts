/** A ListeningEvent as it travels in the topic `listens`: JSON, checked again by whoever reads it. */
import { z } from 'zod';
import { EVENT_TYPES, EVENT_VERSION, type ListeningEvent } from '../domain/event.ts';
import { messageOf } from '../errors.ts';
import { fieldProblems } from './problem.ts';

const Id = z.string().regex(/^[\x20-\x7e]{1,128}$/, 'must be 1 to 128 bytes of printable ASCII');
const Milliseconds = z.int().nonnegative();

const Wire = z.object({
  version: z.literal(EVENT_VERSION),
  type: z.enum(EVENT_TYPES),
  eventId: Id,
  listenerId: Id,
  itemId: Id,
  recordingId: Id,
  artistId: Id.nullable(),
  occurredAt: z.int(),
  receivedAt: Milliseconds,
  msPlayed: Milliseconds.nullable(),
  durationMs: Milliseconds.nullable(),
  skipped: z.boolean(),
  plays: z.int().positive(),
  private: z.boolean(),
  context: z.object({
    surface: z.string().exactOptional(),
    sessionId: z.string().exactOptional(),
    playlistId: z.string().exactOptional(),
    position: z.int().nonnegative().exactOptional(),
    impressionId: z.string().exactOptional(),
  }),
  source: z.string().min(1).max(128),
}) satisfies z.ZodType<ListeningEvent>;

export type ParsedMessage =
  | { readonly event: ListeningEvent; readonly reason?: never }
  | { readonly event?: never; readonly reason: string };

/** Reads a message of the topic `listens`; `reason` says what is wrong with one that can never be read. */
export function parseListeningEvent(data: string): ParsedMessage {
  let raw: unknown;
  try {
    raw = JSON.parse(data);
  } catch (error) {
    return { reason: `not JSON: ${messageOf(error).slice(0, 80)}` };
  }
  const version = (raw as { version?: unknown } | null)?.version;
  if (version !== undefined && version !== EVENT_VERSION)
    return {
      reason: `unknown event version ${JSON.stringify(version).slice(0, 20)}; known: ${EVENT_VERSION}`,
    };
  const parsed = Wire.safeParse(raw);
  if (parsed.success) return { event: parsed.data };
  const problems = fieldProblems(parsed.error).map(({ pointer, detail }) => `${pointer || '/'}: ${detail}`);
  return { reason: `not a listening event: ${problems.join('; ').slice(0, 500)}` };
}

/** Batches of events: a JSON array, {"events": […]} or one JSON value a line; a bad event never costs a good one. */
import { z } from '@hono/zod-openapi';
import { InvalidInput, messageOf, TooLarge } from '../errors.ts';
import { EventSchema } from './events.ts';
import { parseJson } from './json.ts';
import type { FieldProblem } from './problem.ts';

export const MAX_BATCH_EVENTS = 1_000;
export const MAX_BATCH_BYTES = 1_048_576;

export const JSON_TYPES = ['', 'application/json'];
export const NDJSON_TYPES = ['application/x-ndjson', 'application/ndjson', 'application/jsonl'];

/** One event of a batch as it was sent, or why it could not even be read. */
export interface BatchEntry {
  readonly index: number;
  /** 1-based line of an NDJSON body. */
  readonly line?: number;
  /** JSON pointer to the event in the body; in NDJSON `/<index>`. */
  readonly pointer: string;
  readonly raw: unknown;
  readonly unreadable?: string;
}

export interface Rejection {
  readonly index: number;
  readonly line?: number;
  readonly eventId?: string;
  readonly errors: readonly FieldProblem[];
}

const RejectionSchema = z.object({
  index: z.int().openapi({ description: 'Zero-based place in the batch.' }),
  line: z.int().optional().openapi({ description: 'Line of an NDJSON body, from 1.' }),
  eventId: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })),
});

export const BatchSchema = z.union([z.array(EventSchema), z.object({ events: z.array(EventSchema) })]);

export const BatchAnswerSchema = z
  .object({
    accepted: z.int().openapi({ description: 'Events that are durable now.' }),
    duplicates: z.int().openapi({ description: 'Repeats within the batch.' }),
    rejected: z.array(RejectionSchema),
    ignoredFields: z
      .array(z.string())
      .optional()
      .openapi({ description: 'Fields that nothing here reads (at most 20), as pointers below an event.' }),
  })
  .openapi('EventsAccepted');

function tooMany(count: number): TooLarge {
  return new TooLarge(`${count} events are more than the ${MAX_BATCH_EVENTS} a batch may have.`);
}

function splitLines(text: string): BatchEntry[] {
  const entries: BatchEntry[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const index = entries.length;
    const place = { index, line: i + 1, pointer: `/${index}` };
    try {
      entries.push({ ...place, raw: parseJson(line) });
    } catch (error) {
      // The place within its line; the rejection names the line itself.
      const unreadable = error instanceof InvalidInput ? error.problems[0]?.detail : messageOf(error);
      entries.push({ ...place, raw: undefined, unreadable: unreadable ?? 'this is not JSON' });
    }
  }
  return entries;
}

function splitDocument(text: string): BatchEntry[] {
  const body = parseJson(text);
  if (Array.isArray(body)) return body.map((raw, index) => ({ index, pointer: `/${index}`, raw }));
  const events = (body as { events?: unknown } | null)?.events;
  if (Array.isArray(events)) return events.map((raw, index) => ({ index, pointer: `/events/${index}`, raw }));
  const detail = 'must be an array of events, or an object whose member "events" is one';
  const isObject = typeof body === 'object' && body !== null;
  throw new InvalidInput([{ pointer: isObject ? '/events' : '', detail }]);
}

/**
 * Takes a body apart into its events, unchecked. Throws InvalidInput for a body that is no batch or an empty one,
 * TooLarge beyond 1,000 events.
 */
export function splitBatch(text: string, format: 'json' | 'ndjson'): readonly BatchEntry[] {
  const entries = format === 'ndjson' ? splitLines(text) : splitDocument(text);
  if (entries.length > MAX_BATCH_EVENTS) throw tooMany(entries.length);
  if (entries.length === 0) throw new InvalidInput([{ pointer: '', detail: 'the batch has no events' }]);
  return entries;
}

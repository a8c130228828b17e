/** The public event: what producers send to POST /v1/events, checked field by field. */
import { z } from '@hono/zod-openapi';
import { EVENT_TYPES, EVENT_VERSION, type EventContext, type EventType } from '../domain/event.ts';
import { FIRST_RECORDING_YEAR, releaseDayOf } from '../domain/release-day.ts';
import { Id } from './ids.ts';
import { type FieldProblem, fieldProblems, pointerTo } from './problem.ts';

/** No listen and no recording lasts longer. */
export const MAX_DURATION_MS = 86_400_000;
/** Clocks of producers may run ahead by this much. */
export const MAX_AHEAD_MS = 600_000;
/** Before this nobody streamed: such a time is a mistake, most often seconds sent as milliseconds. */
export const EARLIEST_MS = Date.UTC(2000, 0, 1);

const Milliseconds = z
  .int()
  .min(0, 'must not be negative')
  .max(MAX_DURATION_MS, `must be at most ${MAX_DURATION_MS} (24 h)`);

const Text = z.string().min(1).max(512);

const OccurredAt = z
  .union([z.iso.datetime({ offset: true }), z.int()], {
    error: 'must be an ISO 8601 time with Z or an offset, or whole epoch milliseconds',
  })
  .openapi({ example: '2026-11-01T12:00:00Z' });

export const ContextSchema = z.object({
  surface: Id.nullish(),
  sessionId: Id.nullish(),
  playlistId: Id.nullish(),
  position: z.int().min(0, 'must not be negative').nullish(),
  impressionId: Id.nullish(),
});

export const MetadataSchema = z.object({
  title: Text.nullish(),
  artist: Text.nullish(),
  album: Text.nullish(),
  durationMs: Milliseconds.nullish(),
  isrc: z
    .string()
    .regex(/^[A-Za-z]{2}-?[A-Za-z0-9]{3}-?\d{2}-?\d{5}$/, 'must be an ISRC')
    .nullish(),
  mbid: z.guid('must be a MusicBrainz id').nullish(),
  popularity: z
    .int('must be a whole number from 0 to 100')
    .min(0, 'must not be negative')
    .max(100, 'must be at most 100')
    .nullish()
    .openapi({ description: 'How popular its source says it is; 100 is the most popular.' }),
  releaseDate: z.iso
    .date('must be a date YYYY-MM-DD')
    .nullish()
    .openapi({ description: 'The day it first came out.', example: '2026-11-20' }),
});

export const EventSchema = z
  .object({
    version: z
      .literal(EVENT_VERSION, { error: `unknown event version; this server knows ${EVENT_VERSION}` })
      .optional(),
    type: z.enum(EVENT_TYPES),
    eventId: Id.openapi({
      description: 'Unique among all events of all listeners; repeating it is harmless.',
    }),
    listenerId: Id,
    itemId: Id,
    occurredAt: OccurredAt,
    msPlayed: Milliseconds.nullish().openapi({
      description: 'Left out of a listen: a scrobble, which is a play.',
    }),
    durationMs: Milliseconds.nullish(),
    skipped: z.boolean().nullish(),
    context: ContextSchema.nullish(),
    metadata: MetadataSchema.nullish().openapi({
      description: 'Describes an item the catalogue may not know.',
    }),
  })
  .openapi('Event', { description: 'Fields that are not known are ignored, and named in the answer.' });

export interface ItemMetadata {
  readonly title: string | null;
  readonly artist: string | null;
  readonly album: string | null;
  readonly durationMs: number | null;
  readonly isrc: string | null;
  readonly mbid: string | null;
  readonly popularity: number | null;
  readonly releasedAt: number | null;
}

/** An event as its producer meant it: times are epoch milliseconds, what was left out is null. */
export interface SubmittedEvent {
  readonly type: EventType;
  readonly eventId: string;
  readonly listenerId: string;
  readonly itemId: string;
  readonly occurredAt: number;
  readonly msPlayed: number | null;
  readonly durationMs: number | null;
  readonly skipped: boolean;
  readonly context: EventContext;
  readonly metadata: ItemMetadata | null;
}

/** What is wrong with a time of occurrence in epoch milliseconds, seen at `now`; undefined when nothing is. */
export function timeProblem(occurredAt: number, now: number): string | undefined {
  if (occurredAt > now + MAX_AHEAD_MS) return 'lies more than 10 minutes in the future';
  if (occurredAt < EARLIEST_MS)
    return 'lies before the year 2000 (epoch times are milliseconds here, not seconds)';
  return undefined;
}

const RELEASE_PROBLEM = `must lie between ${FIRST_RECORDING_YEAR} and a year from now`;

/** 0 stands for unknown in players' data. */
const knownDuration = (ms: number | null | undefined): number | null => ms || null;

function contextOf(context: z.infer<typeof ContextSchema> | null | undefined): EventContext {
  return Object.fromEntries(Object.entries(context ?? {}).filter(([, value]) => value != null));
}

function metadataOf(
  metadata: z.infer<typeof MetadataSchema> | null | undefined,
  releasedAt: number | null,
): ItemMetadata | null {
  if (!metadata) return null;
  return {
    title: metadata.title ?? null,
    artist: metadata.artist ?? null,
    album: metadata.album ?? null,
    durationMs: knownDuration(metadata.durationMs),
    isrc: metadata.isrc?.replaceAll('-', '').toUpperCase() ?? null,
    mbid: metadata.mbid?.toLowerCase() ?? null,
    popularity: metadata.popularity ?? null,
    releasedAt,
  };
}

export type ParsedEvent =
  | { readonly event: SubmittedEvent; readonly errors?: never }
  | { readonly event?: never; readonly errors: readonly FieldProblem[] };

/** Checks one event; the errors' pointers start with `pointer`. `now` in epoch milliseconds. */
export function parseEvent(raw: unknown, pointer: string, now: number): ParsedEvent {
  const parsed = EventSchema.safeParse(raw);
  if (!parsed.success) return { errors: fieldProblems(parsed.error, pointer) };
  const { data } = parsed;
  const occurredAt = typeof data.occurredAt === 'number' ? data.occurredAt : Date.parse(data.occurredAt);
  const released = data.metadata?.releaseDate;
  const releasedAt = released == null ? null : releaseDayOf(released, now);
  const errors = [
    { field: 'occurredAt', detail: timeProblem(occurredAt, now) },
    { field: 'metadata/releaseDate', detail: releasedAt === undefined ? RELEASE_PROBLEM : undefined },
  ].flatMap(({ field, detail }) =>
    detail === undefined ? [] : [{ pointer: `${pointer}/${field}`, detail }],
  );
  if (errors.length > 0 || releasedAt === undefined) return { errors };
  return {
    event: {
      type: data.type,
      eventId: data.eventId,
      listenerId: data.listenerId,
      itemId: data.itemId,
      occurredAt,
      msPlayed: data.msPlayed ?? null,
      durationMs: knownDuration(data.durationMs),
      skipped: data.skipped ?? false,
      context: contextOf(data.context),
      metadata: metadataOf(data.metadata, releasedAt),
    },
  };
}

const KNOWN_FIELDS = {
  '': new Set(Object.keys(EventSchema.shape)),
  context: new Set(Object.keys(ContextSchema.shape)),
  metadata: new Set(Object.keys(MetadataSchema.shape)),
};

/** The fields of an event that nothing reads, as pointers below the event: a typing error shows up here. */
export function unknownFields(raw: unknown): string[] {
  if (typeof raw !== 'object' || raw === null) return [];
  return Object.entries(KNOWN_FIELDS).flatMap(([name, known]) => {
    const part: unknown = name === '' ? raw : (raw as Record<string, unknown>)[name];
    if (typeof part !== 'object' || part === null) return [];
    const path = name === '' ? [] : [name];
    return Object.keys(part)
      .filter((key) => !known.has(key))
      .map((key) => pointerTo([...path, key]));
  });
}

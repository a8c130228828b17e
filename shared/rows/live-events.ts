/** Events as cells of the family `live`: what key, qualifier and timestamp already say is not said again. */
import { canonicalJson } from '../domain/canonical-json.ts';
import {
  EVENT_TYPES,
  EVENT_VERSION,
  type EventContext,
  type EventType,
  type ListeningEvent,
} from '../domain/event.ts';
import type { Cell, CellWrite } from '../ports/row-store.ts';
import { listenerKey, ROW_TABLES } from '../schema/rows.ts';

/** First element of every cell; a cell of another format is reported, never guessed at. */
const FORMAT = 1;
const PREFIX = 'e#';
const SKIPPED = 1;
const PRIVATE = 2;

const TEXT_FIELDS = ['surface', 'sessionId', 'playlistId', 'impressionId'] as const;

/**
 * The cell's text: `[format, type, itemId, recordingId or 0 for "the itemId", artistId, occurredAt, msPlayed,
 * durationMs, flags, plays, source, context]`, the context left out when empty.
 */
export function encodeLiveEvent(event: ListeningEvent): string {
  const fields: unknown[] = [
    FORMAT,
    event.type,
    event.itemId,
    event.recordingId === event.itemId ? 0 : event.recordingId,
    event.artistId,
    event.occurredAt,
    event.msPlayed,
    event.durationMs,
    (event.skipped ? SKIPPED : 0) | (event.private ? PRIVATE : 0),
    event.plays,
    event.source,
  ];
  if (Object.keys(event.context).length > 0) fields.push(event.context);
  return JSON.stringify(fields);
}

/** The cell an event is written as, once: `e#<eventId>` at `receivedAt` in the listener's row. */
export function liveEventCell(event: ListeningEvent): CellWrite {
  return {
    key: listenerKey(event.listenerId),
    family: ROW_TABLES.listeners.live,
    qualifier: `${PREFIX}${event.eventId}`,
    timestamp: event.receivedAt,
    value: encodeLiveEvent(event),
  };
}

export type DecodedCell =
  | { readonly event: ListeningEvent; readonly reason?: never }
  | { readonly event?: never; readonly reason: string };

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isCountOrNull = (value: unknown): value is number | null => value === null || isCount(value);

function isContext(value: unknown): value is EventContext {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const context = value as Record<string, unknown>;
  return (
    TEXT_FIELDS.every((name) => context[name] === undefined || typeof context[name] === 'string') &&
    (context.position === undefined || isCount(context.position))
  );
}

/** Reads one cell of a listener's family `live`. A corrupted cell gives the reason instead of an event. */
export function decodeLiveEvent(
  listenerId: string,
  cell: Pick<Cell, 'qualifier' | 'timestamp' | 'value'>,
): DecodedCell {
  if (!cell.qualifier.startsWith(PREFIX) || cell.qualifier.length === PREFIX.length)
    return { reason: 'the qualifier is not e#<eventId>' };
  let fields: unknown;
  try {
    fields = JSON.parse(cell.value);
  } catch {
    return { reason: 'the value is not JSON' };
  }
  if (!Array.isArray(fields)) return { reason: 'the value is not an array' };
  const [format, type, itemId, recording, artistId, occurredAt, msPlayed, durationMs, flags, plays, source] =
    fields as unknown[];
  const context: unknown = fields[11] ?? {};
  if (format !== FORMAT) return { reason: `unknown cell format ${String(format).slice(0, 20)}` };
  if (!EVENT_TYPES.includes(type as EventType)) return { reason: 'unknown event type' };
  if (!isText(itemId)) return { reason: 'itemId is no text' };
  if (recording !== 0 && !isText(recording)) return { reason: 'recordingId is neither 0 nor text' };
  if (artistId !== null && !isText(artistId)) return { reason: 'artistId is neither null nor text' };
  if (!Number.isSafeInteger(occurredAt)) return { reason: 'occurredAt is no integer' };
  if (!isCountOrNull(msPlayed) || !isCountOrNull(durationMs)) return { reason: 'a duration is no count' };
  if (!isCount(flags) || flags > (SKIPPED | PRIVATE)) return { reason: 'unknown flags' };
  if (!isCount(plays) || plays === 0) return { reason: 'plays is no positive count' };
  if (!isText(source)) return { reason: 'source is no text' };
  if (!isContext(context)) return { reason: 'context is malformed' };
  return {
    event: {
      version: EVENT_VERSION,
      type: type as EventType,
      eventId: cell.qualifier.slice(PREFIX.length),
      listenerId,
      itemId,
      recordingId: recording === 0 ? itemId : recording,
      artistId,
      occurredAt: occurredAt as number,
      receivedAt: cell.timestamp,
      msPlayed,
      durationMs,
      skipped: (flags & SKIPPED) !== 0,
      plays,
      private: (flags & PRIVATE) !== 0,
      context,
      source,
    },
  };
}

/** Reads all `live` cells among a row's cells; corrupted ones are named, and cost nothing of the rest. */
export function decodeLiveEvents(
  listenerId: string,
  cells: readonly Cell[],
): {
  readonly events: readonly ListeningEvent[];
  readonly corrupted: readonly { readonly qualifier: string; readonly reason: string }[];
} {
  const events: ListeningEvent[] = [];
  const corrupted: { qualifier: string; reason: string }[] = [];
  for (const cell of cells) {
    if (cell.family !== ROW_TABLES.listeners.live) continue;
    const { event, reason } = decodeLiveEvent(listenerId, cell);
    if (event !== undefined) events.push(event);
    else corrupted.push({ qualifier: cell.qualifier, reason });
  }
  return { events, corrupted };
}

/** What the producer itself said of an event; the rest is added here, and may be known better the next time. */
function producersPart(event: ListeningEvent): string {
  const { type, eventId, listenerId, itemId, occurredAt, msPlayed, skipped, plays, context, source } = event;
  return canonicalJson([
    type,
    eventId,
    listenerId,
    itemId,
    occurredAt,
    msPlayed,
    skipped,
    plays,
    context,
    source,
  ]);
}

/** True when two receptions are of the same event and not of two events under one id. */
export function isSameEvent(a: ListeningEvent, b: ListeningEvent): boolean {
  return producersPart(a) === producersPart(b);
}

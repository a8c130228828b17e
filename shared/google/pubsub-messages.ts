/** Messages of topics as Pub/Sub carries them: a BigQuery subscription must be able to write each into its table as it is. */
import type { ListeningEvent } from '../domain/event.ts';
import type { CatalogueItem } from '../domain/item.ts';
import { InvalidInput, messageOf } from '../errors.ts';
import type { OutgoingMessage } from '../ports/topics.ts';
import { catalogueRow, listenRow } from '../schema/table-rows.ts';
import { type Columns, TABLES, type TableName, type TableRow, type TableSchema } from '../schema/tables.ts';
import { TOPICS, type Topic } from '../schema/topics.ts';
import type { WireMessage } from './pubsub-publisher.ts';

type Value = string | number | boolean;

/** The table that each topic's messages are rows of. */
const TABLE_OF: Readonly<Record<Topic, TableName>> = {
  [TOPICS.listens]: 'listens',
  [TOPICS.catalogue]: 'catalogue',
  [TOPICS.controls]: 'controls',
  [TOPICS.impressions]: 'impressions',
};

/** Rows that a message stands for: what all of them have, and what each has besides. */
interface Rows {
  readonly shared: TableRow;
  readonly each: readonly TableRow[];
}

/** An impression is a row an item. */
function rowsOf(topic: Topic, data: string): Rows {
  const one = (row: TableRow): Rows => ({ shared: {}, each: [row] });
  switch (topic) {
    case TOPICS.listens:
      return one(listenRow(JSON.parse(data) as ListeningEvent));
    case TOPICS.catalogue:
      return one(catalogueRow(JSON.parse(data) as CatalogueItem));
    case TOPICS.controls:
      return one(JSON.parse(data) as TableRow);
    case TOPICS.impressions: {
      const { items, ...shared } = JSON.parse(data) as TableRow & { readonly items: readonly TableRow[] };
      return { shared, each: items };
    }
  }
}

/**
 * What the port publishes as what travels. `listens` is JSON of its Protocol Buffers schema, where an int64 is a string
 * and a TIMESTAMP microseconds; the others are JSON of their tables, where a TIMESTAMP is RFC 3339. NULL is absence. Only
 * `listens` keeps its order: rows of the others carry their own times, and no key lets them share requests. Throws
 * InvalidInput for data that is no row of the topic's table: nobody but who publishes it could still be told.
 */
export function encodeMessages(topic: Topic, { orderingKey, data }: OutgoingMessage): WireMessage[] {
  const isTyped = topic === TOPICS.listens;
  const schema: TableSchema = TABLES[TABLE_OF[topic]];
  try {
    const { shared, each } = rowsOf(topic, data);
    const convert = isTyped ? typedValue : plainValue;
    // Encoded once for all items of an answer, which is where most messages come from.
    const head = JSON.stringify(valuesOf(shared, schema.columns, convert)).slice(0, -1);
    return each.map((row) => {
      const missing = schema.required.filter((name) => (row[name] ?? shared[name] ?? null) === null);
      if (missing.length > 0) throw new TypeError(`${missing.join(', ')} must not be empty`);
      const tail = JSON.stringify(valuesOf(row, schema.columns, convert)).slice(1);
      const comma = head.length > 1 && tail.length > 1 ? ',' : '';
      return { orderingKey: isTyped ? orderingKey : '', data: head + comma + tail };
    });
  } catch (cause) {
    throw new InvalidInput([{ pointer: '/data', detail: `is no message of ${topic}: ${messageOf(cause)}` }], {
      cause,
    });
  }
}

function valuesOf(
  row: TableRow,
  columns: Columns,
  convert: (value: Value, type: string) => Value,
): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const name of Object.keys(row)) {
    const value = row[name];
    const type = columns[name];
    if (type === undefined || value === null || value === undefined) continue;
    // Half a surrogate pair in a title would make a dead letter of the whole row: BigQuery takes UTF-8.
    values[name] = typeof value === 'string' ? value.toWellFormed() : convert(value, type);
  }
  return values;
}

function typedValue(value: Value, type: string): Value {
  if (type === 'TIMESTAMP') return String(BigInt(Number(value)) * 1000n);
  return type === 'INT64' ? String(value) : value;
}

function plainValue(value: Value, type: string): Value {
  return type === 'TIMESTAMP' ? new Date(Number(value)).toISOString() : value;
}

/** Fields of the wire whose numbers are strings. */
const INTEGERS = Object.entries(TABLES.listens.columns).flatMap(([name, type]) =>
  type === 'INT64' || type === 'TIMESTAMP' ? [name] : [],
);

/**
 * The event in a message of `listens`, as JSON for parseListeningEvent, which says what is wrong with it: an unknown
 * version, a missing field. What is no JSON object is passed on as it is, for it to say so.
 */
export function decodeListen(data: string): string {
  let raw: unknown;
  try {
    raw = JSON.parse(data);
  } catch {
    return data;
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return data;
  // What is null in JSON is not set in Protocol Buffers.
  const wire: Record<string, unknown> = Object.fromEntries(
    Object.entries(raw).filter(([, value]) => value !== null),
  );
  for (const name of INTEGERS) if (typeof wire[name] === 'string') wire[name] = integerOf(wire[name]);
  const orNull = (name: string) => wire[name] ?? null;
  const context = {
    surface: wire.surface,
    sessionId: wire.session_id,
    playlistId: wire.playlist_id,
    position: wire.position,
    impressionId: wire.impression_id,
  };
  return JSON.stringify({
    version: wire.version,
    type: wire.type,
    eventId: wire.event_id,
    listenerId: wire.listener_id,
    itemId: wire.item_id,
    recordingId: wire.recording_id,
    artistId: orNull('artist_id'),
    occurredAt: millisOf(wire.occurred_at),
    receivedAt: millisOf(wire.received_at),
    msPlayed: orNull('ms_played'),
    durationMs: orNull('duration_ms'),
    skipped: wire.skipped,
    plays: wire.plays,
    private: wire.private,
    context,
    source: wire.source,
  });
}

/** What is no integer stays as it is, so that it is refused by its name. */
function integerOf(text: string): unknown {
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

function millisOf(micros: unknown): unknown {
  return typeof micros === 'number' ? Math.floor(micros / 1000) : micros;
}

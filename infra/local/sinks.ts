/** The subscriptions that feed the warehouse: what a BigQuery subscription does in the cloud. */
import { z } from 'zod';
import { parseListeningEvent } from '../../shared/api/listening-event.ts';
import { fieldProblems } from '../../shared/api/problem.ts';
import { type CatalogueItem, ITEM_KINDS } from '../../shared/domain/item.ts';
import { messageOf, TransientError } from '../../shared/errors.ts';
import type { Erasures } from '../../shared/ports/erasures.ts';
import { ACK, type Handler, type Message, type Outcome } from '../../shared/ports/topics.ts';
import type { Warehouse } from '../../shared/ports/warehouse.ts';
import { catalogueRow, listenRow } from '../../shared/schema/table-rows.ts';
import type { TableName, TableRow } from '../../shared/schema/tables.ts';

type Appender = Pick<Warehouse, 'append'>;

/** Rows of one message; an erased listener's are none. */
type ToRows = (message: Message) => readonly TableRow[];

/** Appends what the messages hold; what cannot be read is dead, what the warehouse did not take is tried again. */
function sink(
  warehouse: Appender,
  table: TableName,
  prepare: (batch: readonly Message[]) => Promise<ToRows>,
): Handler {
  return async (batch) => {
    const toRows = await prepare(batch);
    const rows: TableRow[] = [];
    const outcomes = batch.map((message): Outcome => {
      try {
        rows.push(...toRows(message));
        return ACK;
      } catch (error) {
        return { kind: 'dead', reason: messageOf(error) };
      }
    });
    try {
      await warehouse.append(table, rows);
      return outcomes;
    } catch (error) {
      // An outage is nobody's fault: thrown, it counts against no message, so none of them dies of it.
      if (error instanceof TransientError) throw error;
      const retry: Outcome = { kind: 'retry', reason: messageOf(error) };
      return outcomes.map((outcome) => (outcome.kind === 'ack' ? retry : outcome));
    }
  };
}

/** Leaves out what an erased listener's messages hold: received, changed or served at or before the erasure. */
function unlessErased(
  erasures: Erasures,
  read: (message: Message) => { listenerId: string; at: number; rows: readonly TableRow[] },
): (batch: readonly Message[]) => Promise<ToRows> {
  return async (batch) => {
    const erased = await erasures.erasedAt(batch.map(({ orderingKey }) => orderingKey));
    return (message) => {
      const { listenerId, at, rows } = read(message);
      return at <= (erased.get(listenerId) ?? -1) ? [] : rows;
    };
  };
}

/** A message as its schema says; throws with what is wrong, and without what else the message holds. */
function parse<T>(schema: z.ZodType<T>, data: string): T {
  let raw: unknown;
  try {
    raw = JSON.parse(data);
  } catch {
    throw new Error('not JSON');
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const problems = fieldProblems(parsed.error).map(({ pointer, detail }) => `${pointer || '/'}: ${detail}`);
  throw new Error(problems.join('; ').slice(0, 500));
}

export function listensSink(warehouse: Appender, erasures: Erasures): Handler {
  return sink(
    warehouse,
    'listens',
    unlessErased(erasures, ({ data }) => {
      const { event, reason } = parseListeningEvent(data);
      if (event === undefined) throw new Error(reason);
      return { listenerId: event.listenerId, at: event.receivedAt, rows: [listenRow(event)] };
    }),
  );
}

const Name = z.string().min(1);

const Item = z.object({
  itemId: Name,
  recordingId: Name,
  kind: z.enum(ITEM_KINDS),
  title: z.string().nullable(),
  artist: z.string().nullable(),
  artistId: z.string().nullable(),
  album: z.string().nullable(),
  genres: z.array(z.string()),
  tempo: z.number().nullable(),
  key: z.int().nullable(),
  mode: z.int().nullable(),
  energy: z.number().nullable(),
  valence: z.number().nullable(),
  year: z.int().nullable(),
  explicit: z.boolean().nullable(),
  durationMs: z.int().nullable(),
  isrc: z.string().nullable(),
  mbid: z.string().nullable(),
  // A dead letter that is replayed may be older than these attributes.
  popularity: z.int().min(0).max(100).nullable().default(null),
  releasedAt: z.int().nullable().default(null),
  source: z.string(),
  updatedAt: z.int(),
}) satisfies z.ZodType<CatalogueItem>;

export function catalogueSink(warehouse: Appender): Handler {
  return sink(warehouse, 'catalogue', async () => ({ data }) => [catalogueRow(parse(Item, data))]);
}

const ControlChange = z.object({
  listener_id: Name,
  kind: Name,
  target: Name,
  active: z.boolean(),
  until: z.int().nullable(),
  changed_at: z.int(),
});

export function controlsSink(warehouse: Appender, erasures: Erasures): Handler {
  return sink(
    warehouse,
    'controls',
    unlessErased(erasures, ({ data }) => {
      const change = parse(ControlChange, data);
      return { listenerId: change.listener_id, at: change.changed_at, rows: [change] };
    }),
  );
}

const ImpressionMessage = z.object({
  impression_id: Name,
  listener_id: Name,
  surface: Name,
  build_id: z.string().nullable(),
  served_at: z.int(),
  items: z.array(
    z.object({
      position: z.int(),
      item_id: Name,
      recording_id: z.string(),
      source: z.string(),
      notion: z.string(),
      score: z.number(),
      propensity: z.number(),
      evidence: z.string().nullable().default(null),
      artist_plays: z.int().nullable().default(null),
    }),
  ),
});

/** A row an item. */
function rowsOf({ items, ...impression }: z.infer<typeof ImpressionMessage>): TableRow[] {
  return items.map((item) => ({ ...impression, ...item }));
}

/** The warehouse's rows of one message of impressions. Throws for what is none. */
export function impressionRows(data: string): TableRow[] {
  return rowsOf(parse(ImpressionMessage, data));
}

export function impressionsSink(warehouse: Appender, erasures: Erasures): Handler {
  return sink(
    warehouse,
    'impressions',
    unlessErased(erasures, ({ data }) => {
      const impression = parse(ImpressionMessage, data);
      return {
        listenerId: impression.listener_id,
        at: impression.served_at,
        rows: rowsOf(impression),
      };
    }),
  );
}

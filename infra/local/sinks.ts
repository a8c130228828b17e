/** The subscriptions that feed the warehouse: what a BigQuery subscription does in the cloud. */
import { z } from 'zod';
import { parseListeningEvent } from '../../shared/api/listening-event.ts';
import type { CatalogueItem } from '../../shared/domain/item.ts';
import { messageOf } from '../../shared/errors.ts';
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

export function catalogueSink(warehouse: Appender): Handler {
  return sink(warehouse, 'catalogue', async () => ({ data }) => [
    catalogueRow(JSON.parse(data) as CatalogueItem),
  ]);
}

const ControlChange = z.object({
  listener_id: z.string(),
  kind: z.string(),
  target: z.string(),
  active: z.boolean(),
  until: z.number().nullable(),
  changed_at: z.number(),
});

export function controlsSink(warehouse: Appender, erasures: Erasures): Handler {
  return sink(
    warehouse,
    'controls',
    unlessErased(erasures, ({ data }) => {
      const change = ControlChange.parse(JSON.parse(data));
      return { listenerId: change.listener_id, at: change.changed_at, rows: [change] };
    }),
  );
}

const ImpressionMessage = z.object({
  impression_id: z.string(),
  listener_id: z.string(),
  surface: z.string(),
  build_id: z.string().nullable(),
  served_at: z.number(),
  items: z.array(
    z.object({
      position: z.number(),
      item_id: z.string(),
      recording_id: z.string(),
      source: z.string(),
      notion: z.string(),
      score: z.number(),
      propensity: z.number(),
    }),
  ),
});

export function impressionsSink(warehouse: Appender, erasures: Erasures): Handler {
  return sink(
    warehouse,
    'impressions',
    unlessErased(erasures, ({ data }) => {
      const { items, ...impression } = ImpressionMessage.parse(JSON.parse(data));
      return {
        listenerId: impression.listener_id,
        at: impression.served_at,
        rows: items.map((item) => ({ ...impression, ...item })),
      };
    }),
  );
}

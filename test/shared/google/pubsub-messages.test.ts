import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { catalogueSink, controlsSink, impressionsSink, listensSink } from '../../../infra/local/sinks.ts';
import { parseListeningEvent } from '../../../shared/api/listening-event.ts';
import { bareItem, type CatalogueItem, ITEM_KINDS } from '../../../shared/domain/item.ts';
import { InvalidInput } from '../../../shared/errors.ts';
import { decodeListen, encodeMessages } from '../../../shared/google/pubsub-messages.ts';
import type { Handler } from '../../../shared/ports/topics.ts';
import { TABLES, type TableName, type TableRow, type TableSchema } from '../../../shared/schema/tables.ts';
import type { Topic } from '../../../shared/schema/topics.ts';
import { acceptedEvent, eventArbitrary, idArbitrary } from '../../functions/fakes/events.ts';
import { fakeErasures, messageOfData } from '../../functions/fakes/stores.ts';

const PROTO = readFileSync(new URL('../../../shared/schema/listens.proto', import.meta.url), 'utf8');
const Listen = protobuf.parse(PROTO, { keepCase: true }).root.lookupType('segue.v1.Listen');

const wiresOf = (topic: Topic, data: unknown, orderingKey = 'ann') =>
  encodeMessages(topic, { orderingKey, data: JSON.stringify(data) });

/** What a BigQuery subscription makes of a message: columns by their types, absent ones NULL. Times in epoch ms. */
function bigQueryRow(table: TableName, data: string): TableRow {
  const { columns, required }: TableSchema = TABLES[table];
  const fields = new Map(Object.entries(JSON.parse(data) as Record<string, unknown>));
  const row: Record<string, string | number | boolean | null> = {};
  for (const [name, type] of Object.entries(columns)) {
    const value = fields.get(name);
    fields.delete(name);
    if (value === undefined) {
      expect(required).not.toContain(name);
      row[name] = null;
    } else if (type === 'TIMESTAMP') {
      // Microseconds of a typed topic, RFC 3339 where the table is the schema.
      if (table === 'listens') expect(value).toMatch(/^-?\d+$/);
      else expect(value).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      row[name] = table === 'listens' ? Number(value) / 1000 : Date.parse(value as string);
    } else if (type === 'INT64') {
      expect(`${value}`).toMatch(/^-?\d+$/);
      row[name] = Number(value);
    } else {
      expect(typeof value).toBe({ STRING: 'string', FLOAT64: 'number', BOOL: 'boolean' }[type]);
      row[name] = value as string | number | boolean;
    }
  }
  // An unknown field makes a dead letter of the message.
  expect([...fields.keys()]).toEqual([]);
  return row;
}

/** Rows that the local host's sink appends for the same message. */
async function localRows(makeSink: (appender: Appender) => Handler, data: unknown): Promise<TableRow[]> {
  const appended: TableRow[] = [];
  const append = async (_: TableName, rows: readonly TableRow[]) => void appended.push(...rows);
  expect(await makeSink({ append })([messageOfData(JSON.stringify(data))])).toEqual([{ kind: 'ack' }]);
  return appended;
}
type Appender = Parameters<typeof listensSink>[0];

const nobodyErased = fakeErasures();

const text = fc.string({ maxLength: 20 });
const instant = fc.integer({ min: Date.UTC(2000), max: Date.UTC(2100) });
const share = fc.double({ min: 0, max: 1, noNaN: true }).map((x) => x + 0);

const itemArbitrary: fc.Arbitrary<CatalogueItem> = fc.record({
  itemId: idArbitrary,
  recordingId: idArbitrary,
  kind: fc.constantFrom(...ITEM_KINDS),
  title: fc.option(text),
  artist: fc.option(text),
  artistId: fc.option(idArbitrary),
  album: fc.option(text),
  genres: fc.array(text, { maxLength: 3 }),
  tempo: fc.option(share.map((x) => x * 200)),
  key: fc.option(fc.nat(11)),
  mode: fc.option(fc.nat(1)),
  energy: fc.option(share),
  valence: fc.option(share),
  year: fc.option(fc.integer({ min: 1900, max: 2030 })),
  explicit: fc.option(fc.boolean()),
  durationMs: fc.option(fc.nat()),
  isrc: fc.option(text),
  mbid: fc.option(text),
  popularity: fc.option(fc.nat(100)),
  releasedAt: fc.option(instant),
  source: text,
  updatedAt: instant,
});

const controlArbitrary = fc.record({
  listener_id: idArbitrary,
  kind: fc.constantFrom('dislike', 'snooze'),
  target: idArbitrary,
  active: fc.boolean(),
  until: fc.option(instant),
  changed_at: instant,
});

const impressionArbitrary = fc.record({
  impression_id: idArbitrary,
  listener_id: idArbitrary,
  surface: idArbitrary,
  build_id: fc.option(idArbitrary),
  served_at: instant,
  items: fc.array(
    fc.record({
      position: fc.nat(),
      item_id: idArbitrary,
      recording_id: idArbitrary,
      source: text,
      notion: text,
      score: share,
      propensity: share,
    }),
    { maxLength: 4 },
  ),
});

describe('what BigQuery writes is what the local warehouse appends', () => {
  const same = <T>(topic: Topic, arbitrary: fc.Arbitrary<T>, makeSink: (appender: Appender) => Handler) =>
    fc.assert(
      fc.asyncProperty(arbitrary, async (value) => {
        const written = wiresOf(topic, value).map(({ data }) => bigQueryRow(topic as TableName, data));
        expect(written).toEqual(await localRows(makeSink, value));
      }),
    );

  test('of listens', () => same('listens', eventArbitrary, (w) => listensSink(w, nobodyErased)));
  test('of items', () => same('catalogue', itemArbitrary, catalogueSink));
  test('of controls', () => same('controls', controlArbitrary, (w) => controlsSink(w, nobodyErased)));
  test('of impressions, a message an item', () =>
    same('impressions', impressionArbitrary, (w) => impressionsSink(w, nobodyErased)));
});

describe('a listen on the wire', () => {
  test('comes back as the event it was', () => {
    fc.assert(
      fc.property(eventArbitrary, (event) => {
        const [wire, ...more] = wiresOf('listens', event, event.listenerId);
        expect(more).toEqual([]);
        expect(wire?.orderingKey).toBe(event.listenerId);
        expect(parseListeningEvent(decodeListen(wire?.data ?? ''))).toEqual({ event });
      }),
    );
  });

  test('is JSON of its Protocol Buffers schema, field by field', () => {
    fc.assert(
      fc.property(eventArbitrary, (event) => {
        const wire = JSON.parse(wiresOf('listens', event)[0]?.data ?? '') as Record<string, unknown>;
        const bytes = Listen.encode(Listen.fromObject(wire)).finish();
        expect(Listen.toObject(Listen.decode(bytes), { longs: String })).toEqual(wire);
      }),
    );
  });

  test('has a schema whose fields are the columns of the table, typed and required alike', () => {
    const types = { STRING: 'string', INT64: 'int64', TIMESTAMP: 'int64', BOOL: 'bool', FLOAT64: 'double' };
    const { columns, required }: TableSchema = TABLES.listens;
    const expected = Object.entries(columns).map(([name, type]) => [
      name,
      types[type],
      required.includes(name),
    ]);
    expect(Listen.fieldsArray.map(({ name, type, required }) => [name, type, required])).toEqual(expected);
    // A number once given stays its field's: old messages are read by it.
    expect(Listen.fieldsArray.map(({ id }) => id)).toEqual(expected.map((_, i) => i + 1));
  });

  const wire = (change: Record<string, unknown>) =>
    JSON.stringify({ ...JSON.parse(wiresOf('listens', acceptedEvent())[0]?.data ?? ''), ...change });
  const reasonOf = (data: string) => parseListeningEvent(decodeListen(data)).reason;

  test('may have nulls for what is not set, numbers for its integers, and fields not known yet', () => {
    const { event } = parseListeningEvent(
      decodeListen(wire({ surface: null, ms_played: null, occurred_at: 1.7e15, mood: 'calm' })),
    );
    expect(event).toEqual(acceptedEvent({ msPlayed: null, occurredAt: 1.7e12 }));
  });

  test.each([
    ['an unknown version', wire({ version: '2' }), 'unknown event version 2'],
    ['no version', wire({ version: null }), '/version'],
    ['a version that is none', wire({ version: 'one' }), 'unknown event version "one"'],
    ['no id', wire({ event_id: null }), '/eventId'],
    ['an unknown type', wire({ type: 'sing' }), '/type'],
    ['a time of day', wire({ occurred_at: '2026-11-01T12:00:00Z' }), '/occurredAt'],
    ['half a number', wire({ plays: '1.5' }), '/plays'],
    ['a number beyond all', wire({ plays: '9'.repeat(30) }), '/plays'],
    ['what is no boolean', wire({ skipped: 'false' }), '/skipped'],
    ['a negative place', wire({ position: '-1' }), '/context/position'],
    ['no JSON', '{', 'not JSON'],
    ['nothing', '', 'not JSON'],
    ['null', 'null', 'not a listening event'],
    ['a list', '[]', 'not a listening event'],
    ['text', '"x"', 'not a listening event'],
  ])('is refused for its reason: %s', (_, data, reason) => {
    expect(reasonOf(data)).toContain(reason);
  });

  test('never makes the reader throw', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.dictionary(idArbitrary, fc.jsonValue()).map((x) => JSON.stringify(x)),
    );
    fc.assert(fc.property(anything, (data) => void parseListeningEvent(decodeListen(data))));
  });
});

test('only listens keep an order by key', () => {
  expect(wiresOf('listens', acceptedEvent())[0]?.orderingKey).toBe('ann');
  expect(wiresOf('catalogue', bareItem('i', 'test', 1))[0]?.orderingKey).toBe('');
});

test('half a surrogate pair in a title costs that half and not the row', () => {
  const [wire] = wiresOf('catalogue', { ...bareItem('i', 'test', 1), title: 'a\ud800b' });
  expect(JSON.parse(wire?.data ?? '')).toMatchObject({ title: 'a\ufffdb' });
});

test.each<[Topic, string]>([
  ['listens', 'nonsense'],
  ['listens', '{}'],
  ['catalogue', '{"itemId":"i"}'],
  ['controls', '{"listener_id":"ann","kind":"dislike"}'],
  ['impressions', '{}'],
  ['impressions', '{"items":[{}]}'],
])('what is no row of %s is refused before it is published: %s', (topic, data) => {
  expect(() => encodeMessages(topic, { orderingKey: 'ann', data })).toThrow(InvalidInput);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseListeningEvent } from '../../../shared/api/listening-event.ts';
import {
  decodeLiveEvent,
  decodeLiveEvents,
  isSameEvent,
  liveEventCell,
} from '../../../shared/rows/live-events.ts';
import { listenerKey } from '../../../shared/schema/rows.ts';
import { acceptedEvent, eventArbitrary } from '../fakes/events.ts';

describe('an event as a cell', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(eventArbitrary, (event) => {
        expect(decodeLiveEvent(event.listenerId, liveEventCell(event))).toEqual({ event });
      }),
    );
  });

  test('is named by its id, stamped by its reception, and compact', () => {
    const cell = liveEventCell(acceptedEvent());
    expect(cell).toMatchObject({ key: listenerKey('ann'), family: 'live', qualifier: 'e#e1' });
    expect(cell.timestamp).toBe(acceptedEvent().receivedAt);
    expect(cell.value.length).toBeLessThan(120);
  });

  test('a corrupted cell is reported and costs nothing of the rest', () => {
    const good = liveEventCell(acceptedEvent());
    const fields = JSON.parse(good.value) as unknown[];
    const changed = (index: number, value: unknown) => JSON.stringify(fields.with(index, value));
    const values = [
      '',
      '{',
      'null',
      '{}',
      '[]',
      good.value.slice(0, -3),
      changed(0, 2),
      changed(1, 'sing'),
      changed(2, ''),
      changed(3, null),
      changed(4, 7),
      changed(5, 'x'),
      changed(6, -1),
      changed(7, 0.5),
      changed(8, 4),
      changed(9, 0),
      changed(10, null),
      JSON.stringify([...fields, []]),
      JSON.stringify([...fields, { position: -1 }]),
    ];
    const cells = [
      ...values.map((value, i) => ({ ...good, qualifier: `e#bad${i}`, value })),
      { ...good, qualifier: 'x#1' },
      { ...good, qualifier: 'e#' },
      good,
      { ...good, family: 'control' },
    ];
    const { events, corrupted } = decodeLiveEvents('ann', cells);
    expect(events).toEqual([acceptedEvent()]);
    expect(corrupted.map(({ qualifier }) => qualifier)).toEqual([
      ...values.map((_, i) => `e#bad${i}`),
      'x#1',
      'e#',
    ]);
    for (const { reason } of corrupted) expect(reason).not.toBe('');
  });

  test('no text at all makes the decoder throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (value) => {
        decodeLiveEvent('ann', { qualifier: 'e#1', timestamp: 1, value });
      }),
    );
  });
});

test('an event is the same whatever ingest knew about its item, and not when the producer says otherwise', () => {
  const event = acceptedEvent();
  const better = { receivedAt: 9e12, recordingId: 'r9', artistId: null, durationMs: 1, private: true };
  expect(isSameEvent(event, { ...event, ...better })).toBe(true);
  for (const change of [
    { itemId: 'x' },
    { msPlayed: 1 },
    { occurredAt: 1 },
    { skipped: true },
    { context: { position: 1 } },
  ])
    expect(isSameEvent(event, { ...event, ...change })).toBe(false);
});

describe('an event as a message', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(eventArbitrary, (event) => {
        expect(parseListeningEvent(JSON.stringify(event))).toEqual({ event });
      }),
    );
  });

  test.each([
    ['{', 'not JSON'],
    ['null', 'not a listening event'],
    ['[]', 'not a listening event'],
    [JSON.stringify({ ...acceptedEvent(), version: 2 }), 'unknown event version 2'],
    [JSON.stringify({ ...acceptedEvent(), type: 'sing' }), '/type'],
    [JSON.stringify({ ...acceptedEvent(), eventId: 'é' }), '/eventId'],
    [JSON.stringify({ ...acceptedEvent(), msPlayed: -1 }), '/msPlayed'],
    [JSON.stringify({ ...acceptedEvent(), context: { position: 'first' } }), '/context/position'],
  ])('%s is refused: %s', (data, reason) => {
    expect(parseListeningEvent(data).reason).toContain(reason);
  });
});

/** Events for tests: hand-made ones with defaults, and arbitrary ones that collide in ids, times and recordings. */
import fc from 'fast-check';
import { EVENT_TYPES, type EventType, type ListeningEvent } from '../../shared/domain/event.ts';
import { DAY_MS } from '../../shared/domain/time.ts';

/** 2026-01-01T00:00:00Z. */
export const NOW = 1_767_225_600_000;

let made = 0;

/** A scrobbled listen of recording r1 by artist a1, at NOW; each with its own eventId. */
export function event(fields: Partial<ListeningEvent> = {}): ListeningEvent {
  made += 1;
  const { recordingId = 'r1', occurredAt = NOW } = fields;
  return {
    version: 1,
    type: 'listen',
    eventId: `made-${String(made).padStart(6, '0')}`,
    listenerId: 'l1',
    itemId: `item-of-${recordingId}`,
    recordingId,
    artistId: 'a1',
    occurredAt,
    receivedAt: occurredAt,
    msPlayed: null,
    durationMs: null,
    skipped: false,
    plays: 1,
    private: false,
    context: {},
    source: 'api',
    ...fields,
  };
}

/** Days before NOW. */
export const daysAgo = (days: number): number => NOW - days * DAY_MS;

/** As event(), so many days before NOW. */
export function past(days: number, type: EventType = 'listen', fields: Partial<ListeningEvent> = {}) {
  return event({ type, occurredAt: daysAgo(days), ...fields });
}

const ms = fc.option(fc.constantFrom(0, 10_000, 29_999, 30_000, 100_000, 228_000, 240_000, 500_000));

/** One event of few recordings, times and ids, so that clashes are common. */
export const anyEvent: fc.Arbitrary<ListeningEvent> = fc
  .record({
    type: fc.oneof(fc.constant('listen' as const), fc.constantFrom(...EVENT_TYPES)),
    eventId: fc.nat({ max: 40 }).map((n) => `e${n}`),
    recordingId: fc.constantFrom('r1', 'r2', 'r3', 'r4'),
    artistId: fc.option(fc.constantFrom('a1', 'a2')),
    occurredAt: fc.oneof(
      fc.integer({ min: 0, max: 12 }).map((n) => NOW - n * 900_000),
      fc.integer({ min: NOW - 200 * DAY_MS, max: NOW }),
    ),
    receivedAt: fc.constantFrom(NOW, NOW + 1, NOW + 2),
    msPlayed: ms,
    durationMs: fc.option(fc.constantFrom(0, 20_000, 240_000)),
    skipped: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.boolean()),
    plays: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 30 })),
    private: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()),
  })
  .map((fields) => event(fields));

export const anyEvents = fc.array(anyEvent, { maxLength: 40 });

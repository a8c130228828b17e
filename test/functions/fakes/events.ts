/** Accepted events for tests, whole and generated. */
import fc from 'fast-check';
import { EVENT_TYPES, type ListeningEvent } from '../../../shared/domain/event.ts';

export const RECEIVED = Date.UTC(2026, 10, 1, 12);

export function acceptedEvent(rest: Partial<ListeningEvent> = {}): ListeningEvent {
  return {
    version: 1,
    type: 'listen',
    eventId: 'e1',
    listenerId: 'ann',
    itemId: 'item-1',
    recordingId: 'r0123456789abcdef',
    artistId: 'a0123456789abcdef',
    occurredAt: RECEIVED - 60_000,
    receivedAt: RECEIVED,
    msPlayed: 200_000,
    durationMs: 210_000,
    skipped: false,
    plays: 1,
    private: false,
    context: {},
    source: 'api',
    ...rest,
  };
}

export const idArbitrary = fc.string({ minLength: 1, maxLength: 128, unit: 'grapheme-ascii' });

const count = fc.nat({ max: 86_400_000 });

export const eventArbitrary: fc.Arbitrary<ListeningEvent> = fc.record({
  version: fc.constant(1 as const),
  type: fc.constantFrom(...EVENT_TYPES),
  eventId: idArbitrary,
  listenerId: idArbitrary,
  itemId: idArbitrary,
  recordingId: idArbitrary,
  artistId: fc.option(idArbitrary),
  occurredAt: fc.integer({ min: Date.UTC(2000), max: RECEIVED }),
  receivedAt: fc.integer({ min: RECEIVED, max: RECEIVED + 1e9 }),
  msPlayed: fc.option(count),
  durationMs: fc.option(count),
  skipped: fc.boolean(),
  plays: fc.integer({ min: 1, max: 1000 }),
  private: fc.boolean(),
  context: fc.record(
    {
      surface: fc.string(),
      sessionId: fc.string(),
      playlistId: fc.string(),
      position: fc.nat(),
      impressionId: fc.string(),
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
  source: fc.constantFrom('api', 'listenbrainz', 'generated'),
});

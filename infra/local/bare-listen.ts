/** A listen as data without players has it: who, what and when, and nothing of how long. */
import { EVENT_VERSION, type ListeningEvent } from '../../shared/domain/event.ts';

/** The item is its own recording and of no known artist; `at` in epoch milliseconds is when it was heard and received. */
export function bareListen(about: {
  readonly eventId: string;
  readonly listener: string | number;
  readonly item: string | number;
  readonly at: number;
  readonly plays: number;
  readonly source: string;
}): ListeningEvent {
  return {
    version: EVENT_VERSION,
    type: 'listen',
    eventId: about.eventId,
    listenerId: String(about.listener),
    itemId: String(about.item),
    recordingId: String(about.item),
    artistId: null,
    occurredAt: about.at,
    receivedAt: about.at,
    msPlayed: null,
    durationMs: null,
    skipped: false,
    plays: about.plays,
    private: false,
    context: {},
    source: about.source,
  };
}

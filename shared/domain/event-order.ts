/** The one order in which events are folded, and what remains of repeated deliveries. */
import { canonicalJson, sameJson } from './canonical-json.ts';
import type { ListeningEvent } from './event.ts';

/** Order of the fold: occurredAt, then eventId by code units. */
export function compareEvents(
  a: Pick<ListeningEvent, 'occurredAt' | 'eventId'>,
  b: Pick<ListeningEvent, 'occurredAt' | 'eventId'>,
): number {
  if (a.occurredAt !== b.occurredAt) return a.occurredAt - b.occurredAt;
  return a.eventId < b.eventId ? -1 : a.eventId > b.eventId ? 1 : 0;
}

/** True where the producer said the same; receivedAt is ours and differs between two receptions of one event. */
function isRepeat(a: ListeningEvent, b: ListeningEvent): boolean {
  return a === b || sameJson({ ...a, receivedAt: 0 }, { ...b, receivedAt: 0 });
}

/** The earliest received, then the smallest canonical JSON. */
function firstOf(a: ListeningEvent, b: ListeningEvent): ListeningEvent {
  if (a.receivedAt !== b.receivedAt) return a.receivedAt < b.receivedAt ? a : b;
  return canonicalJson(a) <= canonicalJson(b) ? a : b;
}

/**
 * Events in the order of the fold, one per eventId: of several bodies of one id the earliest received, then the
 * smallest canonical JSON. `conflicts` counts the other bodies; a repeat that differs in receivedAt alone is none.
 */
export function distinctEvents(events: Iterable<ListeningEvent>): {
  readonly events: readonly ListeningEvent[];
  readonly conflicts: number;
} {
  /** By id: every body that came, in its earliest reception. */
  const bodiesById = new Map<string, ListeningEvent[]>();
  for (const event of events) {
    const bodies = bodiesById.get(event.eventId);
    if (bodies === undefined) {
      bodiesById.set(event.eventId, [event]);
      continue;
    }
    const known = bodies.findIndex((body) => isRepeat(body, event));
    const body = bodies[known];
    if (body === undefined) bodies.push(event);
    else if (event.receivedAt < body.receivedAt) bodies[known] = event;
  }
  const kept: ListeningEvent[] = [];
  let conflicts = 0;
  for (const bodies of bodiesById.values()) {
    kept.push(bodies.reduce(firstOf));
    conflicts += bodies.length - 1;
  }
  return { events: kept.sort(compareEvents), conflicts };
}

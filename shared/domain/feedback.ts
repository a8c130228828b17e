/** Explicit feedback and what takes it back: what a listener said last about a recording is what stands. */
import type { EventType, ListeningEvent } from './event.ts';

type Feedback = Pick<ListeningEvent, 'type' | 'eventId' | 'recordingId'>;

/** Feedback that a later one of these, of the same recording, withdraws. */
const WITHDRAWN_BY: { readonly [T in EventType]?: readonly EventType[] } = {
  save: ['unsave'],
  like: ['unsave', 'dislike'],
  dislike: ['unsave', 'like'],
};

/** Event ids of saves, likes and dislikes that later feedback took back. `ordered`: in the order of the fold. */
export function withdrawnFeedback(ordered: readonly Feedback[]): ReadonlySet<string> {
  const withdrawn = new Set<string>();
  const laterTypes = new Map<string, Set<EventType>>();
  for (const event of ordered.toReversed()) {
    if (event.type !== 'unsave' && WITHDRAWN_BY[event.type] === undefined) continue;
    const later = laterTypes.get(event.recordingId);
    if (later === undefined) laterTypes.set(event.recordingId, new Set([event.type]));
    else {
      if (WITHDRAWN_BY[event.type]?.some((type) => later.has(type))) withdrawn.add(event.eventId);
      later.add(event.type);
    }
  }
  return withdrawn;
}

/**
 * Recordings saved or liked, and recordings disliked, as it stands after the last event. A recording may be in
 * both (saved, later disliked): surfaces let the dislike win. `ordered`: in the order of the fold.
 */
export function standingFeedback(ordered: readonly Feedback[]): {
  readonly saved: ReadonlySet<string>;
  readonly disliked: ReadonlySet<string>;
} {
  const withdrawn = withdrawnFeedback(ordered);
  const saved = new Set<string>();
  const disliked = new Set<string>();
  for (const event of ordered) {
    if (withdrawn.has(event.eventId)) continue;
    if (event.type === 'save' || event.type === 'like') saved.add(event.recordingId);
    else if (event.type === 'dislike') disliked.add(event.recordingId);
  }
  return { saved, disliked };
}

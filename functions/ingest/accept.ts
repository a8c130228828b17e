/** From submitted events to durable ones: who may, what is erased, what repeats, what it is about, then publish. */
import type { Rejection } from '../../shared/api/event-batch.ts';
import type { SubmittedEvent } from '../../shared/api/events.ts';
import { mayActFor, type Principal } from '../../shared/auth/principal.ts';
import { canonicalJson } from '../../shared/domain/canonical-json.ts';
import { EVENT_VERSION, type ListeningEvent } from '../../shared/domain/event.ts';
import type { CatalogueItem } from '../../shared/domain/item.ts';
import type { ItemCatalogue } from '../../shared/ports/catalogue.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Erasures } from '../../shared/ports/erasures.ts';
import type { PrivateSession, PrivateSessions } from '../../shared/ports/private-sessions.ts';
import type { Topics } from '../../shared/ports/topics.ts';
import { TOPICS } from '../../shared/schema/topics.ts';
import { resolveItems } from './items.ts';

export interface AcceptDeps {
  readonly topics: Pick<Topics, 'publish'>;
  readonly catalogue: ItemCatalogue;
  readonly erasures: Pick<Erasures, 'erasedAt'>;
  readonly privateSessions: PrivateSessions;
  readonly clock: Clock;
}

/** A valid event and its place in what was sent. */
export interface Candidate {
  readonly index: number;
  readonly line?: number;
  readonly pointer: string;
  readonly event: SubmittedEvent;
}

export type RefusalKind = 'forbidden' | 'erased' | 'conflict';

export interface Acceptance {
  readonly accepted: number;
  readonly duplicates: number;
  readonly refused: readonly (Rejection & { readonly kind: RefusalKind })[];
}

const REFUSALS: { readonly [K in RefusalKind]: { readonly field: string; readonly detail: string } } = {
  forbidden: { field: 'listenerId', detail: 'this token may not submit for another listener' },
  erased: { field: 'occurredAt', detail: 'erased: the listener was erased at or after this time' },
  conflict: {
    field: 'eventId',
    detail: 'conflict: this batch has an earlier event of this id with another body',
  },
};

function refuse({ index, line, pointer, event }: Candidate, kind: RefusalKind) {
  const { field, detail } = REFUSALS[kind];
  const place = { index, ...(line !== undefined && { line }), eventId: event.eventId };
  return { ...place, kind, errors: [{ pointer: `${pointer}/${field}`, detail }] };
}

/** Splits repeats from the events to publish: of one id the first counts, another body is a conflict. */
function dedupe(candidates: readonly Candidate[]) {
  const bodies = new Map<string, string>();
  const fresh: Candidate[] = [];
  const conflicts: Candidate[] = [];
  for (const candidate of candidates) {
    const body = canonicalJson(candidate.event);
    const first = bodies.get(candidate.event.eventId);
    if (first === undefined) {
      bodies.set(candidate.event.eventId, body);
      fresh.push(candidate);
    } else if (first !== body) conflicts.push(candidate);
  }
  return { fresh, conflicts, duplicates: candidates.length - fresh.length - conflicts.length };
}

const isPrivateAt = (sessions: readonly PrivateSession[] | undefined, at: number): boolean =>
  sessions?.some(({ from, until }) => at >= from && (until === null || at < until)) ?? false;

function accepted(
  event: SubmittedEvent,
  item: CatalogueItem | undefined,
  rest: Pick<ListeningEvent, 'receivedAt' | 'private' | 'source'>,
): ListeningEvent {
  const { metadata, ...said } = event;
  return {
    version: EVENT_VERSION,
    ...said,
    recordingId: item?.recordingId ?? event.itemId,
    artistId: item?.artistId ?? null,
    durationMs: event.durationMs ?? item?.durationMs ?? metadata?.durationMs ?? null,
    plays: 1,
    ...rest,
  };
}

/**
 * Accepts what may be accepted and names the rest with its reason. Resolves when the accepted events are durable
 * in the topic `listens`; throws, with nothing of them published, when a store or the topic fails.
 */
export async function acceptEvents(
  candidates: readonly Candidate[],
  options: { principal: Principal; source: string; deps: AcceptDeps },
): Promise<Acceptance> {
  const { principal, source, deps } = options;
  const { catalogue, clock, erasures, privateSessions, topics } = deps;
  const allowed = candidates.filter(({ event }) => mayActFor(principal, event.listenerId));
  const forbidden = candidates.filter(({ event }) => !mayActFor(principal, event.listenerId));
  const listeners = [...new Set(allowed.map(({ event }) => event.listenerId))];
  const now = clock.now();
  const [sessions, { items, learnt }] = await Promise.all([
    privateSessions.of(listeners),
    resolveItems(
      allowed.map(({ event }) => event),
      { catalogue, source, now },
    ),
  ]);
  if (learnt.length > 0) await learn(learnt, deps);
  // Last of the questions, so that as little time as can be lies between its answer and the publishing.
  const erased = await erasures.erasedAt(listeners);
  const isErased = ({ event }: Candidate) =>
    event.occurredAt <= (erased.get(event.listenerId) ?? Number.NEGATIVE_INFINITY);
  const { fresh, conflicts, duplicates } = dedupe(allowed.filter((candidate) => !isErased(candidate)));
  if (fresh.length > 0) {
    // Stamped in the same tick in which publish is called: a build's cut-off waits for every publish called before
    // it, and so sees every event whose receivedAt lies before it. No await may come between.
    const receivedAt = clock.now();
    const published = topics.publish(
      TOPICS.listens,
      fresh.map(({ event }) => {
        const isPrivate = isPrivateAt(sessions.get(event.listenerId), event.occurredAt);
        const whole = accepted(event, items.get(event.itemId), { receivedAt, private: isPrivate, source });
        return { orderingKey: event.listenerId, data: JSON.stringify(whole) };
      }),
    );
    await published;
  }
  const refused = [
    ...forbidden.map((candidate) => refuse(candidate, 'forbidden')),
    ...allowed.filter(isErased).map((candidate) => refuse(candidate, 'erased')),
    ...conflicts.map((candidate) => refuse(candidate, 'conflict')),
  ];
  return { accepted: fresh.length, duplicates, refused };
}

/** Before the events that need them: an event of an unknown item would otherwise be possible after a crash. */
async function learn(items: readonly CatalogueItem[], { catalogue, topics }: AcceptDeps): Promise<void> {
  await catalogue.learn(items);
  await topics.publish(
    TOPICS.catalogue,
    items.map((item) => ({ orderingKey: item.itemId, data: JSON.stringify(item) })),
  );
}

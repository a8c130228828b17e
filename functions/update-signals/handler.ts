/** Writes each accepted event into its listener's row, once: repeats and any order give the same row. */
import { parseListeningEvent } from '../../shared/api/listening-event.ts';
import type { EventType, ListeningEvent } from '../../shared/domain/event.ts';
import { messageOf, TransientError } from '../../shared/errors.ts';
import { type Logger, shortHash } from '../../shared/logging/logger.ts';
import type { Erasures } from '../../shared/ports/erasures.ts';
import type { CellWrite, RowStore } from '../../shared/ports/row-store.ts';
import { ACK, type Handler, type Message, type Outcome } from '../../shared/ports/topics.ts';
import {
  type DecodedCell,
  decodeLiveEvent,
  isSameEvent,
  liveEventCell,
} from '../../shared/rows/live-events.ts';
import { listenerKey, ROW_TABLES } from '../../shared/schema/rows.ts';

/** What became of events, for metrics. */
export type SignalCount = 'written' | 'repeated' | 'conflict' | 'erased' | 'dead';

export interface UpdateSignalsDeps {
  readonly rows: Pick<RowStore, 'writeIfAbsent' | 'write'>;
  readonly erasures: Pick<Erasures, 'erasedAt'>;
  readonly logger: Logger;
  readonly count?: (what: SignalCount, events: number) => void;
}

/** Feedback that must outlive the live window becomes a control: true sets the dislike, false takes it back. */
const DISLIKES: { readonly [T in EventType]?: boolean } = { dislike: true, like: false, unsave: false };

function dislikeCell(event: ListeningEvent, active: boolean): CellWrite {
  return {
    key: listenerKey(event.listenerId),
    family: ROW_TABLES.listeners.control,
    qualifier: `dislike#${event.recordingId}`,
    timestamp: event.occurredAt,
    value: JSON.stringify({ active }),
  };
}

/** Names an event within its listener's row; neither part can hold the separator. */
const idOf = ({ listenerId, eventId }: ListeningEvent): string => `${listenerId}\n${eventId}`;

interface Pending {
  readonly index: number;
  readonly event: ListeningEvent;
}

/**
 * Creates the handler of `update-signals`. A batch costs one look for erasures, one conditional write of the
 * events, and one write of controls where feedback is among them. A store that fails retries the messages it was
 * asked about; a message that can never be read dies with the reason. Write-if-absent and not a plain set, because
 * a repeat under a newer `receivedAt` would be folded once by the build and once more live.
 */
export function createUpdateSignals(deps: UpdateSignalsDeps): Handler {
  const { rows, erasures, logger } = deps;
  const count = (what: SignalCount, events: number) => {
    if (events > 0) deps.count?.(what, events);
  };

  async function withoutErased(pending: readonly Pending[]): Promise<readonly Pending[]> {
    const erased = await erasures.erasedAt([...new Set(pending.map(({ event }) => event.listenerId))]);
    return pending.filter(
      ({ event }) => event.receivedAt > (erased.get(event.listenerId) ?? Number.NEGATIVE_INFINITY),
    );
  }

  /** What the row holds under each event id once the batch's new ones are written; one store call. */
  async function writeNew(living: readonly Pending[]) {
    const firsts = new Map<string, ListeningEvent>();
    for (const { event } of living) if (!firsts.has(idOf(event))) firsts.set(idOf(event), event);
    const cells = [...firsts.values()].map(liveEventCell);
    const before = await rows.writeIfAbsent('listeners', cells);
    const held = new Map<string, DecodedCell>();
    let written = 0;
    for (const [i, [id, event]] of [...firsts].entries()) {
      const cell = before[i];
      if (cell === undefined) written++;
      held.set(id, cell === undefined ? { event } : decodeLiveEvent(event.listenerId, cell));
    }
    return { held, written };
  }

  /** True where the event is what the row holds; false where another body of its id came first. */
  function stands(event: ListeningEvent, held: DecodedCell | undefined): boolean {
    if (held?.event !== undefined && isSameEvent(held.event, event)) return true;
    const fields = { eventId: event.eventId, listener: shortHash(event.listenerId), reason: held?.reason };
    logger.warn(fields, 'an event id came again with another body; the first is kept');
    return false;
  }

  async function store(pending: readonly Pending[]): Promise<void> {
    const living = await withoutErased(pending);
    count('erased', pending.length - living.length);
    if (living.length === 0) return;
    const { held, written } = await writeNew(living);
    const standing = living.filter(({ event }) => stands(event, held.get(idOf(event))));
    count('written', written);
    count('repeated', standing.length - written);
    count('conflict', living.length - standing.length);
    // Of repeats as well: a crash between the two writes must not lose the control.
    const controls = standing.flatMap(({ event }) => {
      const active = DISLIKES[event.type];
      return active === undefined ? [] : [dislikeCell(event, active)];
    });
    if (controls.length > 0) await rows.write('listeners', controls);
  }

  return async (messages: readonly Message[]): Promise<readonly Outcome[]> => {
    const outcomes: Outcome[] = messages.map(() => ACK);
    const pending: Pending[] = [];
    for (const [index, message] of messages.entries()) {
      const { event, reason } = parseListeningEvent(message.data);
      if (event !== undefined) pending.push({ index, event });
      else {
        outcomes[index] = { kind: 'dead', reason };
        logger.error({ messageId: message.id, reason }, 'a message of the topic listens cannot be read');
      }
    }
    count('dead', messages.length - pending.length);
    if (pending.length === 0) return outcomes;
    try {
      await store(pending);
    } catch (error) {
      logger.warn({ error, events: pending.length }, 'events could not be stored; they will be tried again');
      // An outage is nobody's fault: thrown, it counts against no message, so none of them dies of it.
      if (error instanceof TransientError) throw error;
      for (const { index } of pending) outcomes[index] = { kind: 'retry', reason: messageOf(error) };
    }
    return outcomes;
  };
}

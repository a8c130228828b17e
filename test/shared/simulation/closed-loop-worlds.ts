/** A small world for the tests of the closed loop, and events made by hand. */
import { EVENT_VERSION, type ListeningEvent } from '../../../shared/domain/event.ts';
import { LOOP_PARAMETERS, type LoopParameters } from '../../../shared/simulation/closed-loop-parameters.ts';
import type { LoopPolicy, ServeRequest } from '../../../shared/simulation/closed-loop-policy.ts';
import { createWorld, type LoopWorld } from '../../../shared/simulation/closed-loop-world.ts';

/** A Monday. */
export const START = Date.UTC(2024, 0, 1);

export function smallWorld(seed = 1, parameters: Partial<LoopParameters> = {}): LoopWorld {
  const size = { listeners: 12, tracks: 300, historyDays: 14, weeks: 2 };
  return createWorld(seed, START, size, { ...LOOP_PARAMETERS, ...parameters });
}

/** A policy that answers with `serve` and remembers everything it was told, in order. */
export function policyOf(
  serve: (listenerId: string, request: ServeRequest, heard: ReadonlySet<string>) => readonly string[],
): LoopPolicy & { readonly observed: ListeningEvent[] } {
  const observed: ListeningEvent[] = [];
  const heard = new Map<string, Set<string>>();
  return {
    name: 'by hand',
    observed,
    observe(events) {
      observed.push(...events);
      for (const { listenerId, itemId } of events)
        heard.set(listenerId, (heard.get(listenerId) ?? new Set()).add(itemId));
    },
    async refresh() {},
    async serve(listenerId, _at, request) {
      return serve(listenerId, request, heard.get(listenerId) ?? new Set());
    },
    async close() {},
  };
}

export function eventAt(occurredAt: number, change: Partial<ListeningEvent> = {}): ListeningEvent {
  return {
    version: EVENT_VERSION,
    type: 'listen',
    eventId: `e${occurredAt}`,
    listenerId: 'ana',
    itemId: 'x',
    recordingId: 'x',
    artistId: 'a',
    occurredAt,
    receivedAt: occurredAt + 1000,
    msPlayed: 200_000,
    durationMs: 200_000,
    skipped: false,
    plays: 1,
    private: false,
    context: { surface: 'library' },
    source: 'test',
    ...change,
  };
}

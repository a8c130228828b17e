/** Listeners as a build should know them, by the definitions of shared/domain. */
import { type ControlKind, ControlsInForce } from '../../../../shared/domain/control.ts';
import type { ListeningEvent } from '../../../../shared/domain/event.ts';
import { compareEvents } from '../../../../shared/domain/event-order.ts';
import { foldSignals, type Signals } from '../../../../shared/domain/signals.ts';
import type { History } from '../stage-fixture.ts';
import { coveredEvents, erasedAt, type Recording } from './catalogue.ts';

export interface Listener {
  readonly listenerId: string;
  readonly firstAt: number;
  /** Of the last event: the instant to which affinities are decayed. */
  readonly lastAt: number;
  /** One per event id, in the order of the fold; durations filled in from the catalogue. */
  readonly events: readonly ListeningEvent[];
  readonly listens: readonly ListeningEvent[];
  /** Private, or kept out of taste by the listener. */
  readonly outside: (event: ListeningEvent) => boolean;
  readonly controls: ControlsInForce;
  /** Rules against targets in force at the cutoff. */
  readonly signals: Signals;
}

/** The first reception of each id by `receivedAt`: what ingest, the live row and the first stage all keep. */
export function firstReceptions(events: readonly ListeningEvent[]): ListeningEvent[] {
  const first = new Map<string, ListeningEvent>();
  for (const event of events) {
    const known = first.get(event.eventId);
    if (known === undefined || event.receivedAt < known.receivedAt) first.set(event.eventId, event);
  }
  return [...first.values()].sort(compareEvents);
}

/** A listener's controls as they stand at the cutoff: of each kind and target the newest change. */
export function controlsOf(history: History, listenerId: string): ControlsInForce {
  const erased = erasedAt(history).get(listenerId) ?? Number.NEGATIVE_INFINITY;
  const standing = new Map<string, History['controls'][number]>();
  const changes = history.controls.filter(
    (change) => change.listenerId === listenerId && change.changedAt > erased,
  );
  for (const change of changes.toSorted((a, b) => a.changedAt - b.changedAt))
    standing.set(`${change.kind}#${change.target}`, change);
  const controls = [...standing.values()].map(({ kind, target, active, until, changedAt }) => ({
    kind: kind as ControlKind,
    target,
    active,
    until,
    from: changedAt,
  }));
  return new ControlsInForce(controls, history.cutoff);
}

/** Everybody whom no erasure took, by id ascending. */
export function listenersOf(
  history: History,
  recordings: ReadonlyMap<string, Recording>,
): ReadonlyMap<string, Listener> {
  const covered = Map.groupBy(coveredEvents(history), ({ listenerId }) => listenerId);
  return new Map(
    [...covered.keys()].sort().map((listenerId) => {
      const all = history.events.filter(
        (event) => event.listenerId === listenerId && event.receivedAt < history.cutoff,
      );
      const receptions = covered.get(listenerId) ?? [];
      const kept = firstReceptions(all).filter((event) => receptions.includes(event));
      return [listenerId, listenerOf(listenerId, history, recordings, receptions, kept)];
    }),
  );
}

function listenerOf(
  listenerId: string,
  history: History,
  recordings: ReadonlyMap<string, Recording>,
  receptions: readonly ListeningEvent[],
  kept: readonly ListeningEvent[],
): Listener {
  const controls = controlsOf(history, listenerId);
  const events = kept.map((event) => {
    const recording = recordings.get(event.recordingId);
    return {
      ...event,
      durationMs: event.durationMs ?? recording?.durationMs ?? null,
      artistId: recording?.artistId ?? null,
    };
  });
  const lastAt = Math.max(...receptions.map(({ occurredAt }) => occurredAt));
  const excluded = (event: ListeningEvent) => controls.excludes(event);
  return {
    listenerId,
    firstAt: Math.min(...receptions.map(({ occurredAt }) => occurredAt)),
    lastAt,
    events,
    listens: events.filter(({ type }) => type === 'listen'),
    outside: (event) => event.private || excluded(event),
    controls,
    signals: foldSignals(events, {
      now: lastAt,
      excluded,
      describe: (_, recordingId) => recordings.get(recordingId),
    }),
  };
}

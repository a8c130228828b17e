/** Prepare: everything an answer needs of one listener, read once, with what could not be read named. */
import { ControlsInForce } from '../domain/control.ts';
import type { ListeningEvent } from '../domain/event.ts';
import { foldSignals, type Signals } from '../domain/signals.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../logging/logger.ts';
import type { ItemCatalogue } from '../ports/catalogue.ts';
import type { Erasures } from '../ports/erasures.ts';
import type { RowStore } from '../ports/row-store.ts';
import type { BuiltListener, ListenerReader, ListenerRow } from '../rows/listener-row.ts';
import { readableBuilds, readPointer } from '../rows/pointer.ts';

/** Parts an answer can do without; `degraded` lists those it had to. */
export type Part =
  | 'weekly'
  | 'snapshot'
  | 'build'
  | 'listener'
  | 'signals'
  | 'catalogue'
  | 'related'
  | 'session'
  | 'popularity'
  | 'impressions';

export interface ReadingDeps {
  readonly rows: RowStore;
  readonly catalogue: ItemCatalogue;
  readonly erasures: Erasures;
  readonly listeners: ListenerReader;
}

/** What one request knows; `attempt` is how it reads anything it can answer without. */
export interface Reading {
  readonly now: number;
  readonly logger: Logger;
  readonly degraded: Set<Part>;
  attempt<T>(part: Part, work: () => Promise<T>, otherwise: T): Promise<T>;
}

export function startReading(now: number, logger: Logger): Reading {
  const degraded = new Set<Part>();
  return {
    now,
    logger,
    degraded,
    async attempt(part, work, otherwise) {
      try {
        return await work();
      } catch (error) {
        degraded.add(part);
        logger.warn({ part, error: messageOf(error) }, 'answering without a part');
        return otherwise;
      }
    },
  };
}

export interface ListenerView {
  /** The one build that everything of the answer is read from; undefined while nothing was published. */
  readonly build: number | undefined;
  /** False where the row could not be read: what was heard or ruled out is not known, so nothing may be proposed. */
  readonly isKnown: boolean;
  readonly built: BuiltListener | undefined;
  /** Since the build, but for `recent`, which also names what was heard just before it. */
  readonly signals: Signals;
  /** What was heard last, also just before the build; see ListenerRow.earlier. */
  readonly lately: Signals['heard'];
  readonly controls: ControlsInForce;
  readonly row: ListenerRow;
  /** Epoch ms of the listener's last erasure, before which nothing counts. */
  readonly erasedAt: number | undefined;
}

export const NOBODY: ListenerRow = { built: undefined, live: [], earlier: [], controls: [], damaged: [] };

/** Builds that may be read, best first; none, and `build` degraded, while nothing was published. */
export async function readBuilds(deps: ReadingDeps, reading: Reading): Promise<readonly number[]> {
  const pointer = await reading.attempt('build', () => readPointer(deps.rows), undefined);
  const builds = pointer === undefined ? [] : readableBuilds(pointer);
  if (builds.length === 0) reading.degraded.add('build');
  return builds;
}

/** A listener's build, signals and controls. Erasures are no part to do without: failing to read them throws. */
export async function readListener(
  deps: ReadingDeps,
  reading: Reading,
  listenerId: string,
): Promise<ListenerView> {
  const [erased, builds] = await Promise.all([
    deps.erasures.erasedAt([listenerId]),
    readBuilds(deps, reading),
  ]);
  const erasedAt = erased.get(listenerId);
  const found = await reading.attempt(
    'listener',
    () => deps.listeners.read(listenerId, builds, erasedAt),
    undefined,
  );
  const row = found ?? NOBODY;
  if (row.damaged.length > 0) {
    reading.degraded.add('signals');
    reading.logger.error({ damaged: row.damaged.length, first: row.damaged[0] }, 'unreadable live cells');
  }
  const described = await reading.attempt(
    'catalogue',
    () => deps.catalogue.get([...row.live, ...row.earlier].map(({ itemId }) => itemId)),
    new Map(),
  );
  const controls = new ControlsInForce(row.controls, reading.now);
  const fold = (events: readonly ListeningEvent[]) =>
    foldSignals(events, {
      now: reading.now,
      describe: (itemId) => described.get(itemId),
      excluded: (event) => controls.excludes(event),
    });
  const live = fold(row.live);
  // Taste of the earlier ones is in the build already; what was just heard is only in them.
  const lately = row.earlier.length === 0 ? live : fold([...row.earlier, ...row.live]);
  const signals = { ...live, recent: lately.recent };
  const build = row.built?.build ?? builds[0];
  return {
    build,
    isKnown: found !== undefined,
    built: row.built,
    signals,
    lately: lately.heard,
    controls,
    row,
    erasedAt,
  };
}

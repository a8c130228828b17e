/** Keeps what a listener decided: for builds first, then for serving. */
import type { Control } from '../domain/control.ts';
import { TransientError } from '../errors.ts';
import type { Erasures } from '../ports/erasures.ts';
import type { RowStore } from '../ports/row-store.ts';
import type { Topics } from '../ports/topics.ts';
import { TOPICS } from '../schema/topics.ts';
import { controlCell } from './control-cells.ts';

/** A control and when it was changed (epoch ms), which decides which of two changes holds. */
export interface ControlChange {
  readonly control: Control;
  readonly changedAt: number;
}

/** The instant a change counts from: later than the one before it, whose author's clock may be ahead. */
export function laterThan(changedAt: number, now: number): number {
  return Math.max(now, changedAt + 1);
}

/**
 * Repeating it is harmless: a crash between topic and row leaves the caller without an answer, so it is said again.
 * Throws what a store threw, and TransientError while the listener is being erased.
 */
export async function saveControls(
  deps: {
    readonly rows: Pick<RowStore, 'write'>;
    readonly topics: Pick<Topics, 'publish'>;
    readonly erasures: Pick<Erasures, 'erasedAt'>;
  },
  listenerId: string,
  changes: readonly ControlChange[],
): Promise<void> {
  const erasedAt = (await deps.erasures.erasedAt([listenerId])).get(listenerId) ?? 0;
  if (changes.some(({ changedAt }) => changedAt <= erasedAt))
    throw new TransientError('The listener is being erased.');
  const messages = changes.map(({ control: { kind, target, active, until }, changedAt }) => ({
    orderingKey: listenerId,
    data: JSON.stringify({ listener_id: listenerId, kind, target, active, until, changed_at: changedAt }),
  }));
  await deps.topics.publish(TOPICS.controls, messages);
  await deps.rows.write(
    'listeners',
    changes.map(({ control, changedAt }) => controlCell(listenerId, control, changedAt)),
  );
}

/** A dislike said in a session holds everywhere: it is written as the control it is. */
import { TransientError } from '../../shared/errors.ts';
import { controlCell } from '../../shared/rows/control-cells.ts';
import { listenerKey, ROW_TABLES } from '../../shared/schema/rows.ts';
import { TOPICS } from '../../shared/schema/topics.ts';
import type { SessionDeps } from './deps.ts';

const KIND = 'dislike';

/**
 * Writes a dislike of each recording, for builds first and then for serving; repeating it is harmless. Throws what a
 * store threw, and TransientError while the listener is being erased.
 */
export async function writeDislikes(
  { rows, topics, erasures, clock }: Pick<SessionDeps, 'rows' | 'topics' | 'erasures' | 'clock'>,
  listenerId: string,
  recordingIds: readonly string[],
): Promise<void> {
  if (recordingIds.length === 0) return;
  const qualifiers = recordingIds.map((recordingId) => `${KIND}#${recordingId}`);
  const before = await rows.read('listeners', listenerKey(listenerId), [
    { family: ROW_TABLES.listeners.control, qualifiers },
  ]);
  const now = clock.now();
  const changes = recordingIds.map((target, i) => {
    const changed = before?.cells.find(({ qualifier }) => qualifier === qualifiers[i])?.timestamp ?? 0;
    // Later than the one before it, whose author's clock may be ahead.
    return { target, changedAt: Math.max(now, changed + 1) };
  });
  const erasedAt = (await erasures.erasedAt([listenerId])).get(listenerId) ?? 0;
  if (changes.some(({ changedAt }) => changedAt <= erasedAt))
    throw new TransientError('The listener is being erased.');
  const messages = changes.map(({ target, changedAt }) => ({
    listener_id: listenerId,
    kind: KIND,
    target,
    active: true,
    until: null,
    changed_at: changedAt,
  }));
  await topics.publish(
    TOPICS.controls,
    messages.map((change) => ({ orderingKey: listenerId, data: JSON.stringify(change) })),
  );
  const control = { kind: KIND, active: true, until: null, from: now } as const;
  await rows.write(
    'listeners',
    changes.map(({ target, changedAt }) => controlCell(listenerId, { ...control, target }, changedAt)),
  );
}

/** A dislike said in a session holds everywhere: it is written as the control it is. */
import { laterThan, saveControls } from '../../shared/rows/save-controls.ts';
import { listenerKey, ROW_TABLES } from '../../shared/schema/rows.ts';
import type { SessionDeps } from './deps.ts';

const KIND = 'dislike';

/**
 * Writes a dislike of each recording. Throws as saveControls() does.
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
    const control = { kind: KIND, target, active: true, until: null, from: now } as const;
    return { control, changedAt: laterThan(changed, now) };
  });
  await saveControls({ rows, topics, erasures }, listenerId, changes);
}

/** Private sessions out of listeners' controls, for ingest. */
import type { PrivateSession, PrivateSessions } from '../ports/private-sessions.ts';
import type { Cell, RowStore } from '../ports/row-store.ts';
import { controlOfCell } from '../rows/control-cells.ts';
import { listenerKey, ROW_TABLES } from '../schema/rows.ts';

/**
 * Sessions out of every version of the cells, since a player may tell of a session long after the next one of the
 * same name began. Versions of one session share its beginning; the newest of them knows its end.
 */
function sessionsOf(cells: readonly Cell[]): PrivateSession[] {
  const sessions = new Map<string, PrivateSession>();
  for (const cell of cells) {
    const control = controlOfCell(cell);
    if (control?.kind !== 'private-session') continue;
    const name = `${control.from} ${control.target}`;
    if (!sessions.has(name)) sessions.set(name, { from: control.from, until: control.until });
  }
  return [...sessions.values()];
}

/** Reads the rows' control family; one read for a whole batch of listeners. */
export function createPrivateSessions(rows: Pick<RowStore, 'readMany'>): PrivateSessions {
  return {
    async of(listenerIds) {
      const found = await rows.readMany('listeners', listenerIds.map(listenerKey), [
        { family: ROW_TABLES.listeners.control, versions: 'all' },
      ]);
      return new Map(
        found.flatMap((row, index) => {
          const sessions = sessionsOf(row?.cells ?? []);
          const listenerId = listenerIds[index];
          return sessions.length === 0 || listenerId === undefined ? [] : [[listenerId, sessions] as const];
        }),
      );
    },
  };
}

/** Private sessions out of listeners' controls, for ingest. */
import type { PrivateSessions } from '../ports/private-sessions.ts';
import type { RowStore } from '../ports/row-store.ts';
import { controlOfCell } from '../rows/control-cells.ts';
import { listenerKey, ROW_TABLES } from '../schema/rows.ts';

/** Reads the rows' control family; one read for a whole batch of listeners. */
export function createPrivateSessions(rows: Pick<RowStore, 'readMany'>): PrivateSessions {
  return {
    async of(listenerIds) {
      const found = await rows.readMany('listeners', listenerIds.map(listenerKey), [
        { family: ROW_TABLES.listeners.control },
      ]);
      return new Map(
        found.flatMap((row, index) => {
          const sessions = (row?.cells ?? [])
            .flatMap((cell) => controlOfCell(cell) ?? [])
            .filter(({ kind }) => kind === 'private-session')
            .map(({ from, until }) => ({ from, until }));
          const listenerId = listenerIds[index];
          return sessions.length === 0 || listenerId === undefined ? [] : [[listenerId, sessions] as const];
        }),
      );
    },
  };
}

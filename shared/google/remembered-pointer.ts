/** The publish pointer is one row that every answer reads: remembered for a moment, it does not become a hot one. */
import type { Row, RowStore } from '../ports/row-store.ts';
import { POINTER_KEY } from '../schema/rows.ts';

type Read = RowStore['read'];

/** While reading fails, what was read last serves this many times as long. */
const PATIENCE = 10;

/**
 * The same reading, but the pointer is read at most once in `forMs` (ms of `now`), by one request for all who ask
 * meanwhile. A build is published to this process, or rolled back, that much later; each answer still reads of one
 * build. What was read last is also answered while reading fails, for ten times as long.
 */
export function rememberPointer(
  read: Read,
  { now, forMs }: { readonly now: () => number; readonly forMs: number },
): Read {
  let known: { readonly at: number; readonly row: Row } | undefined;
  let asked: Promise<Row | undefined> | undefined;

  async function ask(...request: Parameters<Read>): Promise<Row | undefined> {
    const at = now();
    try {
      const row = await read(...request);
      // That nothing is published is not remembered: the first build is seen at once.
      known = row === undefined ? undefined : { at, row };
      return row;
    } catch (error) {
      if (known === undefined || now() - known.at >= PATIENCE * forMs) throw error;
      return known.row;
    } finally {
      asked = undefined;
    }
  }

  return async (table, key, filters) => {
    if (table !== 'pools' || key !== POINTER_KEY) return read(table, key, filters);
    if (known !== undefined && now() - known.at < forMs) return known.row;
    asked ??= ask(table, key, filters);
    return asked;
  };
}

/** Conditional writes by CheckAndMutateRow, also when the answer to one that took effect is lost on its way. */
import { InvalidInput, TransientError } from '../errors.ts';
import type { Cell, CellWrite } from '../ports/row-store.ts';
import type { RowTable } from '../schema/rows.ts';
import type { BigtableCalls } from './bigtable-calls.ts';
import {
  chain,
  newest,
  ofFamily,
  ofQualifiers,
  ofTimes,
  ofValue,
  requireSize,
  withoutValue,
} from './bigtable-filters.ts';
import { deleteRow, setCell } from './bigtable-messages.ts';

/** Looks at a cell that was there a moment ago and may be gone, erased, by now. */
const LOOKS = 5;

/** Sets a cell unless its qualifier has one; answers the one that was there. */
export async function setIfAbsent(
  calls: BigtableCalls,
  table: RowTable,
  cell: CellWrite,
): Promise<Cell | undefined> {
  const { key, family, qualifier } = cell;
  const predicate = chain(ofFamily(family), ofQualifiers([qualifier]), newest, withoutValue);
  for (let look = 0; look < LOOKS; look++) {
    let mayBeOurs = false;
    const wasThere = await calls.check(
      table,
      { key, predicate, whenFalse: setCell(cell) },
      async (matched) => {
        mayBeOurs = matched;
        return matched;
      },
    );
    if (!wasThere) return undefined;
    const cells = await cellsOf(calls, table, cell);
    // An identical cell of another writer cannot be told from ours, and means the same.
    if (mayBeOurs && cells.some((found) => isSame(found, cell))) return undefined;
    const [there] = cells;
    if (there !== undefined) return there;
  }
  throw new TransientError(`Writing ${table}: a cell came and went ${LOOKS} times.`);
}

/**
 * Sets a cell while the newest value of its qualifier is `expected`; undefined is none. Throws InvalidInput for an
 * expected value of more than about ten thousand bytes, which Bigtable does not compare.
 */
export async function compareAndSetCell(
  calls: BigtableCalls,
  table: RowTable,
  cell: CellWrite,
  expected: string | undefined,
): Promise<boolean> {
  const { key, family, qualifier } = cell;
  const column = [ofFamily(family), ofQualifiers([qualifier]), newest];
  const condition =
    expected === undefined
      ? { key, predicate: chain(...column, withoutValue), whenFalse: setCell(cell) }
      : {
          key,
          predicate: requireSize(chain(...column, ofValue(expected)), '/expected'),
          whenTrue: setCell(cell),
        };
  const setsWhen = expected !== undefined;
  const matched = await calls.check(table, condition, async (now) => {
    if (now === setsWhen) return now;
    // Refused this time, which it also would be after our own unheard success. Older versions count: another writer
    // may have gone on from ours.
    const cells = await cellsOf(calls, table, cell);
    return cells.some((found) => isSame(found, cell)) ? setsWhen : now;
  });
  return matched === setsWhen;
}

/** Removes a row unless it has a cell of a later timestamp, which is whole milliseconds as all of them are. */
export async function deleteRowUnlessAfter(
  calls: BigtableCalls,
  table: RowTable,
  key: string,
  unlessAfter: number,
): Promise<void> {
  const later = Math.max(0, Math.floor(unlessAfter) + 1);
  if (!Number.isSafeInteger(later))
    throw new InvalidInput([{ pointer: '/unlessAfter', detail: 'must be an instant in milliseconds' }]);
  const predicate = chain(ofTimes(later), withoutValue);
  await calls.check(table, { key, predicate, whenFalse: deleteRow }, async (matched) => matched);
}

/** Every cell of the qualifier, newest first. */
async function cellsOf(
  calls: BigtableCalls,
  table: RowTable,
  { key, family, qualifier }: CellWrite,
): Promise<readonly Cell[]> {
  const rows = await calls.rowsOf(table, [key], [{ family, qualifiers: [qualifier], versions: 'all' }]);
  return rows.get(key)?.cells ?? [];
}

function isSame(found: Cell, cell: CellWrite): boolean {
  return found.timestamp === cell.timestamp && found.value === cell.value;
}

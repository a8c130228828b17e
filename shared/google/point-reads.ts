/** Reads of single rows that are asked for at the same moment travel in one request: a hundred cost an eighth of a hundred. */
import type { FamilyFilter, Row } from '../ports/row-store.ts';
import type { RowTable } from '../schema/rows.ts';

type ReadMany = (
  table: RowTable,
  keys: readonly string[],
  filters: readonly FamilyFilter[] | undefined,
) => Promise<ReadonlyMap<string, Row>>;

interface Batch {
  readonly table: RowTable;
  readonly filters: readonly FamilyFilter[] | undefined;
  readonly waiting: Map<string, { resolve(row: Row | undefined): void; reject(error: unknown): void }[]>;
}

/** Keys in one request: more would wait for the slowest of too many tablets. */
const MOST_KEYS = 32;

/**
 * Returns a reader of single rows over a reader of many. What is asked within one turn of the event loop, of one table
 * and under the same filters, is read together; a row asked for twice is read once. A failure is everybody's in the batch.
 */
export function createPointReads(readMany: ReadMany) {
  const batches = new Map<string, Batch>();

  function send(name: string, batch: Batch): void {
    batches.delete(name);
    readMany(batch.table, [...batch.waiting.keys()], batch.filters).then(
      (rows) => {
        for (const [key, waiting] of batch.waiting) for (const { resolve } of waiting) resolve(rows.get(key));
      },
      (error: unknown) => {
        for (const waiting of batch.waiting.values()) for (const { reject } of waiting) reject(error);
      },
    );
  }

  function batchFor(table: RowTable, filters: readonly FamilyFilter[] | undefined): [string, Batch] {
    const name = filters === undefined ? table : `${table} ${JSON.stringify(filters)}`;
    const known = batches.get(name);
    if (known !== undefined) return [name, known];
    const batch: Batch = { table, filters, waiting: new Map() };
    batches.set(name, batch);
    setImmediate(() => {
      if (batches.get(name) === batch) send(name, batch);
    });
    return [name, batch];
  }

  return (table: RowTable, key: string, filters?: readonly FamilyFilter[]): Promise<Row | undefined> =>
    new Promise((resolve, reject) => {
      const [name, batch] = batchFor(table, filters);
      const waiting = batch.waiting.get(key) ?? [];
      waiting.push({ resolve, reject });
      batch.waiting.set(key, waiting);
      if (batch.waiting.size >= MOST_KEYS) send(name, batch);
    });
}

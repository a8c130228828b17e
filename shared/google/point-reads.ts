/** Reads of single rows that are asked for at the same moment travel in one request: a hundred cost an eighth of a hundred. */
import type { FamilyFilter, Row } from '../ports/row-store.ts';
import type { RowTable } from '../schema/rows.ts';

type ReadMany = (
  table: RowTable,
  keys: readonly string[],
  filters: readonly FamilyFilter[] | undefined,
) => Promise<ReadonlyMap<string, Row>>;

interface Waiting {
  resolve(row: Row | undefined): void;
  reject(error: unknown): void;
}

/** Keys in one request: more would wait for the slowest of too many tablets. */
const MOST_KEYS = 32;
/**
 * Requests of one kind under way at a time before others gather. A quiet process never gets there and waits for nobody; a
 * busy one sends fewer and larger requests the busier it is.
 */
const MOST_UNDER_WAY = 4;
/**
 * Longest that a read gathers, ms; then it goes, however many are under way. Its deadline runs from when it is sent: in an
 * outage, when each request takes all of its own, a queue of them would keep the last reader many times as long.
 */
const LONGEST_GATHERING_MS = 50;

/** Reads of one table under the same filters. */
class Lane {
  readonly #send: (keys: readonly string[]) => Promise<ReadonlyMap<string, Row>>;
  readonly #waiting = new Map<string, Waiting[]>();
  #underWay = 0;
  #isScheduled = false;
  #due: NodeJS.Timeout | undefined;

  constructor(send: (keys: readonly string[]) => Promise<ReadonlyMap<string, Row>>) {
    this.#send = send;
  }

  get isIdle(): boolean {
    return this.#underWay === 0 && this.#waiting.size === 0;
  }

  read(key: string, onIdle: () => void): Promise<Row | undefined> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(key);
      if (waiting !== undefined) waiting.push({ resolve, reject });
      else this.#waiting.set(key, [{ resolve, reject }]);
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      // The rest of this turn of the event loop may ask as well.
      setImmediate(() => {
        this.#isScheduled = false;
        this.#start(onIdle);
      });
    });
  }

  #start(onIdle: () => void, isDue = false): void {
    while (this.#waiting.size > 0 && (isDue || this.#underWay < MOST_UNDER_WAY)) {
      const batch = new Map<string, Waiting[]>();
      for (const [key, waiting] of this.#waiting) {
        batch.set(key, waiting);
        this.#waiting.delete(key);
        if (batch.size >= MOST_KEYS) break;
      }
      this.#underWay += 1;
      this.#send([...batch.keys()])
        .then(
          (rows) => {
            for (const [key, waiting] of batch) for (const { resolve } of waiting) resolve(rows.get(key));
          },
          (error: unknown) => {
            for (const waiting of batch.values()) for (const { reject } of waiting) reject(error);
          },
        )
        .finally(() => {
          this.#underWay -= 1;
          this.#start(onIdle);
          if (this.isIdle) onIdle();
        });
    }
    if (this.#waiting.size === 0) {
      clearTimeout(this.#due);
      this.#due = undefined;
    } else
      this.#due ??= setTimeout(() => {
        this.#due = undefined;
        this.#start(onIdle, true);
      }, LONGEST_GATHERING_MS);
  }
}

/**
 * Returns a reader of single rows over a reader of many. What is asked within one turn of the event loop, or while
 * enough requests are under way, of one table and under the same filters, is read together; a row asked for twice is read
 * once. A failure is everybody's in the request.
 */
export function createPointReads(readMany: ReadMany) {
  const lanes = new Map<string, Lane>();
  return (table: RowTable, key: string, filters?: readonly FamilyFilter[]): Promise<Row | undefined> => {
    const name = filters === undefined ? table : `${table} ${JSON.stringify(filters)}`;
    let lane = lanes.get(name);
    if (lane === undefined) {
      lane = new Lane((keys) => readMany(table, keys, filters));
      lanes.set(name, lane);
    }
    // Filters name instants: a lane that nobody uses would never be used again.
    return lane.read(key, () => lanes.delete(name));
  };
}

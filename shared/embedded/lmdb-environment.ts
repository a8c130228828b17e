/** One LMDB environment with group commit: concurrent writes share a transaction and one flush to disk. */
import { statfsSync } from 'node:fs';
import { type Database, open, type RootDatabase } from 'lmdb';
import { messageOf, TransientError } from '../errors.ts';

/** Named databases one environment may hold. */
const MAX_DATABASES = 64;

/** A transaction is closed at this size so that other threads' writers wait for milliseconds, not seconds. */
const MAX_GROUP_BYTES = 16 << 20;

/**
 * With less room than this nothing is written. LMDB must not meet a full disk: the text of its own write error
 * overruns a buffer (mdb_page_flush in lmdb 3.5.6), which now and then ends the process.
 */
const RESERVED_BYTES = 32 << 20;

export type TextDatabase = Database<string, string>;

interface Job {
  readonly run: () => unknown;
  readonly bytes: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Marks an error thrown by a job inside the group's transaction, as opposed to the commit's own. */
class JobFailed extends Error {
  readonly index: number;

  constructor(index: number, cause: unknown) {
    super('A write in the group failed.', { cause });
    this.index = index;
  }
}

export class LmdbEnvironment {
  readonly path: string;
  readonly #root: RootDatabase<string, string>;
  #queue: Job[] = [];
  #committing: Promise<void> | undefined;
  #closed = false;
  #writes = 0;

  /** @internal Use openLmdbEnvironment. */
  constructor(path: string, root: RootDatabase<string, string>) {
    this.path = path;
    this.#root = root;
  }

  /** Opens or creates a named database of text values. */
  database(name: string): TextDatabase {
    return this.#root.openDB<string, string>(name, { encoding: 'string' });
  }

  /**
   * Runs `job` inside the next write transaction and resolves with its result once that is on disk. The job must
   * be synchronous, use putSync and removeSync only, and do the same if it is run again: when another job of
   * its group throws, the transaction is given up and the rest of the group repeated. `bytes` is about how much
   * it writes. Rejects with TransientError, and nothing written, when the disk does not take the transaction.
   */
  write<T>(job: () => T, bytes = 0): Promise<T> {
    if (this.#closed) return Promise.reject(new TransientError(`The store ${this.path} is closed.`));
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ run: job, bytes, resolve: (value) => resolve(value as T), reject });
      this.#committing ??= Promise.resolve().then(() => this.#commitAll());
    });
  }

  /** Inside a job only: a text no other write of this environment ever gets, growing within one thread. */
  writeStamp(): string {
    return `${this.#root.getWriteTxnId()}.${++this.#writes}`;
  }

  /** Refuses new writes, waits for those under way, then closes. Other threads' environments stay open. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#committing;
    await this.#root.close();
  }

  async #commitAll(): Promise<void> {
    while (this.#queue.length > 0) await this.#commitGroup(this.#nextGroup());
    this.#committing = undefined;
  }

  #nextGroup(): Job[] {
    let bytes = 0;
    let count = 0;
    for (const job of this.#queue) {
      if (count > 0 && bytes + job.bytes > MAX_GROUP_BYTES) break;
      bytes += job.bytes;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  /** Commits the jobs together; one that throws is rejected alone and the rest are committed without it. */
  async #commitGroup(group: Job[]): Promise<void> {
    let jobs = this.#roomFor(group) ? group : [];
    while (jobs.length > 0) {
      try {
        const results = await this.#root.childTransaction(() => runAll(jobs));
        jobs.forEach((job, i) => {
          job.resolve(results[i]);
        });
        return;
      } catch (error) {
        if (error instanceof JobFailed) {
          const { index } = error;
          jobs[index]?.reject(await this.#describe(error.cause));
          jobs = jobs.filter((_, i) => i !== index);
        } else {
          const described = await this.#describe(error);
          for (const job of jobs) job.reject(described);
          return;
        }
      }
    }
  }

  /** Rejects the group where the disk is too full for it. */
  #roomFor(group: readonly Job[]): boolean {
    const { bavail, bsize } = statfsSync(this.path);
    if (bavail * bsize >= RESERVED_BYTES) return true;
    const message = `The disk of ${this.path} is full: less than ${RESERVED_BYTES >> 20} MiB are left; nothing was written.`;
    for (const job of group) job.reject(new TransientError(message));
    return false;
  }

  /** LMDB's failures carry a numeric code, or the promise of the one that failed the commit; others are bugs. */
  async #describe(error: unknown): Promise<unknown> {
    const commitError: unknown =
      error instanceof Error && 'commitError' in error
        ? await Promise.resolve(error.commitError).catch((reason: unknown) => reason)
        : error;
    if (!(commitError instanceof Error && 'code' in commitError && typeof commitError.code === 'number'))
      return error;
    return new TransientError(
      `The store ${this.path} could not write (${messageOf(commitError)}); nothing of this write was kept. ` +
        'Is the disk full, over a quota or failing?',
      { cause: commitError },
    );
  }
}

function runAll(jobs: readonly Job[]): unknown[] {
  return jobs.map((job, index) => {
    try {
      return job.run();
    } catch (error) {
      throw new JobFailed(index, error);
    }
  });
}

/**
 * Opens or creates the environment in the folder `path`. May be opened once per thread of a process; writers in
 * different threads take turns transaction by transaction.
 */
export function openLmdbEnvironment(path: string): LmdbEnvironment {
  const root = open<string, string>({
    path,
    maxDbs: MAX_DATABASES,
    encoding: 'string',
    // With overlapping syncs a commit is visible before it is on disk and a failed one leaves `flushed` pending
    // for ever; without, the commit's own promise means data and meta page were synced.
    overlappingSync: false,
    // Batches of the library's own would hold a promise nobody listens to, whose rejection ends the process.
    eventTurnBatching: false,
  });
  return new LmdbEnvironment(path, root);
}

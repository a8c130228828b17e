/** One host per data directory: a lock the operating system releases with its process, however that ends. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PermanentError } from '../errors.ts';

const LOCK_FILE = 'host.lock';
/** Who holds the lock; only for the message of who does not get it. */
const HOLDER_FILE = 'host.pid';

/** SQLite's primary result code for a lock that somebody else holds. */
const SQLITE_BUSY = 5;

/** Keeps held locks from the garbage collector, which would close, and so release, one nobody refers to. */
const held = new Set<DatabaseSync>();

export interface HostLock {
  release(): void;
}

/**
 * Takes the directory's lock or throws PermanentError naming the process that holds it. It is SQLite's exclusive
 * lock on an empty database file (fcntl, LockFileEx): nothing is left behind by kill -9, and process ids, which
 * are given out again, decide nothing.
 */
export function lockForHost(directory: string): HostLock {
  const database = new DatabaseSync(join(directory, LOCK_FILE), { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    writeFileSync(join(directory, HOLDER_FILE), `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    throw new PermanentError(
      `The data directory ${directory} is in use by ${holderOf(directory)}. Stop it, or choose another directory.`,
      { cause: error },
    );
  }
  held.add(database);
  return {
    release: () => {
      if (held.delete(database)) database.close();
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

/** A holder that has the lock and has not written its id yet is still named as what it is. */
function holderOf(directory: string): string {
  try {
    const pid = readFileSync(join(directory, HOLDER_FILE), 'utf8').trim();
    return pid === '' ? 'another process' : `process ${pid}`;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'another process';
    throw error;
  }
}

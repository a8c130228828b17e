/** The one directory that holds everything of an embedded Segue: its version, its lock, where each part lies. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, PermanentError } from '../errors.ts';
import { type HostLock, lockForHost } from './host-lock.ts';

/** Changes when an older Segue could not read what this one writes, or the other way round. */
export const DATA_FORMAT = 1;

const VERSION_FILE = 'VERSION';
const OWNER_ONLY = 0o700;

/** A socket address holds 104 bytes on macOS and 108 on Linux, the final zero included. */
const MAX_SOCKET_BYTES = 100;

/** Files that may be there before the first VERSION: an opening that was cut short leaves them. */
const BEFORE_VERSION = /^(host\.(lock|pid)|VERSION\..*|\.DS_Store)/;

export interface DataDirectory {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** Folder of the LMDB environment: rows, documents and topics. */
  readonly rows: string;
  /** The DuckDB file. */
  readonly warehouse: string;
  /** Folder of builds. */
  readonly builds: string;
  /** Folder of signing keys. */
  readonly keys: string;
  /** Where the host listens for commands: a Unix socket, or a named pipe on Windows. */
  readonly adminSocket: string;
  /** Gives the lock back. Close the stores first. */
  close(): void;
}

/**
 * Opens the directory, or makes it when it is missing or empty. With `exclusive`, holds the host's lock until
 * close(). Throws PermanentError when another process holds it, when the directory has another format, is not
 * Segue's, or cannot be read and written.
 */
export function openDataDirectory(path: string, { exclusive }: { exclusive: boolean }): DataDirectory {
  let lock: HostLock | undefined;
  try {
    mkdirSync(path, { recursive: true, mode: OWNER_ONLY });
    const root = realpathSync(path);
    const isNew = !hasVersion(root);
    chmodSync(root, OWNER_ONLY);
    if (exclusive || isNew) lock = lockForHost(root);
    if (isNew) writeVersion(root);
    requireVersion(root);
    const paths = pathsOf(root);
    for (const folder of [paths.rows, paths.builds, paths.keys])
      mkdirSync(folder, { recursive: true, mode: OWNER_ONLY });
    // The lock is ours, so a socket that is there belongs to a host that was killed.
    if (exclusive && process.platform !== 'win32') rmSync(paths.adminSocket, { force: true });
    if (!exclusive) lock?.release();
    return { ...paths, close: () => (exclusive ? lock?.release() : undefined) };
  } catch (error) {
    lock?.release();
    if (error instanceof PermanentError) throw error;
    throw new PermanentError(`The data directory ${path} cannot be opened: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function pathsOf(root: string): Omit<DataDirectory, 'close'> {
  return {
    path: root,
    rows: join(root, 'rows'),
    warehouse: join(root, 'warehouse.duckdb'),
    builds: join(root, 'builds'),
    keys: join(root, 'keys'),
    adminSocket: adminSocketOf(root, process.platform),
  };
}

/** The admin socket's address for a directory: inside it where the address is short enough, hashed elsewhere. */
export function adminSocketOf(root: string, platform: NodeJS.Platform): string {
  const hash = createHash('sha256').update(root).digest('hex').slice(0, 16);
  if (platform === 'win32') return `\\\\.\\pipe\\segue-${hash}`;
  const inside = join(root, 'admin.sock');
  return Buffer.byteLength(inside) <= MAX_SOCKET_BYTES ? inside : join(tmpdir(), `segue-${hash}.sock`);
}

function hasVersion(root: string): boolean {
  const names = readdirSync(root);
  if (names.includes(VERSION_FILE)) return true;
  const foreign = names.find((name) => !BEFORE_VERSION.test(name));
  if (foreign === undefined) return false;
  throw new PermanentError(
    `${root} holds '${foreign}' and no ${VERSION_FILE} file: it is not a Segue data directory. Choose an empty one.`,
  );
}

/** Whole or not at all: a host killed here leaves either no VERSION or a complete one. */
function writeVersion(root: string): void {
  const draft = join(root, `${VERSION_FILE}.${process.pid}`);
  const file = openSync(draft, 'w', 0o600);
  writeSync(file, `${JSON.stringify({ format: DATA_FORMAT })}\n`);
  fsyncSync(file);
  closeSync(file);
  renameSync(draft, join(root, VERSION_FILE));
}

function requireVersion(root: string): void {
  const file = join(root, VERSION_FILE);
  const format = formatIn(file);
  if (format === DATA_FORMAT) return;
  throw new PermanentError(
    `The data directory ${root} has format ${format}, this Segue reads and writes format ${DATA_FORMAT}. ` +
      (format > DATA_FORMAT
        ? 'Run the newer Segue that wrote it'
        : 'Export from it with the older Segue that wrote it and import here') +
      ', or choose another directory.',
  );
}

function formatIn(file: string): number {
  const text = readFileSync(file, 'utf8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new PermanentError(
      `${file} is not JSON: ${messageOf(error)}. Restore the directory from a backup.`,
      {
        cause: error,
      },
    );
  }
  if (typeof parsed === 'object' && parsed !== null && 'format' in parsed && Number.isInteger(parsed.format))
    return parsed.format as number;
  throw new PermanentError(`${file} names no format (a whole number). Restore the directory from a backup.`);
}

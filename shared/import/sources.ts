/** Files, directories and zip archives as a flat list of things that can be opened, repeatedly. */
import { createReadStream } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise } from 'yauzl';
import { messageOf } from '../errors.ts';
import { inflated } from './byte-stream.ts';

export interface Source {
  readonly path: string;
  /** Name inside a zip archive. */
  readonly member?: string;
  /** Bytes that opening it reads from the disk. */
  readonly size: number;
  /** What its name is relative to: files of one set lie in one folder. */
  readonly folder: string;
  /**
   * The raw bytes: the file as it lies on the disk, or the unpacked member. An error is thrown after what was
   * readable. `onRead` is told how many bytes of `size` each step took.
   */
  open(onRead?: (bytes: number) => void): AsyncGenerator<Buffer>;
}

export interface Unreadable {
  readonly path: string;
  readonly member?: string;
  readonly problem: string;
}

const CHUNK_BYTES = 262_144;
const ZIP_STORED = 0;
const ZIP_DEFLATED = 8;

/** What operating systems put beside people's files. */
const isHidden = (name: string): boolean =>
  name.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');

/**
 * Everything under the paths, in name order; each file once, however often it is named. Hidden files and links
 * to directories inside a walked directory are left out; what cannot be read is listed with its reason.
 */
export async function* listSources(paths: readonly string[]): AsyncGenerator<Source | Unreadable> {
  const seen = new Set<string>();
  for (const path of paths) {
    for await (const file of walk(path, true)) {
      if (typeof file === 'string') yield* openFile(file, seen);
      else yield file;
    }
  }
}

async function* walk(path: string, intoDirectory: boolean): AsyncGenerator<string | Unreadable> {
  try {
    const found = await stat(path);
    if (found.isFile()) {
      yield path;
    } else if (!found.isDirectory()) {
      yield { path, problem: 'is neither a file nor a directory' };
    } else if (intoDirectory) {
      const entries = await readdir(path, { withFileTypes: true });
      entries.sort((a, b) => (a.name < b.name ? -1 : 1));
      for (const entry of entries) {
        if (!isHidden(entry.name)) yield* walk(join(path, entry.name), !entry.isSymbolicLink());
      }
    }
  } catch (error) {
    yield { path, problem: `cannot be read: ${messageOf(error)}` };
  }
}

async function* openFile(path: string, seen: Set<string>): AsyncGenerator<Source | Unreadable> {
  try {
    const real = await realpath(path);
    if (seen.has(real)) return;
    seen.add(real);
    const { size } = await stat(path);
    if (await isZip(path)) yield* listMembers(path);
    else yield { path, size, folder: dirname(path), open: (onRead) => readFile(path, onRead) };
  } catch (error) {
    yield { path, problem: `cannot be read: ${messageOf(error)}` };
  }
}

async function* readFile(path: string, onRead?: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    onRead?.(chunk.length);
    yield chunk;
  }
}

async function isZip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const magic = bytesRead === 4 ? buffer.toString('latin1') : '';
    return magic === 'PK\u0003\u0004' || magic === 'PK\u0005\u0006';
  } finally {
    await file.close();
  }
}

async function* listMembers(path: string): AsyncGenerator<Source | Unreadable> {
  const entries: Entry[] = [];
  try {
    const zip = await openPromise(path, { autoClose: false });
    try {
      for await (const entry of zip.eachEntry()) {
        if (!entry.fileName.endsWith('/') && !isHidden(entry.fileName)) entries.push(entry);
      }
    } finally {
      zip.close();
    }
  } catch (error) {
    yield { path, problem: `is no complete zip archive: ${messageOf(error)}` };
  }
  for (const entry of entries) {
    const member = entry.fileName;
    if (entry.isEncrypted()) {
      yield { path, member, problem: 'is encrypted' };
    } else if (entry.compressionMethod !== ZIP_STORED && entry.compressionMethod !== ZIP_DEFLATED) {
      yield { path, member, problem: `is compressed by zip method ${entry.compressionMethod}, not deflate` };
    } else {
      const folder = join(path, dirname(member));
      const size = entry.compressedSize;
      yield { path, member, size, folder, open: (onRead) => readMember(path, entry, onRead) };
    }
  }
}

async function* readMember(
  path: string,
  entry: Entry,
  onRead?: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const zip = await openPromise(path, { autoClose: false });
  try {
    const packed = await zip.openReadStreamPromise(entry, { decodeFileData: false });
    const counted = (async function* () {
      for await (const chunk of packed) {
        onRead?.(chunk.length);
        yield chunk as Buffer;
      }
    })();
    let sum = 0;
    for await (const chunk of entry.compressionMethod === ZIP_DEFLATED ? inflated(counted, 'raw') : counted) {
      sum = crc32(chunk, sum);
      yield chunk;
    }
    if (sum !== entry.crc32) throw new Error(`checksum of ${basename(entry.fileName)} does not match`);
  } finally {
    zip.close();
  }
}

/** `path`, or `archive/member`: how a source is called in reports. */
export function sourceName({ path, member }: { path: string; member?: string }): string {
  return member === undefined ? path : `${path}/${member}`;
}

/** The first unpacked bytes of a source, at most `bytes`. */
export async function readHead(chunks: AsyncIterable<Buffer>, bytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    size += chunk.length;
    if (size >= bytes) break;
  }
  return Buffer.concat(parts).subarray(0, bytes);
}

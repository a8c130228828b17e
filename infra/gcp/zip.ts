/** Zip archives that are the same bytes whenever their files are: no clock and no order of a directory gets in. */
import { buffer } from 'node:stream/consumers';
import yazl from 'yazl';

export interface ZipEntry {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** The first day the format knows, at noon: yazl writes local time, and no zone is further than that from its date. */
const MTIME = new Date(1980, 0, 1, 12);

/** Packs files in order of their names. */
export async function packZip(entries: readonly ZipEntry[]): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const { name, content } of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
    zip.addBuffer(Buffer.from(content), name, {
      mtime: MTIME,
      mode: 0o100644,
      forceDosTimestamp: true,
    });
  zip.end();
  return buffer(zip.outputStream as NodeJS.ReadableStream & AsyncIterable<Uint8Array>);
}

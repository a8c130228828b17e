/** Generated files in a folder of their own, and what an import makes of them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import type { ListeningEvent } from '../../../shared/domain/event.ts';
import type { CatalogueItem } from '../../../shared/domain/item.ts';
import { type Imported, type ImportOptions, importPaths, type Skip } from '../../../shared/import/import.ts';
import type { ArtistFeatures } from '../../../shared/import/record.ts';
import type { FileReport, ImportReport } from '../../../shared/import/report.ts';

export const RECEIVED_AT = Date.UTC(2024, 5, 1);

export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'segue-import-'));

  write(name: string, content: string | Buffer): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export interface Outcome {
  readonly events: ListeningEvent[];
  readonly items: CatalogueItem[];
  readonly features: ArtistFeatures[];
  readonly skips: Skip[];
  readonly report: ImportReport;
  readonly sizes: number[];
}

export async function runImport(
  paths: string | readonly string[],
  options: Partial<ImportOptions> = {},
): Promise<Outcome> {
  const skips: Skip[] = [];
  const run = importPaths(typeof paths === 'string' ? [paths] : paths, {
    listenerId: 'ada',
    receivedAt: RECEIVED_AT,
    onSkip: (skip) => skips.push(skip),
    ...options,
  });
  const all: Imported[] = [];
  const sizes: number[] = [];
  for await (const batch of run) {
    sizes.push(batch.length);
    all.push(...batch);
  }
  return {
    events: all.flatMap((one) => (one.kind === 'event' ? [one.event] : [])),
    items: all.flatMap((one) => (one.kind === 'item' ? [one.item] : [])),
    features: all.flatMap((one) => (one.kind === 'artist-features' ? [one] : [])),
    skips,
    report: run.report,
    sizes,
  };
}

/** The only file of an import. */
export function onlyFile({ report }: Outcome): FileReport {
  const [file, ...others] = report.files;
  if (file === undefined || others.length > 0) throw new Error(`${report.files.length} files, expected one`);
  return file;
}

export const play = (
  endTime: string,
  artistName: string,
  trackName: string,
  msPlayed: unknown = 200_000,
) => ({
  endTime,
  artistName,
  trackName,
  msPlayed,
});

/** `count` distinct plays, a minute apart. */
export function plays(count: number) {
  return Array.from({ length: count }, (_, index) => {
    const at = new Date(Date.UTC(2023, 0, 1) + index * 60_000).toISOString();
    return play(
      at.slice(0, 16).replace('T', ' '),
      `Artist ${index % 7}`,
      `Song ${index % 50}`,
      30_000 + index,
    );
  });
}

/** A zip archive, members deflated or stored, as other tools write it. */
export function zip(members: readonly { name: string; data: Buffer | string; stored?: boolean }[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, stored = false } of members) {
    const raw = Buffer.from(data);
    const packed = stored ? raw : deflateRawSync(raw);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(stored ? 0 : 8, 4);
    common.writeUInt32LE(crc32(raw), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(raw.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0000'), common, tail, Buffer.from(name)]),
    );
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 0, 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

/** Text as chunks of the given sizes, in turn, to move every boundary. */
export async function* inChunks(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

export async function flatten<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

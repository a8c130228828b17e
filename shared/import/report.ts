/** What became of every file and record of an import; the sums add up exactly. */
import type { PodcastReport } from './podcasts.ts';
import type { FormatName } from './recognise.ts';

/** One file, or one member of an archive. `records = events + described + skipped`. */
export interface FileReport {
  readonly path: string;
  readonly member?: string;
  /** Null where the file was not recognised or could not be opened; `problem` says why. */
  readonly format: FormatName | null;
  problem: string | null;
  /** SHA-256 in hex of the file as it lies on the disk, or of the unpacked member; null until it was read. */
  sha256: string | null;
  /** Records met, broken ones included; where a file breaks off, what is left of it counts as one. */
  records: number;
  events: number;
  /** Records that describe something and are no listening: items, artists' features, tags. */
  described: number;
  skipped: number;
  skippedByReason: Record<string, number>;
  /** Catalogue items yielded: distinct ones, and again where genres were added. */
  items: number;
  artistFeatures: number;
  /** Values set to null, by column, because they were out of range or no numbers. */
  badValues: Record<string, number>;
}

export interface ImportReport {
  /** In the order in which the files were found. */
  readonly files: FileReport[];
  /** Null where no account data was among the files. */
  podcasts: PodcastReport | null;
}

export type Sums = Pick<FileReport, 'records' | 'events' | 'described' | 'skipped' | 'items'>;

export function emptyFileReport(
  source: { readonly path: string; readonly member?: string },
  format: FormatName | null,
  problem: string | null,
): FileReport {
  const { path, member } = source;
  return {
    path,
    ...(member === undefined ? {} : { member }),
    format,
    problem,
    sha256: null,
    ...{ records: 0, events: 0, described: 0, skipped: 0, items: 0, artistFeatures: 0 },
    skippedByReason: {},
    badValues: {},
  };
}

/** The sums over all files. */
export function sumReports(report: ImportReport): Sums {
  const sums = { records: 0, events: 0, described: 0, skipped: 0, items: 0 };
  for (const file of report.files) {
    for (const name of Object.keys(sums) as (keyof Sums)[]) sums[name] += file[name];
  }
  return sums;
}

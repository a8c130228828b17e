/** Histories and catalogues people own: any mix of files in, events and items out, every record accounted for. */
import type { ListeningEvent } from '../domain/event.ts';
import type { CatalogueItem } from '../domain/item.ts';
import { InvalidInput } from '../errors.ts';
import { type Convert, converterFor } from './converters.ts';
import { isFields } from './fields.ts';
import { openRecords } from './file-reader.ts';
import type { HetrecSet } from './hetrec.ts';
import { isDuration, isValidId } from './listen.ts';
import { ORDER, type Planned, plan } from './plan.ts';
import { PodcastEvidence } from './podcasts.ts';
import { RecentMap } from './recent-map.ts';
import type { ArtistFeatures } from './record.ts';
import type { ImportReport } from './report.ts';
import { sourceName } from './sources.ts';
import { namesOf } from './spotify-account.ts';

export type Imported =
  | { readonly kind: 'event'; readonly event: ListeningEvent }
  | { readonly kind: 'item'; readonly item: CatalogueItem }
  | ArtistFeatures;

export interface Skip {
  readonly file: string;
  /** Line of a text file, record of a JSON array; 1-based. */
  readonly line: number;
  readonly reason: string;
}

export interface ImportOptions {
  /** Whose history it is, where the files do not say. */
  readonly listenerId: string;
  /** Epoch milliseconds; stamped on every event. */
  readonly receivedAt: number;
  onSkip(skip: Skip): void;
  /** Bytes as they lie on the disk. Account data is read twice and counts twice. */
  onProgress?(bytesRead: number, totalBytes: number): void;
  /** True for artists a catalogue knows as music; asked only about those that would be taken for podcasts. */
  isMusicArtist?(artistId: string): boolean | Promise<boolean>;
}

/** Batches of at most MAX_BATCH; `report` is filled while they are read and final after the last. */
export interface ImportRun extends AsyncIterable<Imported[]> {
  readonly report: ImportReport;
}

export const MAX_BATCH = 1000;
/**
 * Items remembered to yield each once per file. Beyond half as many distinct ones in between, an item is yielded
 * again, which is harmless: the catalogue merges descriptions of one item.
 */
const ITEMS_REMEMBERED = 262_144;

/**
 * Imports files, directories (walked) and zip archives, recognised by content. What cannot be read or recognised
 * is reported and does not stop the rest. Reads in a stream: memory does not grow with the size of a history.
 * Throws InvalidInput for a listener id that is no id.
 */
export function importPaths(paths: readonly string[], options: ImportOptions): ImportRun {
  if (!isValidId(options.listenerId)) {
    const detail = 'must be 1 to 128 bytes of printable ASCII';
    throw new InvalidInput([{ pointer: '/listenerId', detail }]);
  }
  const report: ImportReport = { files: [], podcasts: null };
  return { report, [Symbol.asyncIterator]: () => run(paths, options, report) };
}

async function* run(
  paths: readonly string[],
  options: ImportOptions,
  report: ImportReport,
): AsyncGenerator<Imported[]> {
  report.files.length = 0;
  const planned = await plan(paths, report);
  const accounts = planned.filter(({ format }) => format.name === 'spotify-account');
  const total = [...planned, ...accounts].reduce((sum, { source }) => sum + source.size, 0);
  let read = 0;
  const onRead = (bytes: number): void => {
    read += bytes;
    options.onProgress?.(read, total);
  };
  const evidence = new PodcastEvidence();
  for (const account of accounts) await collectEvidence(account, evidence, onRead);

  const sets = new Map<string, HetrecSet>();
  planned.sort((a, b) => ORDER.indexOf(a.format.name) - ORDER.indexOf(b.format.name));
  let decided = false;
  for (const file of planned) {
    if (file.format.name === 'spotify-account' && !decided) {
      await decide(evidence, options);
      report.podcasts = evidence.report();
      decided = true;
    }
    const convert = converterFor(file, planned, options, evidence, sets);
    yield* importFile(file, convert, options, onRead);
  }
}

async function collectEvidence(
  { source, format }: Planned,
  evidence: PodcastEvidence,
  onRead: (bytes: number) => void,
): Promise<void> {
  for await (const batch of openRecords(source, format, onRead).batches) {
    for (const record of batch) {
      if (!('value' in record) || !isFields(record.value)) continue;
      const { artist, title, show } = namesOf(record.value);
      const msPlayed = record.value.msPlayed;
      if (!show && artist !== '' && isDuration(msPlayed)) evidence.addListen(artist, title, msPlayed);
    }
  }
}

async function decide(evidence: PodcastEvidence, options: ImportOptions): Promise<void> {
  for (const artistId of evidence.candidates()) {
    if (await options.isMusicArtist?.(artistId)) evidence.addMusicArtist(artistId);
  }
  evidence.decide();
}

async function* importFile(
  { source, format, report }: Planned,
  convert: Convert,
  options: ImportOptions,
  onRead: (bytes: number) => void,
): AsyncGenerator<Imported[]> {
  const file = openRecords(source, format, onRead);
  const seen = new RecentMap<Pick<CatalogueItem, 'genres' | 'updatedAt'>>(ITEMS_REMEMBERED);
  const name = sourceName(source);
  let batch: Imported[] = [];
  for await (const records of file.batches) {
    for (const record of records) {
      const converted = 'value' in record ? convert(record.value) : { skip: record.problem };
      report.records += 1;
      if ('skip' in converted) {
        report.skipped += 1;
        report.skippedByReason[converted.skip] = (report.skippedByReason[converted.skip] ?? 0) + 1;
        options.onSkip({ file: name, line: record.line, reason: converted.skip });
        continue;
      }
      if ('event' in converted) report.events += 1;
      else report.described += 1;
      const item = 'item' in converted && converted.item !== null ? newsOf(converted.item, seen) : null;
      if (item !== null) {
        report.items += 1;
        batch.push({ kind: 'item', item });
      }
      if ('event' in converted) batch.push({ kind: 'event', event: converted.event });
      if ('features' in converted) {
        report.artistFeatures += 1;
        batch.push(converted.features);
      }
      if (batch.length > MAX_BATCH - 2) {
        yield batch;
        batch = [];
      }
    }
  }
  if (batch.length > 0) yield batch;
  report.sha256 = file.sha256();
}

/**
 * The item where it is new or has genres that it had not before (data sets repeat a track per genre); null
 * otherwise. A repetition carries all genres and is a millisecond newer, so that it wins where items are merged.
 */
function newsOf(item: CatalogueItem, seen: RecentMap<Pick<CatalogueItem, 'genres' | 'updatedAt'>>) {
  const before = seen.get(item.itemId);
  const genres = [...new Set([...(before?.genres ?? []), ...item.genres])];
  if (before !== undefined && genres.length === before.genres.length) return null;
  const news = { ...item, genres, updatedAt: before === undefined ? item.updatedAt : before.updatedAt + 1 };
  seen.set(item.itemId, { genres: news.genres, updatedAt: news.updatedAt });
  return news;
}

/** Imports into the embedded stores: events and descriptions into the warehouse, items into the catalogue. */
import type { Progress } from '../../functions/rebuild/handler.ts';
import type { CatalogueItem } from '../../shared/domain/item.ts';
import { type Imported, importPaths, type Skip } from '../../shared/import/import.ts';
import type { ImportReport } from '../../shared/import/report.ts';
import type { ItemCatalogue } from '../../shared/ports/catalogue.ts';
import type { DocumentStore } from '../../shared/ports/document-store.ts';
import type { SqlValue, Warehouse } from '../../shared/ports/warehouse.ts';
import { catalogueRow, listenRow } from '../../shared/schema/table-rows.ts';
import type { TableRow } from '../../shared/schema/tables.ts';

/** Events and items are written in portions of about this many. */
const PORTION = 20_000;
/** Skips told one by one; beyond, only counted in the report. */
const SKIPS_TOLD = 100;

export interface ImportDeps {
  readonly warehouse: Pick<Warehouse, 'append' | 'query'>;
  readonly documents: DocumentStore;
  readonly catalogue: ItemCatalogue;
  readonly now: () => number;
  /** Called once, when there is something to import and before it is written. */
  readonly makeRoom: () => Promise<void>;
  readonly onProgress: (progress: Progress) => void;
}

export interface ImportResult {
  readonly report: ImportReport;
  /** The first skipped records, with file and line. */
  readonly skips: readonly Skip[];
}

/**
 * Imports the paths. Repeating it, whole or after a crash, changes nothing: events of one record have one id, and
 * the builds dedupe. Files are recorded by their SHA-256 once they are in.
 */
export async function importHistories(
  deps: ImportDeps,
  { paths, listenerId }: { readonly paths: readonly string[]; readonly listenerId: string },
): Promise<ImportResult> {
  const receivedAt = deps.now();
  const skips: Skip[] = [];
  const run = importPaths(paths, {
    listenerId,
    receivedAt,
    onSkip: (skip) => {
      if (skips.length < SKIPS_TOLD) skips.push(skip);
    },
    onProgress: (done, total) => deps.onProgress({ buildId: '', step: 'import', done, total }),
    isMusicArtist: (artistId) => isMusicArtist(deps.warehouse, artistId),
  });
  let portion: Imported[] = [];
  let hasRoom = false;
  for await (const batch of run) {
    if (!hasRoom) await deps.makeRoom();
    hasRoom = true;
    portion.push(...batch);
    if (portion.length < PORTION) continue;
    await write(deps, portion, receivedAt);
    portion = [];
  }
  await write(deps, portion, receivedAt);
  for (const { path, member, format, sha256, records, events } of run.report.files)
    if (sha256 !== null)
      await deps.documents.put('imports', sha256, {
        path,
        member,
        format,
        records,
        events,
        importedAt: receivedAt,
      });
  return { report: run.report, skips };
}

async function isMusicArtist(warehouse: Pick<Warehouse, 'query'>, artistId: string): Promise<boolean> {
  const rows: Record<string, SqlValue>[] = await warehouse.query(
    `SELECT COUNT(*) AS known FROM (
      SELECT artist_id FROM artist_features WHERE artist_id = @artist
      UNION ALL
      SELECT artist_id FROM catalogue WHERE artist_id = @artist AND tempo > 0)`,
    { artist: artistId },
  );
  return Number(rows[0]?.known) > 0;
}

async function write(deps: ImportDeps, portion: readonly Imported[], receivedAt: number): Promise<void> {
  const items: CatalogueItem[] = [];
  const listens: TableRow[] = [];
  const features: TableRow[] = [];
  for (const imported of portion) {
    if (imported.kind === 'item') items.push(imported.item);
    else if (imported.kind === 'event') listens.push(listenRow(imported.event));
    else {
      const { artistId, name, tempo, key, mode, energy, valence } = imported;
      features.push({ artist_id: artistId, name, tempo, key, mode, energy, valence, updated_at: receivedAt });
    }
  }
  await deps.catalogue.learn(items);
  await deps.warehouse.append('catalogue', items.map(catalogueRow));
  await deps.warehouse.append('artist_features', features);
  await deps.warehouse.append('listens', listens);
}

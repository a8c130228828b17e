/** A load by template: tables for it to read, and the check that what it wrote is what serving will read. */
import { TransientError } from '../../shared/errors.ts';
import type { BulkLoad } from '../../shared/ports/bulk-load.ts';
import type { DocumentStore } from '../../shared/ports/document-store.ts';
import type { RowStore } from '../../shared/ports/row-store.ts';
import { type BuildTable, ROW_TABLES } from '../../shared/schema/rows.ts';
import { type Build, saveBuild } from './builds.ts';

/** Cells looked at per table. */
const SAMPLE = 100;

export interface BulkDeps {
  readonly rows: Pick<RowStore, 'readMany'>;
  readonly documents: DocumentStore;
  readonly bulk: BulkLoad;
  readonly now: () => number;
}

/**
 * Marks an audited build as loaded when cells sampled from every prepared table are in the rows, under the build's
 * timestamp and to the letter. Throws TransientError naming the table when one is not: the template did not finish.
 */
export async function confirmLoad(deps: BulkDeps, build: Build): Promise<Build> {
  if (build.status !== 'audited') return build;
  const loads = await deps.bulk.prepare(build.id, build.cutoff);
  for (const { table } of loads) await confirmTable(deps, build, table);
  const rows = loads.reduce((sum, load) => sum + load.rows, 0);
  return saveBuild(deps.documents, {
    ...build,
    stages: { ...build.stages, load: { rows, ms: 0 } },
    status: 'loaded',
    cells: rows,
    finishedAt: deps.now(),
  });
}

async function confirmTable({ bulk, rows }: BulkDeps, build: Build, table: BuildTable): Promise<void> {
  const sample = await bulk.sample(build.id, table, SAMPLE);
  const found = await rows.readMany(
    table,
    sample.map(({ key }) => key),
    [{ family: ROW_TABLES[table].build, timestamps: [build.cutoff] }],
  );
  const missing = sample.filter(({ qualifier, value }, index) => {
    const cell = found[index]?.cells.find((candidate) => candidate.qualifier === qualifier);
    return cell?.value !== value;
  });
  if (missing.length > 0)
    throw new TransientError(
      `${missing.length} of ${sample.length} sampled cells of ${table} are not loaded, ${missing[0]?.key} for one.`,
    );
}

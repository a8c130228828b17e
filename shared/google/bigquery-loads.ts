/** Loads of a build as BigQuery tables: for a Dataflow template to read, or for BigQuery to export by itself. */
import type { BulkLoad, LoadSample, PreparedLoad } from '../ports/bulk-load.ts';
import { loadTable } from '../schema/cloud.ts';
import { LOAD_QUERIES, type LoadQuery } from '../sql/loads.ts';
import type { BigQueryBuild } from './bigquery-build.ts';
import type { BigQueryWarehouse } from './bigquery-warehouse.ts';
import { exportStatements } from './reverse-etl.ts';

export interface BulkLoadOptions {
  readonly warehouse: Pick<BigQueryWarehouse, 'openBuild'>;
  readonly project: string;
  readonly buildsDataset: string;
  /** Of Bigtable, where they are not schema/cloud.ts's. */
  readonly instance?: string;
  readonly appProfile?: string;
}

/** BulkLoad over BigQuery; its tables are the build's own and go with it. */
export function createBigQueryBulkLoad(options: BulkLoadOptions): BulkLoad {
  const { warehouse, project, buildsDataset } = options;
  const sourceOf = (buildId: string, { table }: LoadQuery) =>
    `${project}.${buildsDataset}.${loadTable(buildId, table)}`;
  return {
    async prepare(buildId, cutoff) {
      const build = await warehouse.openBuild(buildId);
      return Promise.all(
        LOAD_QUERIES.map(async (load): Promise<PreparedLoad> => {
          const { rows } = await build.fill(loadName(load), load.sql, { cutoff }, ['row_key']);
          return { table: load.table, source: sourceOf(buildId, load), rows };
        }),
      );
    },
    async export(buildId) {
      const build = await warehouse.openBuild(buildId);
      // One after the other: they share one low-priority app profile and the same slots.
      for (const load of LOAD_QUERIES)
        for (const { qualifier, sql } of exportStatements(load, sourceOf(buildId, load), options))
          await build.execute(`export_${load.table}_${qualifier}`, sql);
    },
    async sample(buildId, table, count) {
      const load = LOAD_QUERIES.find((candidate) => candidate.table === table);
      if (load === undefined) return [];
      return sampleOf(await warehouse.openBuild(buildId), load, count);
    },
  };
}

/** What the build calls the table that loadTable() names. */
function loadName({ table }: Pick<LoadQuery, 'table'>): string {
  return `load_${table}`;
}

/**
 * Cells of keys spread by their hash, the same ones each time. Keys first, values of those keys then: the values are
 * nearly all of the table, which is clustered by key, so that the second query reads the blocks of these keys only.
 */
async function sampleOf(build: BigQueryBuild, load: LoadQuery, count: number): Promise<LoadSample[]> {
  const name = loadName(load);
  const picked = await build.query(
    `SELECT row_key FROM ${name} ORDER BY TO_HEX(MD5(row_key)), row_key LIMIT @keys`,
    // Every row may hold a cell of each qualifier.
    { keys: Math.max(1, Math.ceil(count / load.qualifiers.length)) },
  );
  if (picked.length === 0) return [];
  const keys = Object.fromEntries(picked.map(({ row_key: key }, index) => [`key_${index}`, String(key)]));
  const rows = await build.query(
    `SELECT row_key, ${load.qualifiers.join(', ')} FROM ${name} WHERE row_key IN (${Object.keys(keys)
      .map((key) => `@${key}`)
      .join(', ')}) ORDER BY row_key`,
    keys,
  );
  return rows.flatMap((row) =>
    load.qualifiers.flatMap((qualifier): LoadSample[] => {
      const value = row[qualifier];
      return typeof value === 'string' ? [{ key: String(row.row_key), qualifier, value }] : [];
    }),
  );
}

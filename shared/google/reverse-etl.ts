/** BigQuery's own export into Bigtable, for those who have Enterprise slots (BigQuery: export to Bigtable). */
import { APP_PROFILES, BIGTABLE_INSTANCE } from '../schema/cloud.ts';
import type { LoadQuery } from '../sql/loads.ts';

export interface ExportOptions {
  readonly project: string;
  /** Bigtable's instance and app profile; the profile must be single-cluster and of low priority. */
  readonly instance?: string;
  readonly appProfile?: string;
}

export interface ExportStatement {
  readonly qualifier: string;
  readonly sql: string;
}

/**
 * EXPORT DATA statements that write the cells of a load out of its table (`project.dataset.table`), one a qualifier:
 * a NULL would delete the cell's older versions, to which a rollback goes. `_CHANGE_TIMESTAMP` makes the build's
 * instant the cells' timestamp; without it they would carry 0 and be collected at once.
 */
export function exportStatements(
  { table, family, qualifiers }: Pick<LoadQuery, 'table' | 'family' | 'qualifiers'>,
  sourceTable: string,
  { project, instance = BIGTABLE_INSTANCE, appProfile = APP_PROFILES.batch }: ExportOptions,
): ExportStatement[] {
  const uri = `https://bigtable.googleapis.com/projects/${project}/instances/${instance}/appProfiles/${appProfile}/tables/${table}`;
  const families = { columnFamilies: [{ familyId: family, type: 'STRING', encoding: 'TEXT' }] };
  return qualifiers.map((qualifier) => ({
    qualifier,
    sql: `EXPORT DATA OPTIONS (
  uri = "${uri}",
  format = "CLOUD_BIGTABLE",
  overwrite = TRUE,
  bigtable_options = '''${JSON.stringify(families)}'''
) AS
SELECT
  row_key AS rowkey,
  STRUCT(${qualifier} AS ${qualifier}) AS ${family},
  TIMESTAMP_MILLIS(build_ts) AS _CHANGE_TIMESTAMP
FROM \`${sourceTable}\`
WHERE ${qualifier} IS NOT NULL`,
  }));
}

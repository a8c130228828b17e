/** BigQuery's export into Bigtable: the statement that its documentation asks for, and nothing that deletes. */
import { expect, test } from 'vitest';
import { exportStatements } from '../../../shared/google/reverse-etl.ts';
import { APP_PROFILES, BIGTABLE_INSTANCE } from '../../../shared/schema/cloud.ts';
import { ROW_TABLES } from '../../../shared/schema/rows.ts';
import { tokenize } from '../../../shared/sql/dialect/tokens.ts';
import { LOAD_QUERIES } from '../../../shared/sql/loads.ts';

const of = (table: string) => {
  const load = LOAD_QUERIES.find((candidate) => candidate.table === table);
  if (load === undefined) throw new Error(`no load of ${table}`);
  return exportStatements(load, 'p.segue_builds.b1__load', { project: 'p' });
};

test('one statement per qualifier, so that an absent cell deletes no older version', () => {
  expect(of('listeners').map(({ qualifier }) => qualifier)).toEqual(['pool', 'heard', 'recent', 'taste']);
  for (const { table } of LOAD_QUERIES)
    for (const { qualifier, sql } of of(table)) {
      expect(sql).toContain(`WHERE ${qualifier} IS NOT NULL`);
      expect(sql).not.toMatch(/truncate/i);
    }
});

test('cells go to the provisioned family at the build’s instant, through the batch profile', () => {
  const [statement] = of('catalog');
  expect(statement?.sql).toBe(`EXPORT DATA OPTIONS (
  uri = "https://bigtable.googleapis.com/projects/p/instances/${BIGTABLE_INSTANCE}/appProfiles/${APP_PROFILES.batch}/tables/catalog",
  format = "CLOUD_BIGTABLE",
  overwrite = TRUE,
  bigtable_options = '''{"columnFamilies":[{"familyId":"${ROW_TABLES.catalog.build}","type":"STRING","encoding":"TEXT"}]}'''
) AS
SELECT
  row_key AS rowkey,
  STRUCT(related AS related) AS ${ROW_TABLES.catalog.build},
  TIMESTAMP_MILLIS(build_ts) AS _CHANGE_TIMESTAMP
FROM \`p.segue_builds.b1__load\`
WHERE related IS NOT NULL`);
  for (const { table } of LOAD_QUERIES) for (const { sql } of of(table)) tokenize(sql);
});

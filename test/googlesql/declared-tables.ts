/** Every table that SQL may name, as declared: the warehouse's, and those of one build. */
import { BUILDS_DATASET, buildTable, loadTable, WAREHOUSE_DATASET } from '../../shared/schema/cloud.ts';
import { type Columns, TABLES } from '../../shared/schema/tables.ts';
import { LOAD_QUERIES } from '../../shared/sql/loads.ts';
import { STAGES } from '../../shared/sql/stages.ts';
import { PROJECT } from '../shared/google/fake-bigquery.ts';
import type { Tables } from './googlesql.ts';

export const BUILD = 'b01767225600000';

const warehouse: readonly [string, Columns][] = Object.entries(TABLES).map(([name, { columns }]) => [
  name,
  columns,
]);
const stages: readonly [string, Columns][] = STAGES.map(({ name, columns }) => [name, columns]);
const loads: readonly [string, Columns][] = LOAD_QUERIES.map(({ table, qualifiers }) => [
  `load_${table}`,
  {
    row_key: 'STRING',
    ...Object.fromEntries(qualifiers.map((qualifier) => [qualifier, 'STRING'] as const)),
    build_ts: 'INT64',
  },
]);

/** A bare name as BigQuery gets it, undefined where there is no such table. */
export function wholeName(table: string): string | undefined {
  if (table in TABLES) return `${PROJECT}.${WAREHOUSE_DATASET}.${table}`;
  const load = LOAD_QUERIES.find((candidate) => table === `load_${candidate.table}`);
  if (load !== undefined) return `${PROJECT}.${BUILDS_DATASET}.${loadTable(BUILD, load.table)}`;
  if (!STAGES.some(({ name }) => name === table)) return undefined;
  return `${PROJECT}.${BUILDS_DATASET}.${buildTable(BUILD, table)}`;
}

/** By whole name, as BigQuery knows them. */
export const DECLARED: Tables = new Map(
  [...warehouse, ...stages, ...loads].map(([name, columns]) => [wholeName(name) ?? name, columns]),
);

/** By bare name, as the port to the warehouse takes them. */
export const BARE: Tables = new Map([...warehouse, ...stages]);

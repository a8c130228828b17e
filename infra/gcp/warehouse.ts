/** BigQuery: the tables that topics and imports append to, and the dataset of builds, whose tables expire. */
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import { BUILDS_DATASET, WAREHOUSE_DATASET } from '../../shared/schema/cloud.ts';
import { TABLES, type TableName, type TableSchema } from '../../shared/schema/tables.ts';
import type { SegueConfig } from './config.ts';

const DAY_MS = 86_400_000;

/** Only what was heard and served is forgotten with time: what is switched off or erased stays so. */
const FORGOTTEN: ReadonlySet<TableName> = new Set<TableName>(['listens', 'impressions']);

/** A table's columns as BigQuery's JSON schema. */
export function schemaOf({ columns, required }: TableSchema): string {
  return JSON.stringify(
    Object.entries(columns).map(([name, type]) => ({
      name,
      type,
      mode: required.includes(name) ? 'REQUIRED' : 'NULLABLE',
    })),
  );
}

export class Warehouse extends pulumi.ComponentResource {
  readonly dataset: gcp.bigquery.Dataset;
  readonly builds: gcp.bigquery.Dataset;
  readonly tables: ReadonlyMap<TableName, gcp.bigquery.Table>;

  constructor(name: string, config: SegueConfig, opts?: pulumi.ComponentResourceOptions) {
    super('segue:gcp:Warehouse', name, {}, opts);
    const { project, region: location, labels, deletionProtection } = config;
    this.dataset = new gcp.bigquery.Dataset(
      'warehouse',
      {
        project,
        location,
        datasetId: WAREHOUSE_DATASET,
        description: 'What topics and imports append',
        deleteContentsOnDestroy: !deletionProtection,
        deletionPolicy: deletionProtection ? 'PREVENT' : 'DELETE',
        // A week of time travel is what a replay after a mistake starts from.
        maxTimeTravelHours: '168',
        labels,
      },
      { parent: this },
    );
    this.builds = new gcp.bigquery.Dataset(
      'builds',
      {
        project,
        location,
        datasetId: BUILDS_DATASET,
        description: 'Tables of nightly builds; each expires by itself',
        defaultTableExpirationMs: config.buildDays * DAY_MS,
        deleteContentsOnDestroy: true,
        maxTimeTravelHours: '48',
        labels,
      },
      { parent: this },
    );
    const entries = Object.entries(TABLES) as [TableName, TableSchema][];
    this.tables = new Map(entries.map(([id, schema]) => [id, this.#table(id, schema, config)]));
    this.registerOutputs();
  }

  #table(id: TableName, schema: TableSchema, config: SegueConfig): gcp.bigquery.Table {
    const forgets = FORGOTTEN.has(id) && config.retentionDays > 0;
    return new gcp.bigquery.Table(
      id,
      {
        project: config.project,
        datasetId: this.dataset.datasetId,
        tableId: id,
        schema: schemaOf(schema),
        timePartitioning: {
          type: 'DAY',
          field: schema.partitionBy,
          ...(forgets && { expirationMs: config.retentionDays * DAY_MS }),
        },
        // Builds read all of history.
        requirePartitionFilter: false,
        clusterings: [...schema.clusterBy],
        deletionProtection: config.deletionProtection,
        labels: config.labels,
      },
      { parent: this },
    );
  }
}

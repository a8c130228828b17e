/** Rules of what is stored: everything the code names is there, forgets what it should, and is not deleted by mistake. */
import { BUILDS_DATASET, FIRESTORE_DATABASE, WAREHOUSE_DATASET } from '../../../shared/schema/cloud.ts';
import { TABLES, type TableSchema } from '../../../shared/schema/tables.ts';
import { at, type Declared, ofType, type Rule, sizeOf, textAt, titleOf } from './declared.ts';

const warehouseTables: Rule = {
  name: 'warehouse-tables',
  description: 'Every table that SQL names exists with the columns it uses, partitioned and clustered.',
  check(resources) {
    const tables = ofType(resources, 'bigquery/table:Table');
    const datasets = ofType(resources, 'bigquery/dataset:Dataset').map((dataset) =>
      textAt(dataset, 'datasetId'),
    );
    const missing = [WAREHOUSE_DATASET, BUILDS_DATASET]
      .filter((id) => !datasets.includes(id))
      .map((id) => `There is no dataset ${id}.`);
    return [
      ...missing,
      ...Object.entries(TABLES).flatMap(([id, schema]) => {
        const table = tables.find(
          (candidate) =>
            textAt(candidate, 'tableId') === id && textAt(candidate, 'datasetId') === WAREHOUSE_DATASET,
        );
        return table === undefined ? [`There is no table ${id}.`] : tableProblems(id, schema, table);
      }),
    ];
  },
};

interface Column {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
}

/** BigQuery tells a table's types by the names of its older SQL. */
const OLDER_NAMES: Readonly<Record<string, string>> = { INTEGER: 'INT64', FLOAT: 'FLOAT64', BOOLEAN: 'BOOL' };

function tableProblems(id: string, schema: TableSchema, table: Declared): string[] {
  const columns = JSON.parse(textAt(table, 'schema') || '[]') as readonly Column[];
  const problems = Object.entries(schema.columns).flatMap(([name, type]) => {
    const column = columns.find((candidate) => candidate.name === name);
    if (column === undefined) return [`${id} lacks the column ${name}.`];
    const wanted = `${schema.required.includes(name) ? 'REQUIRED' : 'NULLABLE'} ${type}`;
    const found = `${column.mode ?? 'NULLABLE'} ${OLDER_NAMES[column.type] ?? column.type}`;
    if (found !== wanted) return [`${id}.${name} is ${found} and not ${wanted}.`];
    return [];
  });
  const [field, clusterings] = [textAt(table, 'timePartitioning.field'), at(table, 'clusterings')];
  if (field !== schema.partitionBy) problems.push(`${id} is not partitioned by ${schema.partitionBy}.`);
  if (JSON.stringify(clusterings) !== JSON.stringify(schema.clusterBy))
    problems.push(`${id} is not clustered by ${schema.clusterBy.join(', ')}.`);
  return problems;
}

const backups: Rule = {
  name: 'backups',
  description: 'Every row table is backed up daily, documents can be restored to a moment.',
  check(resources) {
    const databases = ofType(resources, 'firestore/database:Database');
    return [
      ...ofType(resources, 'bigtable/table:Table')
        .filter((table) => textAt(table, 'automatedBackupPolicy.frequency') === '')
        .map((table) => `${titleOf(table)} has no backups.`),
      ...(databases.some((database) => textAt(database, 'name') === FIRESTORE_DATABASE)
        ? []
        : [`There is no database ${FIRESTORE_DATABASE}.`]),
      ...databases
        .filter(
          (database) =>
            textAt(database, 'pointInTimeRecoveryEnablement') !== 'POINT_IN_TIME_RECOVERY_ENABLED',
        )
        .map((database) => `${titleOf(database)} cannot be restored to a moment.`),
    ];
  },
};

/** Collections whose documents end by themselves. */
const EXPIRING = ['sessions', 'blend-days'];

const expiringDocuments: Rule = {
  name: 'expiring-documents',
  description: 'Documents that end by themselves are removed by Firestore.',
  check: (resources) =>
    EXPIRING.filter(
      (collection) =>
        !ofType(resources, 'firestore/field:Field').some(
          (field) =>
            textAt(field, 'database') === FIRESTORE_DATABASE &&
            textAt(field, 'collection') === collection &&
            textAt(field, 'field') === 'expiresAt' &&
            at(field, 'ttlConfig') !== undefined,
        ),
    ).map((collection) => `Documents of ${collection} stay for ever.`),
};

/** How each kind of resource that holds data says that it is protected. */
const PROTECTED: Readonly<Record<string, (resource: Declared) => boolean>> = {
  'gcp:bigtable/instance:Instance': (resource) => at(resource, 'deletionProtection') === true,
  'gcp:bigtable/table:Table': (resource) => at(resource, 'deletionProtection') === 'PROTECTED',
  'gcp:bigquery/table:Table': (resource) => at(resource, 'deletionProtection') === true,
  'gcp:bigquery/dataset:Dataset': (resource) =>
    textAt(resource, 'datasetId') === BUILDS_DATASET ||
    (at(resource, 'deletionPolicy') === 'PREVENT' && at(resource, 'deleteContentsOnDestroy') !== true),
  'gcp:firestore/database:Database': (resource) =>
    at(resource, 'deleteProtectionState') === 'DELETE_PROTECTION_ENABLED' &&
    at(resource, 'deletionPolicy') === 'PREVENT',
  'gcp:storage/bucket:Bucket': (resource) => at(resource, 'forceDestroy') !== true,
};

const protectedData: Rule = {
  name: 'protected-data',
  description: 'What holds data cannot be deleted by mistake, except in the size made for trying.',
  check: (resources) =>
    sizeOf(resources) === 'dev'
      ? []
      : resources
          .filter((resource) => PROTECTED[resource.type]?.(resource) === false)
          .map((resource) => `${titleOf(resource)} can be deleted with its data.`),
};

const expiringBuilds: Rule = {
  name: 'expiring-builds',
  description: 'Tables of builds expire by themselves.',
  check: (resources) =>
    ofType(resources, 'bigquery/dataset:Dataset')
      .filter((dataset) => textAt(dataset, 'datasetId') === BUILDS_DATASET)
      .filter((dataset) => !(Number(at(dataset, 'defaultTableExpirationMs')) > 0))
      .map((dataset) => `${titleOf(dataset)} keeps the tables of every build.`),
};

export const DATA_RULES: readonly Rule[] = [
  warehouseTables,
  backups,
  protectedData,
  expiringBuilds,
  expiringDocuments,
];

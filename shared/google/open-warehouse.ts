/** Opens the warehouse and what a build needs around it. Nothing is asked of Google before it is used. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BulkLoad } from '../ports/bulk-load.ts';
import { BIGTABLE_INSTANCE, BUILDS_DATASET, WAREHOUSE_DATASET } from '../schema/cloud.ts';
import { SUBSCRIPTIONS } from '../schema/topics.ts';
import { createAuthorizedFetch, MONITORING_READ_SCOPE } from './bigquery-fetch.ts';
import { createBigQueryBulkLoad } from './bigquery-loads.ts';
import { type BigQueryWarehouse, createBigQueryWarehouse } from './bigquery-warehouse.ts';
import { BIGTABLE_ADMIN_SCOPE, createReplicationBarrier } from './bigtable-replication.ts';
import type { FunctionEnvironment } from './environment.ts';
import { createSettledCutoff } from './pubsub-watermark.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

/** `stages`: the folder of the stages' texts, for who runs them. */
export function openWarehouse(environment: FunctionEnvironment, stages?: URL): BigQueryWarehouse {
  const { project, location, maxBytesBilled, emulators } = environment;
  return createBigQueryWarehouse({
    project,
    location,
    dataset: WAREHOUSE_DATASET,
    buildsDataset: BUILDS_DATASET,
    maxBytesBilled,
    clock: SYSTEM_CLOCK,
    ...(stages !== undefined && {
      readStageSql: ({ name }) => readFile(new URL(`${name}.sql`, stages), 'utf8'),
    }),
    ...emulated(emulators.bigquery),
  });
}

export function openBulkLoad({ project }: FunctionEnvironment, warehouse: BigQueryWarehouse): BulkLoad {
  return createBigQueryBulkLoad({ warehouse, project, buildsDataset: BUILDS_DATASET });
}

/** How far subscriptions that write into the warehouse have delivered; see createSettledCutoff. */
export function openSettledCutoff({ project, emulators }: FunctionEnvironment): () => Promise<number> {
  const { updateSignals: _, ...toWarehouse } = SUBSCRIPTIONS;
  return createSettledCutoff({
    project,
    subscriptions: Object.values(toWarehouse).map(({ name }) => name),
    clock: SYSTEM_CLOCK,
    fetch: createAuthorizedFetch([MONITORING_READ_SCOPE]),
    ...emulated(emulators.monitoring),
  });
}

/** Waits until every cluster has the tables that a build writes. An emulator has one copy of them, which is level. */
export function openReplication({ project, emulators }: FunctionEnvironment): () => Promise<void> {
  if (emulators.bigtable !== undefined) return async () => undefined;
  return createReplicationBarrier({
    project,
    instance: BIGTABLE_INSTANCE,
    tables: ['listeners', 'catalog', 'pools'],
    clock: SYSTEM_CLOCK,
    sleep,
    fetch: createAuthorizedFetch([BIGTABLE_ADMIN_SCOPE]),
  });
}

/** An emulator is asked without credentials: it has none to check. */
function emulated(host: string | undefined) {
  return host === undefined ? {} : { endpoint: `http://${host}`, fetch };
}

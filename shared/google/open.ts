/** Opens Google's services as the ports that functions ask for. Nothing is asked of Google before it is used. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { PermanentError } from '../errors.ts';
import type { Logger } from '../logging/logger.ts';
import type { BulkLoad } from '../ports/bulk-load.ts';
import type { RowStore } from '../ports/row-store.ts';
import {
  APP_PROFILES,
  BIGTABLE_INSTANCE,
  BUILDS_DATASET,
  FIRESTORE_DATABASE,
  WAREHOUSE_DATASET,
} from '../schema/cloud.ts';
import { SUBSCRIPTIONS, type SubscriptionName } from '../schema/topics.ts';
import { createAuthorizedFetch, MONITORING_READ_SCOPE } from './bigquery-fetch.ts';
import { createBigQueryBulkLoad } from './bigquery-loads.ts';
import { type BigQueryWarehouse, createBigQueryWarehouse } from './bigquery-warehouse.ts';
import { BIGTABLE_ADMIN_SCOPE, createReplicationBarrier } from './bigtable-replication.ts';
import { createBigtableRows } from './bigtable-rows.ts';
import { createDeadLetters } from './dead-letters.ts';
import type { FunctionEnvironment } from './environment.ts';
import { createFirestoreDocuments } from './firestore-documents.ts';
import { createPublisher } from './pubsub-publisher.ts';
import { createPubsubTopics } from './pubsub-topics.ts';
import { createSettledCutoff } from './pubsub-watermark.ts';
import { type AuthenticatePush, createPushAuthenticator } from './push-authenticator.ts';
import { rememberPointer } from './remembered-pointer.ts';
import { routeRows } from './routed-rows.ts';

const clock = { now: () => Date.now() };
/** How long a process serves a build after another was published. */
const POINTER_MS = 10_000;

/** Well above what a point read takes as a rule, a few milliseconds. */
const HEDGE_MS = 40;

type Profile = keyof typeof APP_PROFILES;

function rowsThrough({ project, emulators }: FunctionEnvironment, profile: Profile) {
  return createBigtableRows({
    project,
    instance: BIGTABLE_INSTANCE,
    appProfile: APP_PROFILES[profile],
    emulatorHost: emulators.bigtable,
    ...(profile === 'serving' && { hedgeAfterMs: HEDGE_MS }),
  });
}

/** Rows as a function of this profile uses them; `serving` also remembers the pointer and routes what needs one cluster. */
export function openRows(environment: FunctionEnvironment, profile: Profile): RowStore {
  if (profile !== 'serving') return rowsThrough(environment, profile);
  const routed = routeRows(rowsThrough(environment, 'serving'), rowsThrough(environment, 'writing'));
  return { ...routed, read: rememberPointer(routed.read, { now: clock.now, forMs: POINTER_MS }) };
}

export function openDocuments({ project, emulators }: FunctionEnvironment) {
  return createFirestoreDocuments({
    project,
    database: FIRESTORE_DATABASE,
    emulatorHost: emulators.firestore,
  });
}

/** Publishing; what is delivered to functions is pushed to them. */
export function openTopics(environment: FunctionEnvironment) {
  return createPubsubTopics(openPublisher(environment));
}

/** Keeps what can never be delivered to a subscription. */
export function openDeadLetters(environment: FunctionEnvironment, subscription: SubscriptionName) {
  return createDeadLetters(openPublisher(environment), subscription);
}

function openPublisher({ project, location, emulators }: FunctionEnvironment) {
  return createPublisher({ project, location, emulatorHost: emulators.pubsub });
}

/** Who may push. Pub/Sub's emulator signs nothing, so with it anybody may, which is said loudly. */
export function openPushAuthenticator(
  { push, emulators }: FunctionEnvironment,
  logger: Logger,
): AuthenticatePush {
  if (push !== undefined) return createPushAuthenticator({ ...push, clock });
  if (emulators.pubsub === undefined) throw new PermanentError('SEGUE_PUSH_ACCOUNT: must be set.');
  logger.warn({}, 'PUSHES ARE NOT AUTHENTICATED: this process is for the emulator of Pub/Sub only');
  return async () => undefined;
}

/** `stages`: the folder of the stages' texts, for who runs them. */
export function openWarehouse(environment: FunctionEnvironment, stages?: URL): BigQueryWarehouse {
  const { project, location, maxBytesBilled, emulators } = environment;
  return createBigQueryWarehouse({
    project,
    location,
    dataset: WAREHOUSE_DATASET,
    buildsDataset: BUILDS_DATASET,
    maxBytesBilled,
    clock,
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
    clock,
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
    clock,
    sleep,
    fetch: createAuthorizedFetch([BIGTABLE_ADMIN_SCOPE]),
  });
}

/** An emulator is asked without credentials: it has none to check. */
function emulated(host: string | undefined) {
  return host === undefined ? {} : { endpoint: `http://${host}`, fetch };
}

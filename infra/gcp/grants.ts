/** Who may do what: the whole of it, as a table. Everything not listed here or in the callers of functions is denied. */
import { FIRESTORE_DATABASE } from '../../shared/schema/cloud.ts';
import type { RowTable } from '../../shared/schema/rows.ts';
import { SUBSCRIPTIONS, type SubscriptionName, TOPICS, type Topic } from '../../shared/schema/topics.ts';
import type { AccountName } from './accounts.ts';
import type { SegueConfig } from './config.ts';

/** The narrowest thing that IAM can name; a project only for what belongs to no smaller one. */
export type Place =
  | { readonly kind: 'project'; readonly condition?: Condition }
  | { readonly kind: 'topic'; readonly topic: Topic }
  /** The topic of a subscription's dead letters. */
  | { readonly kind: 'dead-topic'; readonly subscription: SubscriptionName }
  | { readonly kind: 'table'; readonly table: RowTable }
  | { readonly kind: 'dataset'; readonly dataset: 'warehouse' | 'builds' }
  | { readonly kind: 'bucket'; readonly bucket: 'source' | 'staging' | 'import' }
  | { readonly kind: 'images' }
  | { readonly kind: 'signing-keys' }
  | { readonly kind: 'account'; readonly account: AccountName };

export interface Condition {
  readonly title: string;
  /** In Common Expression Language. */
  readonly expression: string;
}

export interface Grant {
  readonly to: AccountName;
  readonly role: `roles/${string}`;
  readonly on: Place;
  /** Why it is needed. */
  readonly why: string;
}

const project: Place = { kind: 'project' };
const topic = (name: Topic): Place => ({ kind: 'topic', topic: name });
const table = (name: RowTable): Place => ({ kind: 'table', table: name });
const warehouse: Place = { kind: 'dataset', dataset: 'warehouse' };
const builds: Place = { kind: 'dataset', dataset: 'builds' };
const bucket = (name: 'source' | 'staging' | 'import'): Place => ({ kind: 'bucket', bucket: name });

const PUBLISH = 'roles/pubsub.publisher';
const READ_ROWS = 'roles/bigtable.reader';
const WRITE_ROWS = 'roles/bigtable.user';
const RUN_QUERIES = 'roles/bigquery.jobUser';
const READ_TABLES = 'roles/bigquery.dataViewer';
const WRITE_TABLES = 'roles/bigquery.dataEditor';
const READ_METRICS = 'roles/monitoring.viewer';
const USE_DOCUMENTS = 'roles/datastore.user';
/** IAM knows no single model of Google's. */
const ASK_MODELS = 'roles/aiplatform.user';

/** Every grant of a configuration. */
export function grantsFor(config: SegueConfig): Grant[] {
  const to =
    (account: AccountName) =>
    (role: Grant['role'], on: Place, why: string): Grant => ({ to: account, role, on, why });
  const hasKeys = config.signingKeys !== undefined;
  const hasModel = config.gemini !== undefined;
  const keys = (account: AccountName): Grant[] =>
    hasKeys
      ? [to(account)('roles/secretmanager.secretAccessor', { kind: 'signing-keys' }, 'verifies tokens')]
      : [];

  const ingest = to('ingest');
  const signals = to('update-signals');
  const rebuild = to('rebuild');
  const serve = to('serve');
  const sessions = to('sessions');
  const agent = to('agent');
  const build = to('build');
  return [
    ingest(PUBLISH, topic(TOPICS.listens), 'accepted events'),
    ingest(PUBLISH, topic(TOPICS.catalogue), 'items that events describe'),
    ingest(READ_ROWS, table('listeners'), 'private sessions'),
    ingest(WRITE_ROWS, table('catalog'), 'descriptions of items'),
    ingest(READ_ROWS, table('erasures'), 'refuses what was erased'),
    ...keys('ingest'),

    signals(WRITE_ROWS, table('listeners'), 'live events and dislikes'),
    signals(READ_ROWS, table('erasures'), 'leaves out what was erased'),
    signals(
      PUBLISH,
      { kind: 'dead-topic', subscription: SUBSCRIPTIONS.updateSignals.name },
      'what can never be read, with the reason',
    ),

    rebuild(RUN_QUERIES, project, 'stages and audits'),
    rebuild(WRITE_TABLES, warehouse, 'history, less what is left of erased listeners'),
    rebuild(WRITE_TABLES, builds, 'tables of builds'),
    rebuild(WRITE_ROWS, table('listeners'), 'load'),
    rebuild(WRITE_ROWS, table('catalog'), 'load'),
    rebuild(WRITE_ROWS, table('pools'), 'load, and the pointer'),
    rebuild(READ_ROWS, table('erasures'), 'loads nothing of who was erased'),
    rebuild(USE_DOCUMENTS, oneDatabase(config), 'builds and their audits'),
    rebuild(READ_METRICS, project, 'how far subscriptions have delivered'),

    serve(WRITE_ROWS, table('listeners'), 'controls and erasure'),
    serve(READ_ROWS, table('catalog'), 'descriptions of items'),
    serve(READ_ROWS, table('pools'), 'shared pools and the pointer'),
    serve(WRITE_ROWS, table('erasures'), 'tombstones'),
    serve(PUBLISH, topic(TOPICS.controls), 'changes of controls'),
    serve(PUBLISH, topic(TOPICS.impressions), 'what was served'),
    serve(RUN_QUERIES, project, 'export and erasure'),
    serve(WRITE_TABLES, warehouse, 'erasure'),
    ...keys('serve'),

    sessions(WRITE_ROWS, table('listeners'), 'dislikes'),
    sessions(READ_ROWS, table('catalog'), 'descriptions of items, and what goes with them'),
    sessions(READ_ROWS, table('pools'), 'the catalogue, shared pools and the pointer'),
    sessions(READ_ROWS, table('erasures'), 'keeps nothing of who was erased'),
    sessions(PUBLISH, topic(TOPICS.controls), 'dislikes'),
    sessions(PUBLISH, topic(TOPICS.impressions), 'what was played'),
    sessions(USE_DOCUMENTS, oneDatabase(config), 'sessions, blends and playlists'),
    ...(hasModel ? [sessions(ASK_MODELS, project, 'prompts')] : []),
    ...keys('sessions'),

    // What serve and sessions read and say, without what only they may: erasing, exporting, queries.
    agent(WRITE_ROWS, table('listeners'), 'dislikes'),
    agent(READ_ROWS, table('catalog'), 'descriptions of items, and what goes with them'),
    agent(READ_ROWS, table('pools'), 'the catalogue, shared pools and the pointer'),
    agent(READ_ROWS, table('erasures'), 'keeps nothing of who was erased'),
    agent(PUBLISH, topic(TOPICS.controls), 'changes of controls'),
    agent(PUBLISH, topic(TOPICS.impressions), 'what was served'),
    agent(USE_DOCUMENTS, oneDatabase(config), 'sessions, blends and playlists'),
    ...(hasModel ? [agent(ASK_MODELS, project, 'prompts')] : []),
    ...keys('agent'),

    build('roles/logging.logWriter', project, 'logs of builds'),
    build('roles/artifactregistry.writer', { kind: 'images' }, 'images'),
    build('roles/storage.objectViewer', bucket('source'), 'sources'),
    build('roles/storage.objectViewer', functionSources(), 'the copies that Cloud Functions makes of them'),

    // IAM knows no single workflow.
    to('invoker')('roles/workflows.invoker', project, 'Scheduler starts the nightly run'),
    to('workflow')('roles/logging.logWriter', project, 'logs of the nightly run'),
    ...(config.load === 'dataflow' ? templateGrants(to('workflow'), to('dataflow')) : []),

    to('backfill')('roles/storage.objectUser', bucket('import'), 'files of history'),
    to('backfill')(RUN_QUERIES, project, 'loading them'),
    to('backfill')(WRITE_TABLES, warehouse, 'history'),
  ];
}

type Granter = (role: Grant['role'], on: Place, why: string) => Grant;

/** What loading by Google's template takes: the workflow launches it, the workers read tables and write rows. */
function templateGrants(workflow: Granter, dataflow: Granter): Grant[] {
  return [
    workflow('roles/dataflow.developer', project, 'launches the template and looks how it goes'),
    workflow('roles/iam.serviceAccountUser', { kind: 'account', account: 'dataflow' }, 'its workers'),
    dataflow('roles/dataflow.worker', project, 'work items, logs and metrics'),
    dataflow('roles/storage.objectAdmin', bucket('staging'), 'temporary files'),
    dataflow(RUN_QUERIES, project, 'reads by query or export'),
    dataflow('roles/bigquery.readSessionUser', project, 'reads by the storage API'),
    dataflow(READ_TABLES, builds, 'the tables to load'),
    dataflow(WRITE_ROWS, table('listeners'), 'load'),
    dataflow(WRITE_ROWS, table('catalog'), 'load'),
    dataflow(WRITE_ROWS, table('pools'), 'load'),
  ];
}

/** Firestore has no permissions of its own on a database; a condition names it. */
function oneDatabase(config: SegueConfig): Place {
  const name = `projects/${config.project}/databases/${FIRESTORE_DATABASE}`;
  return {
    kind: 'project',
    condition: { title: 'Segue’s database only', expression: `resource.name == "${name}"` },
  };
}

/** A bucket that Cloud Functions makes by itself, and whose name it alone decides. */
function functionSources(): Place {
  return {
    kind: 'project',
    condition: {
      title: 'Sources of functions only',
      expression: 'resource.name.startsWith("projects/_/buckets/gcf-v2-sources-")',
    },
  };
}

/** Names of what is provisioned around rows, topics and tables: infra creates them, adapters open them. */
import type { BuildTable } from './rows.ts';
import type { SubscriptionName } from './topics.ts';

export const BIGTABLE_INSTANCE = 'segue';
/**
 * Serving reads a near replica and waits for nobody. What must be seen at once or is written on a condition (live
 * events, erasures) goes to one cluster through `writing`, loads and the pointer at low priority through `batch`.
 */
export const APP_PROFILES = { serving: 'serving', writing: 'writing', batch: 'batch' } as const;

export const FIRESTORE_DATABASE = 'segue';

/** Tables that topics feed (schema/tables.ts). */
export const WAREHOUSE_DATASET = 'segue';
/** Stages' tables of every build, which expire by themselves. */
export const BUILDS_DATASET = 'segue_builds';

/** Table of a build's stage in BUILDS_DATASET. */
export function buildTable(buildId: string, stage: string): string {
  return `${buildId.replaceAll(/[^A-Za-z0-9_]/g, '_')}__${stage}`;
}

/** The topic to which a subscription gives up what it could not deliver, and the subscription that keeps it. */
export function deadLetterName(subscription: SubscriptionName): string {
  return `${subscription}-dead`;
}

/** The table from which a template loads a row table. */
export function loadTable(buildId: string, table: BuildTable): string {
  return buildTable(buildId, `load_${table}`);
}

/** The names under which functions register with the framework; Google's tools take no hyphens here. */
export const ENTRY_POINTS = {
  ingest: 'ingest',
  'update-signals': 'updateSignals',
  rebuild: 'rebuild',
  serve: 'serve',
  sessions: 'sessions',
  agent: 'agent',
} as const;

/** Whether every Bigtable cluster has what was written: a build is published when no replica lacks a part of it. */
import { messageOf, PermanentError, TransientError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { RowTable } from '../schema/rows.ts';
import type { AuthorizedFetch } from './bigquery-fetch.ts';

export interface ReplicationOptions {
  readonly project: string;
  readonly instance: string;
  readonly tables: readonly RowTable[];
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Under the scope bigtable.admin.table or cloud-platform. */
  readonly fetch: AuthorizedFetch;
  readonly endpoint?: string;
  /** How long to wait for the slowest table (default 20 minutes) before it is said to be behind. */
  readonly waitMs?: number;
}

export const BIGTABLE_ADMIN_SCOPE = 'https://www.googleapis.com/auth/bigtable.admin.table';

const POLL_MS = 2_000;
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * Returns a function that resolves when what was written to the tables before the call is in every cluster
 * (Bigtable Admin API: generateConsistencyToken, checkConsistency). It throws TransientError naming the table while it
 * is not or Bigtable does not tell; asking again is harmless.
 */
export function createReplicationBarrier(options: ReplicationOptions): () => Promise<void> {
  return async () => {
    await Promise.all(options.tables.map((table) => untilConsistent(options, table)));
  };
}

async function untilConsistent(options: ReplicationOptions, table: RowTable): Promise<void> {
  const { clock, sleep, waitMs = 20 * 60_000 } = options;
  const deadline = clock.now() + waitMs;
  const { consistencyToken } = await post<{ consistencyToken?: string }>(
    options,
    table,
    'generateConsistencyToken',
    {},
  );
  for (;;) {
    const { consistent } = await post<{ consistent?: boolean }>(options, table, 'checkConsistency', {
      consistencyToken,
    });
    if (consistent === true) return;
    if (clock.now() >= deadline)
      throw new TransientError(`Replicas of ${table} lack writes of ${Math.round(waitMs / 1000)} s ago.`);
    await sleep(POLL_MS);
  }
}

async function post<T>(
  { project, instance, fetch, endpoint = 'https://bigtableadmin.googleapis.com' }: ReplicationOptions,
  table: RowTable,
  method: string,
  body: object,
): Promise<T> {
  const what = `Whether replicas of ${table} are level is not known`;
  let status: number;
  let text: string;
  try {
    const response = await fetch(
      `${endpoint}/v2/projects/${project}/instances/${instance}/tables/${table}:${method}`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      },
    );
    status = response.status;
    text = await response.text();
    if (response.ok) return JSON.parse(text) as T;
  } catch (cause) {
    throw new TransientError(`${what}: ${messageOf(cause)}`, { cause });
  }
  const told = `${what}: HTTP ${status}: ${text.slice(0, 200)}`;
  throw status === 429 || status >= 500 ? new TransientError(told) : new PermanentError(told);
}

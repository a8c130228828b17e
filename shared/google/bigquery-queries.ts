/** What every query job of the warehouse has in common: names, typed parameters, caps, labels. */
import type { SqlValue } from '../ports/warehouse.ts';
import type { StageParams } from '../sql/stage.ts';
import type { ErrorContext } from './bigquery-errors.ts';
import type { JobConfiguration, Jobs, TableReference } from './bigquery-jobs.ts';
import { qualifyTables } from './bigquery-names.ts';
import { plainRow, queryParameters } from './bigquery-values.ts';

export interface QueryLimits {
  /** Bytes one query may bill; a query that would bill more fails without a charge. */
  readonly maxBytesBilled: number;
  /** `projects/P/locations/L/reservations/R`; the project's own assignment where absent. */
  readonly reservation?: string;
  /** Slots one job aims to stay below (a preview of BigQuery's). */
  readonly maxSlots?: number;
  /** Milliseconds after which BigQuery stops a job. */
  readonly jobTimeoutMs?: number;
  /** BATCH waits for idle slots; INTERACTIVE (default) does not. */
  readonly priority?: 'INTERACTIVE' | 'BATCH';
  /** On every job, beside `app: segue`: lower-case letters, digits, `_` and `-`. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A query as it is asked: GoogleSQL with bare names. */
export interface Asked {
  readonly sql: string;
  readonly params: StageParams;
  /** The whole name of a bare one, undefined where it may not be read. */
  readonly whole: (table: string) => string | undefined;
  readonly context: ErrorContext;
  readonly labels?: Readonly<Record<string, string>>;
  readonly destination?: { readonly table: TableReference; readonly clusterBy: readonly string[] };
}

/** BigQuery allows four clustering columns. */
const MOST_CLUSTER_COLUMNS = 4;

/** The configuration of the job. Throws UnsupportedSql for an unknown table, PermanentError for a bad parameter. */
export function queryJob(asked: Asked, limits: QueryLimits): JobConfiguration {
  const { sql, params } = qualifyTables(asked.sql, asked.whole, asked.context.file);
  const { destination } = asked;
  return {
    query: {
      query: sql,
      useLegacySql: false,
      // A result out of the cache has no job of its own, and what an audit reads must be what is there.
      useQueryCache: false,
      priority: limits.priority ?? 'INTERACTIVE',
      parameterMode: 'NAMED',
      queryParameters: queryParameters(params, asked.params),
      maximumBytesBilled: String(limits.maxBytesBilled),
      ...(destination !== undefined && {
        destinationTable: destination.table,
        createDisposition: 'CREATE_IF_NEEDED',
        writeDisposition: 'WRITE_TRUNCATE',
        ...(destination.clusterBy.length > 0 && {
          clustering: { fields: destination.clusterBy.slice(0, MOST_CLUSTER_COLUMNS) },
        }),
      }),
    },
    ...jobLimits(limits, asked.labels),
  };
}

/** What caps and labels any job, whatever it does. */
export function jobLimits(
  { labels, jobTimeoutMs, reservation, maxSlots }: QueryLimits,
  more: Readonly<Record<string, string>> = {},
): Pick<JobConfiguration, 'labels' | 'jobTimeoutMs' | 'reservation' | 'maxSlots'> {
  return {
    labels: { ...labels, app: 'segue', ...more },
    ...(jobTimeoutMs !== undefined && { jobTimeoutMs: String(jobTimeoutMs) }),
    ...(reservation !== undefined && { reservation }),
    ...(maxSlots !== undefined && { maxSlots }),
  };
}

/** Runs a query under a new id and gives its rows a page at a time. */
export async function* queryPages(
  jobs: Jobs,
  id: string,
  asked: Asked,
  limits: QueryLimits,
): AsyncIterable<readonly Record<string, SqlValue>[]> {
  await jobs.run(id, queryJob(asked, limits), asked.context);
  for await (const { fields, rows } of jobs.pages(id, asked.context))
    if (rows.length > 0) yield rows.map((row) => plainRow(fields, row));
}

/** All rows of a query; for few of them. */
export async function queryAll(
  jobs: Jobs,
  id: string,
  asked: Asked,
  limits: QueryLimits,
): Promise<Record<string, SqlValue>[]> {
  const all: Record<string, SqlValue>[] = [];
  for await (const rows of queryPages(jobs, id, asked, limits)) all.push(...rows);
  return all;
}

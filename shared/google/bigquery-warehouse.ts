/** The warehouse in BigQuery: tables that topics feed, small tables and erasures by load job and DML, builds by query jobs. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidInput, TooLarge } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { SqlValue, Warehouse } from '../ports/warehouse.ts';
import { TABLES, type TableName, type TableRow } from '../schema/tables.ts';
import type { Stage, StageParams } from '../sql/stage.ts';
import { type BigQueryBuild, BigQueryBuildSpace, readStageFile } from './bigquery-build.ts';
import type { ErrorContext } from './bigquery-errors.ts';
import { type AuthorizedFetch, BIGQUERY_SCOPE, createAuthorizedFetch } from './bigquery-fetch.ts';
import { Jobs } from './bigquery-jobs.ts';
import { type Asked, jobLimits, type QueryLimits, queryAll, queryJob } from './bigquery-queries.ts';
import type { RestOptions } from './bigquery-rest.ts';
import { type DatasetOptions, deleteTable, listTables } from './bigquery-tables.ts';
import { loadLines } from './bigquery-values.ts';

export interface BigQueryOptions extends QueryLimits {
  readonly project: string;
  /** Where both datasets are: `EU`, `europe-west1`. */
  readonly location: string;
  /** Of the tables of schema/tables.ts. */
  readonly dataset: string;
  /** Of the stages' tables, with an expiry of its own by default. */
  readonly buildsDataset: string;
  readonly clock: Clock;
  /** Application Default Credentials where absent. */
  readonly fetch?: AuthorizedFetch;
  readonly endpoint?: string;
  readonly newId?: () => string;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly random?: () => number;
  /** How long one call waits for a job (default 50 minutes); see JobsOptions. */
  readonly waitMs?: number;
  /** The text of a stage; out of the folder shared/sql/stages where absent, which a bundle must bring along. */
  readonly readStageSql?: (stage: Stage) => Promise<string>;
}

export interface BigQueryWarehouse extends Warehouse {
  openBuild(buildId: string): Promise<BigQueryBuild>;
  /** Bytes that a query over the warehouse's tables would process. Throws PermanentError naming the line. */
  dryRun(sql: string, params?: StageParams): Promise<number>;
}

/** One load job takes a request of this size at most; more history than that belongs in Cloud Storage. */
const MOST_LOAD_BYTES = 32 * 1024 * 1024;

/** A warehouse in BigQuery. Nothing is asked of Google before the first call. */
export function createBigQueryWarehouse(options: BigQueryOptions): BigQueryWarehouse {
  return new GoogleWarehouse(options);
}

class GoogleWarehouse implements BigQueryWarehouse {
  readonly #options: BigQueryOptions;
  readonly #newId: () => string;
  readonly #jobs: Jobs;
  readonly #builds: DatasetOptions;

  constructor(options: BigQueryOptions) {
    this.#options = options;
    this.#newId = options.newId ?? randomUUID;
    const rest: RestOptions = {
      fetch: options.fetch ?? createAuthorizedFetch([BIGQUERY_SCOPE]),
      endpoint: options.endpoint ?? 'https://bigquery.googleapis.com',
      tries: 6,
      pauseMs: 250,
      sleep: options.sleep ?? sleep,
      random: options.random ?? Math.random,
    };
    this.#jobs = new Jobs({
      rest,
      project: options.project,
      location: options.location,
      clock: options.clock,
      pollMs: 100,
      waitMs: options.waitMs ?? 50 * 60_000,
    });
    this.#builds = { rest, project: options.project, dataset: options.buildsDataset };
  }

  /**
   * By one load job: atomic, durable when done, and outside the streaming buffer, so that an erasure a moment later
   * finds the rows. BigQuery takes 1,500 such jobs a table and day: for erasures and small tables, not for events,
   * which a subscription writes. Calling it again after TransientError may append twice, as topics may.
   */
  async append(table: TableName, rows: readonly TableRow[]): Promise<void> {
    if (rows.length === 0) return;
    const lines = loadLines(table, rows);
    if (Buffer.byteLength(lines) > MOST_LOAD_BYTES)
      throw new TooLarge(
        `${rows.length} rows of ${table} exceed ${MOST_LOAD_BYTES} bytes; load them from Cloud Storage.`,
      );
    const { project, dataset } = this.#options;
    const load = {
      destinationTable: { projectId: project, datasetId: dataset, tableId: table },
      sourceFormat: 'NEWLINE_DELIMITED_JSON',
      createDisposition: 'CREATE_NEVER',
      writeDisposition: 'WRITE_APPEND',
      maxBadRecords: 0,
    } as const;
    // Its own id for each call: one made of the rows would swallow the same rows appended again after a removal.
    const { labels } = jobLimits(this.#options, { table });
    await this.#jobs.run(
      this.#id(`append-${table}`),
      { load, ...(labels !== undefined && { labels }) },
      this.#context(`Appending to ${table}`),
      lines,
    );
  }

  query(sql: string, params: StageParams = {}): Promise<Record<string, SqlValue>[]> {
    return queryAll(
      this.#jobs,
      this.#id('query'),
      this.#asked(sql, params, 'A query over the warehouse'),
      this.#options,
    );
  }

  async dryRun(sql: string, params: StageParams = {}): Promise<number> {
    const asked = this.#asked(sql, params, 'A dry run');
    return this.#jobs.dryRun(queryJob(asked, this.#options), asked.context);
  }

  /**
   * By DML. Rows of load jobs and of BigQuery subscriptions (Storage Write API) can be deleted at once; rows of the
   * older insertAll not for half an hour, which is why nothing here uses it: TransientError then.
   */
  async eraseListener(listenerId: string, upTo?: number): Promise<Record<string, number>> {
    const tables = Object.entries(TABLES).filter(([, { columns }]) => 'listener_id' in columns);
    const removed = await Promise.all(
      tables.map(async ([table, { partitionBy }]) => {
        const early = upTo === undefined ? '' : ` AND ${partitionBy} <= TIMESTAMP_MILLIS(@up_to)`;
        const rows = await this.#change(
          `DELETE FROM ${this.#name(table)} WHERE listener_id = @listener${early}`,
          { listener: listenerId, ...(upTo !== undefined && { up_to: upTo }) },
          `Erasing from ${table}`,
        );
        return [table, rows] as const;
      }),
    );
    return Object.fromEntries(removed);
  }

  async removeSource(source: string): Promise<{ listeners: string[]; items: string[] }> {
    const items = await this.query(
      'SELECT item_id AS id FROM catalogue GROUP BY item_id HAVING LOGICAL_AND(source = @source) ORDER BY id',
      { source },
    );
    const listeners = await this.query(
      'SELECT listener_id AS id FROM listens GROUP BY listener_id HAVING LOGICAL_OR(source = @source) ORDER BY id',
      { source },
    );
    const theirs = `listener_id IN (SELECT listener_id FROM ${this.#name('listens')} WHERE source = @source)`;
    const script = [
      'BEGIN TRANSACTION',
      ...['controls', 'impressions', 'listens'].map(
        (table) => `DELETE FROM ${this.#name(table)} WHERE ${theirs}`,
      ),
      `DELETE FROM ${this.#name('catalogue')} WHERE source = @source`,
      'COMMIT TRANSACTION',
    ];
    await this.#change(`${script.join(';\n')};`, { source }, `Removing the source ${source}`);
    const ids = (rows: readonly Record<string, SqlValue>[]) => rows.map(({ id }) => String(id));
    return { listeners: ids(listeners), items: ids(items) };
  }

  async openBuild(buildId: string): Promise<BigQueryBuild> {
    return new BigQueryBuildSpace({
      buildId: requireBuildId(buildId),
      jobs: this.#jobs,
      builds: this.#builds,
      dataset: this.#options.dataset,
      limits: this.#options,
      newId: this.#newId,
      readStageSql: this.#options.readStageSql ?? readStageFile,
    });
  }

  async listBuilds(): Promise<string[]> {
    const ids = (await listTables(this.#builds)).flatMap((table) => {
      const end = table.indexOf('__');
      return end > 0 ? [table.slice(0, end)] : [];
    });
    return [...new Set(ids)].sort();
  }

  async dropBuild(buildId: string): Promise<void> {
    const prefix = `${requireBuildId(buildId)}__`;
    const tables = (await listTables(this.#builds)).filter((table) => table.startsWith(prefix));
    for (const table of tables) await deleteTable(this.#builds, table);
  }

  async close(): Promise<void> {
    // Requests hold nothing between them.
  }

  /** Runs DML and returns the rows it changed (0 for a script). */
  async #change(statement: string, params: StageParams, what: string): Promise<number> {
    const job = await this.#jobs.run(
      this.#id('dml'),
      queryJob(
        // Whole names already: no bare one may slip through.
        { ...this.#asked(statement, params, what), whole: () => undefined },
        this.#options,
      ),
      this.#context(what),
    );
    return Number(job.statistics?.query?.numDmlAffectedRows ?? 0);
  }

  #asked(sql: string, params: StageParams, what: string): Asked {
    const { project, dataset } = this.#options;
    return {
      sql,
      params,
      whole: (table) => (table in TABLES ? `${project}.${dataset}.${table}` : undefined),
      context: this.#context(what),
    };
  }

  #name(table: string): string {
    return `\`${this.#options.project}.${this.#options.dataset}.${table}\``;
  }

  #context(what: string): ErrorContext {
    return { what, maxBytesBilled: this.#options.maxBytesBilled };
  }

  #id(what: string): string {
    return `segue-${what}-${this.#newId()}`;
  }
}

/** Letters, digits and `_` only: then a table's name tells the build's id again. Throws InvalidInput. */
function requireBuildId(buildId: string): string {
  if (!/^[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*$/.test(buildId) || buildId.length > 63)
    throw new InvalidInput([{ pointer: '/build', detail: 'is no build id' }]);
  return buildId;
}

/** A build in BigQuery: each stage is one query job into a table of its own, under an id that any process finds again. */
import { readFile } from 'node:fs/promises';
import { PermanentError, TransientError } from '../errors.ts';
import type { BuildSpace, SqlValue, StageResult } from '../ports/warehouse.ts';
import { buildTable, loadTable } from '../schema/cloud.ts';
import { TABLES } from '../schema/tables.ts';
import { LOAD_QUERIES } from '../sql/loads.ts';
import type { Stage, StageParams } from '../sql/stage.ts';
import { STAGES } from '../sql/stages.ts';
import { type ErrorContext, errorOf, isPassing } from './bigquery-errors.ts';
import type { Job, JobConfiguration, Jobs, TableReference } from './bigquery-jobs.ts';
import {
  type Asked,
  jobLimits,
  type QueryLimits,
  queryAll,
  queryJob,
  queryPages,
} from './bigquery-queries.ts';
import { countRows, type DatasetOptions, listTables } from './bigquery-tables.ts';

/** What BigQuery can do with a build beside what every warehouse can. */
export interface BigQueryBuild extends BuildSpace {
  /**
   * Fills the build's table `name` with a query over its tables, as a stage is filled: repeated, it attaches to the
   * running job, or answers at once when the table is there.
   */
  fill(name: string, sql: string, params: StageParams, clusterBy: readonly string[]): Promise<StageResult>;
  /** Runs a statement with whole table names (EXPORT DATA) under the name's job ids, once however often repeated. */
  execute(name: string, statement: string): Promise<void>;
  /** Bytes that the stage would process now. Throws PermanentError with file and line where its SQL is not valid. */
  dryRun(stage: Stage, params: StageParams): Promise<number>;
}

export interface BuildOptions {
  readonly buildId: string;
  readonly jobs: Jobs;
  readonly builds: DatasetOptions;
  /** The dataset of the warehouse's own tables. */
  readonly dataset: string;
  readonly limits: QueryLimits;
  readonly newId: () => string;
  readonly readStageSql: (stage: Stage) => Promise<string>;
}

/** New jobs that one call begins when those before failed of something that passes. */
const TRIES = 3;
/** Jobs of one name that are looked at; a build that failed so often is not worth another look. */
const MOST_ATTEMPTS = 100;

const STAGE_FOLDER = new URL('../sql/stages/', import.meta.url);

/** The text of a stage, as it stands in shared/sql/stages. */
export function readStageFile(stage: Stage): Promise<string> {
  return readFile(new URL(`${stage.name}.sql`, STAGE_FOLDER), 'utf8');
}

export class BigQueryBuildSpace implements BigQueryBuild {
  readonly #options: BuildOptions;

  constructor(options: BuildOptions) {
    this.#options = options;
  }

  async finished(): Promise<ReadonlyMap<string, StageResult>> {
    const { builds, buildId } = this.#options;
    const there = new Set(await listTables(builds));
    const made = STAGES.filter(({ name }) => there.has(buildTable(buildId, name)));
    const results = await Promise.all(
      made.map(async ({ name }) => [name, await this.#resultOf(name)] as const),
    );
    return new Map(results.flatMap(([name, result]) => (result === undefined ? [] : [[name, result]])));
  }

  async run(stage: Stage, params: StageParams): Promise<StageResult> {
    const asked = await this.#stageQuery(stage, params);
    const destination = { table: this.#table(stage.name), clusterBy: stage.key };
    return this.#fill(stage.name, queryJob({ ...asked, destination }, this.#options.limits), asked.context);
  }

  async fill(
    name: string,
    sql: string,
    params: StageParams,
    clusterBy: readonly string[],
  ): Promise<StageResult> {
    const context = this.#context(`Table ${name}`, name);
    const destination = { table: this.#table(name), clusterBy };
    const asked = { sql, params, whole: this.#anyTable, context, labels: this.#labels(name), destination };
    return this.#fill(name, queryJob(asked, this.#options.limits), context);
  }

  async execute(name: string, statement: string): Promise<void> {
    const { limits } = this.#options;
    const context = this.#context(`Statement ${name}`, name);
    const query = {
      query: statement,
      useLegacySql: false,
      priority: limits.priority ?? 'INTERACTIVE',
      maximumBytesBilled: String(limits.maxBytesBilled),
    } as const;
    await this.#once(name, { query, ...jobLimits(limits, this.#labels(name)) }, context, async () => true);
  }

  async dryRun(stage: Stage, params: StageParams): Promise<number> {
    const asked = await this.#stageQuery(stage, params);
    return this.#options.jobs.dryRun(queryJob(asked, this.#options.limits), asked.context);
  }

  async *read(stage: Stage): AsyncIterable<readonly Record<string, SqlValue>[]> {
    const names = (list: readonly string[]) => list.map((name) => `\`${name}\``).join(', ');
    // A table has no order: the sort is part of every reading.
    const sql = `SELECT ${names(Object.keys(stage.columns))} FROM ${stage.name} ORDER BY ${names(stage.key)}`;
    const context = this.#context(`Reading ${stage.name}`);
    yield* queryPages(
      this.#options.jobs,
      this.#readId(),
      this.#adHoc(sql, {}, context),
      this.#options.limits,
    );
  }

  async query(sql: string, params: StageParams = {}): Promise<Record<string, SqlValue>[]> {
    const context = this.#context(`A query over build ${this.#options.buildId}`);
    return queryAll(
      this.#options.jobs,
      this.#readId(),
      this.#adHoc(sql, params, context),
      this.#options.limits,
    );
  }

  async close(): Promise<void> {
    // Nothing is held: tables and jobs are BigQuery's.
  }

  /** Runs the job that fills the table, or attaches to the one that does. */
  async #fill(name: string, configuration: JobConfiguration, context: ErrorContext): Promise<StageResult> {
    const table = buildTable(this.#options.buildId, name);
    let rows: number | undefined;
    const job = await this.#once(name, configuration, context, async () => {
      rows = await countRows(this.#options.builds, table);
      return rows !== undefined;
    });
    if (rows === undefined) throw new TransientError(`${context.what}: its table is gone already.`);
    return { rows, ms: durationOf(job) };
  }

  /**
   * The first job of the name that succeeded and whose effect `stands`, otherwise a new one. Jobs are numbered from
   * 1: those that failed before this call are passed over, one that runs is waited for.
   */
  async #once(
    name: string,
    configuration: JobConfiguration,
    context: ErrorContext,
    stands: () => Promise<boolean>,
  ): Promise<Job> {
    const { jobs } = this.#options;
    let begun = 0;
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      const id = this.#jobId(name, attempt);
      let job = await jobs.look(id, context);
      const ended = job?.status?.state === 'DONE';
      if (job === undefined) {
        begun += 1;
        await jobs.insert(id, configuration, context);
      }
      if (!ended) job = await jobs.settle(id, context);
      requireSameTable(job, configuration, id);
      const problem = job?.status?.errorResult;
      if (job !== undefined && problem === undefined && (await stands())) return job;
      if (problem === undefined || ended) continue;
      if (!isPassing(undefined, problem) || begun >= TRIES) throw errorOf(undefined, problem, context);
    }
    throw new PermanentError(`${context.what}: ${MOST_ATTEMPTS} jobs failed; begin another build.`);
  }

  /** What came of the name's job that succeeded; undefined when none did. */
  async #resultOf(name: string): Promise<StageResult | undefined> {
    const context = this.#context(`Stage ${name}`);
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      const job = await this.#options.jobs.look(this.#jobId(name, attempt), context);
      if (job === undefined) return undefined;
      if (job.status?.state !== 'DONE' || job.status.errorResult !== undefined) continue;
      const rows = await countRows(this.#options.builds, buildTable(this.#options.buildId, name));
      return rows === undefined ? undefined : { rows, ms: durationOf(job) };
    }
    return undefined;
  }

  async #stageQuery(stage: Stage, params: StageParams): Promise<Asked> {
    const inputs = new Set(stage.inputs);
    return {
      sql: await this.#options.readStageSql(stage),
      params,
      whole: (table) => (inputs.has(table) ? this.#anyTable(table) : undefined),
      context: this.#context(`Stage ${stage.name}`, `${stage.name}.sql`),
      labels: this.#labels(stage.name),
    };
  }

  #adHoc(sql: string, params: StageParams, context: ErrorContext): Asked {
    return { sql, params, whole: this.#anyTable, context, labels: this.#labels('query') };
  }

  readonly #anyTable = (table: string): string | undefined => {
    const { buildId, builds, dataset } = this.#options;
    if (table in TABLES) return `${builds.project}.${dataset}.${table}`;
    const made =
      STAGES.some(({ name }) => name === table) ||
      LOAD_QUERIES.some((load) => loadTable(buildId, load.table) === buildTable(buildId, table));
    if (made) return `${builds.project}.${builds.dataset}.${buildTable(buildId, table)}`;
    return undefined;
  };

  #table(name: string): TableReference {
    const { builds, buildId } = this.#options;
    return { projectId: builds.project, datasetId: builds.dataset, tableId: buildTable(buildId, name) };
  }

  #jobId(name: string, attempt: number): string {
    return `segue-${this.#options.buildId}-${name}-${attempt}`;
  }

  #readId(): string {
    return `segue-${this.#options.buildId}-read-${this.#options.newId()}`;
  }

  #labels(stage: string): Record<string, string> {
    return { build: this.#options.buildId, stage };
  }

  #context(what: string, file?: string): ErrorContext {
    return {
      what,
      ...(file !== undefined && { file }),
      maxBytesBilled: this.#options.limits.maxBytesBilled,
    };
  }
}

/** Two deployments in one project may come to one job id; the table tells whose job it is. */
function requireSameTable(job: Job | undefined, wanted: JobConfiguration, id: string): void {
  const mine = wanted.query?.destinationTable;
  const theirs = job?.configuration?.query?.destinationTable;
  if (mine === undefined || theirs === undefined) return;
  if (mine.datasetId !== theirs.datasetId || mine.tableId !== theirs.tableId)
    throw new PermanentError(
      `The job ${id} fills ${theirs.datasetId}.${theirs.tableId}, not ${mine.datasetId}.${mine.tableId}.`,
    );
}

/** Milliseconds from the job's creation to its end. */
function durationOf({ statistics }: Job): number {
  return Math.max(0, Number(statistics?.endTime ?? 0) - Number(statistics?.creationTime ?? 0));
}

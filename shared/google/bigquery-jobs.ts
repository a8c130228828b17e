/** BigQuery jobs under ids of our own: inserting one again attaches to it, whoever inserted it and wherever that died. */
import { TransientError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { type BigQueryProblem, type ErrorContext, errorOf } from './bigquery-errors.ts';
import { type RestOptions, send } from './bigquery-rest.ts';
import type { QueryParameter, ResultField, ResultRow } from './bigquery-values.ts';

export interface TableReference {
  readonly projectId: string;
  readonly datasetId: string;
  readonly tableId: string;
}

/** A job's configuration, as far as it is used. */
export interface JobConfiguration {
  readonly query?: {
    readonly query: string;
    readonly useLegacySql: false;
    readonly useQueryCache?: boolean;
    readonly priority?: 'INTERACTIVE' | 'BATCH';
    readonly parameterMode?: 'NAMED';
    readonly queryParameters?: readonly QueryParameter[];
    readonly maximumBytesBilled?: string;
    readonly destinationTable?: TableReference;
    readonly createDisposition?: 'CREATE_IF_NEEDED';
    readonly writeDisposition?: 'WRITE_TRUNCATE';
    readonly clustering?: { readonly fields: readonly string[] };
  };
  readonly load?: {
    readonly destinationTable: TableReference;
    readonly sourceFormat: 'NEWLINE_DELIMITED_JSON';
    readonly createDisposition: 'CREATE_NEVER';
    readonly writeDisposition: 'WRITE_APPEND';
    readonly maxBadRecords: 0;
  };
  readonly labels?: Readonly<Record<string, string>>;
  readonly dryRun?: boolean;
  readonly jobTimeoutMs?: string;
  readonly reservation?: string;
  readonly maxSlots?: number;
}

export interface Job {
  readonly configuration?: JobConfiguration;
  readonly status?: { readonly state?: string; readonly errorResult?: BigQueryProblem };
  readonly statistics?: {
    readonly creationTime?: string;
    readonly endTime?: string;
    readonly totalBytesProcessed?: string;
    readonly query?: { readonly numDmlAffectedRows?: string };
  };
}

export interface JobsOptions {
  readonly rest: RestOptions;
  readonly project: string;
  readonly location: string;
  readonly clock: Clock;
  /** First pause between looks at a running job; it doubles up to 5 s. */
  readonly pollMs: number;
  /** How long one call waits for a job before it throws TransientError; the job goes on and can be attached to. */
  readonly waitMs: number;
}

const LONGEST_POLL_MS = 5_000;
const PAGE_ROWS = 10_000;

/** Jobs of one project and location. */
export class Jobs {
  readonly #options: JobsOptions;

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  get project(): string {
    return this.#options.project;
  }

  /** The job of that id as it is now, undefined when there is none. */
  async look(id: string, context: ErrorContext): Promise<Job | undefined> {
    const answer = await send<Job>(
      this.#options.rest,
      { method: 'GET', path: this.#path(`/jobs/${id}`), query: this.#location(), context },
      [404],
    );
    return 'body' in answer ? answer.body : undefined;
  }

  /** Inserts the job; when one of its id is there already, that one is as good. */
  async insert(
    id: string,
    configuration: JobConfiguration,
    context: ErrorContext,
    lines?: string,
  ): Promise<void> {
    await this.#post({ jobReference: this.#reference(id), configuration }, context, lines);
  }

  /** Waits until the job is done and returns it, failed or not. */
  async settle(id: string, context: ErrorContext): Promise<Job> {
    const { clock, rest, pollMs, waitMs } = this.#options;
    const deadline = clock.now() + waitMs;
    for (let pause = pollMs; ; pause = Math.min(LONGEST_POLL_MS, pause * 2)) {
      const job = await this.look(id, context);
      if (job === undefined) throw new TransientError(`${context.what}: BigQuery lost the job ${id}.`);
      if (job.status?.state === 'DONE') return job;
      if (clock.now() >= deadline)
        throw new TransientError(`${context.what}: the job ${id} still runs; ask again to wait on.`);
      await rest.sleep(pause);
    }
  }

  /** Inserts a job and waits for it; throws what it failed of. For jobs whose id is used for nothing else. */
  async run(
    id: string,
    configuration: JobConfiguration,
    context: ErrorContext,
    lines?: string,
  ): Promise<Job> {
    await this.insert(id, configuration, context, lines);
    const job = await this.settle(id, context);
    const problem = job.status?.errorResult;
    if (problem !== undefined) throw errorOf(undefined, problem, context);
    return job;
  }

  /** Bytes that the configuration would process. Throws PermanentError naming the line where it is not valid. */
  async dryRun(configuration: JobConfiguration, context: ErrorContext): Promise<number> {
    const job = await this.#post(
      {
        jobReference: { projectId: this.#options.project, ...this.#location() },
        configuration: { ...configuration, dryRun: true },
      },
      context,
    );
    const problem = job?.status?.errorResult;
    if (problem !== undefined) throw errorOf(undefined, problem, context);
    return Number(job?.statistics?.totalBytesProcessed ?? 0);
  }

  /** Pages of a finished query's rows with their fields, in the query's order. */
  async *pages(
    id: string,
    context: ErrorContext,
  ): AsyncIterable<{ readonly fields: readonly ResultField[]; readonly rows: readonly ResultRow[] }> {
    let pageToken: string | undefined;
    do {
      const answer = await send<ResultPage>(this.#options.rest, {
        method: 'GET',
        path: this.#path(`/queries/${id}`),
        query: {
          ...this.#location(),
          pageToken,
          maxResults: String(PAGE_ROWS),
          'formatOptions.useInt64Timestamp': 'true',
        },
        context,
      });
      const page: ResultPage = 'body' in answer ? answer.body : {};
      if (page.jobComplete !== true || page.schema === undefined)
        throw new TransientError(`${context.what}: BigQuery answered without the result of ${id}.`);
      yield { fields: page.schema.fields ?? [], rows: page.rows ?? [] };
      pageToken = page.pageToken;
    } while (pageToken !== undefined && pageToken !== '');
  }

  async #post(job: object, context: ErrorContext, lines?: string): Promise<Job | undefined> {
    const request =
      lines === undefined
        ? { path: this.#path('/jobs'), body: { type: 'application/json', text: JSON.stringify(job) } }
        : {
            path: `/upload${this.#path('/jobs')}`,
            query: { uploadType: 'multipart' },
            body: multipart(job, lines),
          };
    const answer = await send<Job>(this.#options.rest, { method: 'POST', ...request, context }, [409]);
    return 'body' in answer ? answer.body : undefined;
  }

  #path(tail: string): string {
    return `/bigquery/v2/projects/${this.#options.project}${tail}`;
  }

  #location(): { location: string } {
    return { location: this.#options.location };
  }

  #reference(jobId: string): object {
    return { projectId: this.#options.project, jobId, ...this.#location() };
  }
}

interface ResultPage {
  readonly jobComplete?: boolean;
  readonly schema?: { readonly fields?: readonly ResultField[] };
  readonly rows?: readonly ResultRow[];
  readonly pageToken?: string;
}

/** Metadata and data as one body (RFC 2387); the boundary cannot occur, since a line of JSON never starts with it. */
function multipart(job: object, lines: string): { type: string; text: string } {
  const boundary = 'segue-load-boundary';
  const part = (type: string, text: string) => `--${boundary}\r\nContent-Type: ${type}\r\n\r\n${text}\r\n`;
  return {
    type: `multipart/related; boundary=${boundary}`,
    text: `${part('application/json; charset=UTF-8', JSON.stringify(job))}${part('application/x-ndjson', lines)}--${boundary}--`,
  };
}

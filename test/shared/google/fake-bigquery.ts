/**
 * BigQuery's REST API on loopback, as far as it is documented and used: jobs by id, results in pages, tables. It
 * answers with real rows (DuckDB), can be told to fail anything, and outlives its clients, as BigQuery does.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Job, JobConfiguration } from '../../../shared/google/bigquery-jobs.ts';
import { TABLES } from '../../../shared/schema/tables.ts';
import { FakeEngine, type FakeResult } from './fake-bigquery-engine.ts';

export const PROJECT = 'demo-project';

/** `cut`: the connection breaks, before anything is done or (`cut-after`) half-way through the answer. */
export type Fault =
  | 'cut'
  | 'cut-after'
  | { readonly status: number; readonly reason: string; readonly message?: string };

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

interface Problem {
  readonly reason: string;
  readonly message: string;
}

interface StoredJob {
  readonly id: string;
  readonly configuration: JobConfiguration;
  readonly created: number;
  /** Looks that still find it unfinished. */
  looks: number;
  done: Promise<void>;
  ended: boolean;
  error?: Problem;
  result?: FakeResult;
  changed?: number;
}

type Reply = { readonly status: number; readonly body?: unknown };

export class FakeBigQuery {
  /** Decides the fate of each request, before it is looked at. */
  onRequest: (request: FakeRequest) => Fault | undefined = () => undefined;
  /** Decides whether a job that was taken fails; told its configuration. */
  onJob: (id: string, configuration: JobConfiguration) => Problem | undefined = () => undefined;
  /** Looks by jobs.get that find a job unfinished. */
  looksUntilDone = 0;
  pageRows = 10_000;
  /** Every job that ran, in order, by id. */
  readonly ran: string[] = [];
  readonly requests: FakeRequest[] = [];
  readonly engine: FakeEngine;
  readonly #jobs = new Map<string, StoredJob>();
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  private constructor(engine: FakeEngine) {
    this.engine = engine;
  }

  /** With the warehouse's tables, empty, in the dataset `segue`. */
  static async start(): Promise<FakeBigQuery> {
    const fake = new FakeBigQuery(await FakeEngine.open());
    for (const [name, { columns }] of Object.entries(TABLES))
      await fake.engine.createTable(`${PROJECT}.segue.${name}`, columns);
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The configuration of a job that was inserted. */
  job(id: string): JobConfiguration | undefined {
    return this.#jobs.get(id)?.configuration;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await Promise.all([...this.#jobs.values()].map(({ done }) => done));
    await this.engine.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    const seen = { method: request.method ?? '', path: url.pathname, query: url.searchParams };
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.requests.push(seen);
    const fault = this.onRequest(seen);
    if (fault === 'cut') return void request.socket.destroy();
    const reply =
      typeof fault === 'object'
        ? failure(fault.status, { reason: fault.reason, message: fault.message ?? fault.reason })
        : await this.#route(seen, Buffer.concat(chunks).toString(), request.headers['content-type'] ?? '');
    const text = reply.body === undefined ? '' : JSON.stringify(reply.body);
    response.writeHead(reply.status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    if (fault === 'cut-after') {
      response.write(text.slice(0, Math.floor(text.length / 2)), () => request.socket.destroy());
      return;
    }
    response.end(text);
  }

  async #route({ method, path, query }: FakeRequest, body: string, type: string): Promise<Reply> {
    const [project, collection, ...rest] = path
      .replace(/^\/upload/, '')
      .replace('/bigquery/v2/projects/', '')
      .split('/');
    if (project !== PROJECT) return failure(404, { reason: 'notFound', message: `Not found: ${project}` });
    if (collection === 'jobs' && method === 'POST') return this.#insert(body, type);
    if (query.get('location') === null && collection !== 'datasets')
      return failure(404, {
        reason: 'notFound',
        message: 'Not found: a job outside the US needs its location',
      });
    if (collection === 'jobs') return this.#job(rest[0] ?? '');
    if (collection === 'queries') return this.#results(rest[0] ?? '', query);
    return this.#tables(method, rest, query);
  }

  async #insert(body: string, type: string): Promise<Reply> {
    const boundary = /boundary=(\S+)/.exec(type)?.[1];
    const parts = boundary === undefined ? [body] : body.split(`--${boundary}`).slice(1, -1);
    const [metadata = '', lines = ''] =
      boundary === undefined
        ? parts
        : parts.map((part) => part.slice(part.indexOf('\r\n\r\n') + 4, -'\r\n'.length));
    const { jobReference, configuration } = JSON.parse(metadata) as {
      jobReference: { jobId?: string };
      configuration: JobConfiguration;
    };
    if (configuration.dryRun === true) return this.#dryRun(configuration);
    const id = jobReference.jobId ?? '';
    if (!/^[A-Za-z0-9_-]{1,1024}$/.test(id))
      return failure(400, { reason: 'invalid', message: 'Invalid job ID' });
    if (this.#jobs.has(id))
      return failure(409, { reason: 'duplicate', message: `Already Exists: Job ${PROJECT}:EU.${id}` });
    const created = 1_000_000 + this.#jobs.size * 1000;
    const job: StoredJob = {
      id,
      configuration,
      created,
      looks: this.looksUntilDone,
      done: Promise.resolve(),
      ended: false,
    };
    this.#jobs.set(id, job);
    job.done = this.#run(job, lines).then(() => {
      job.ended = true;
    });
    return { status: 200, body: describe(job) };
  }

  async #dryRun(configuration: JobConfiguration): Promise<Reply> {
    const { query: sql = '', queryParameters = [] } = configuration.query ?? {};
    try {
      await this.engine.select(`SELECT * FROM (${sql}\n) AS dry LIMIT 0`, queryParameters);
    } catch (error) {
      return failure(400, { reason: 'invalidQuery', message: `${String(error)} at [3:7]` });
    }
    const statistics = { totalBytesProcessed: '12345' };
    return { status: 200, body: { status: { state: 'DONE' }, statistics } };
  }

  async #run(job: StoredJob, lines: string): Promise<void> {
    const { query, load } = job.configuration;
    this.ran.push(job.id);
    const refused = this.onJob(job.id, job.configuration);
    if (refused !== undefined) {
      job.error = refused;
      return;
    }
    try {
      if (load !== undefined) await this.engine.append(nameOf(load.destinationTable), lines);
      else if (query !== undefined) await this.#query(job, query);
    } catch (error) {
      job.error = { reason: 'invalidQuery', message: `${String(error)} at [2:5]` };
    }
  }

  async #query(job: StoredJob, query: NonNullable<JobConfiguration['query']>): Promise<void> {
    const parameters = query.queryParameters ?? [];
    if (/^\s*EXPORT DATA/.test(query.query)) return;
    if (/^\s*(DELETE|BEGIN)/.test(query.query))
      job.changed = await this.engine.change(query.query, parameters);
    else if (query.destinationTable !== undefined)
      await this.engine.fill(nameOf(query.destinationTable), query.query, parameters);
    else job.result = await this.engine.select(query.query, parameters);
  }

  async #job(id: string): Promise<Reply> {
    const job = this.#jobs.get(id);
    if (job === undefined) return failure(404, { reason: 'notFound', message: `Not found: Job ${id}` });
    if (job.looks > 0) job.looks -= 1;
    else await job.done;
    return { status: 200, body: describe(job) };
  }

  async #results(id: string, query: URLSearchParams): Promise<Reply> {
    const result = this.#jobs.get(id)?.result;
    if (result === undefined) return failure(404, { reason: 'notFound', message: `Not found: Job ${id}` });
    const start = Number(query.get('pageToken') ?? 0);
    const size = Math.min(Number(query.get('maxResults') ?? this.pageRows), this.pageRows);
    const rows = result.rows.slice(start, start + size);
    const more = start + size < result.rows.length;
    return {
      status: 200,
      body: {
        jobComplete: true,
        schema: { fields: result.fields },
        totalRows: String(result.rows.length),
        ...(rows.length > 0 && { rows }),
        ...(more && { pageToken: String(start + size) }),
      },
    };
  }

  async #tables(method: string, rest: readonly string[], query: URLSearchParams): Promise<Reply> {
    const [dataset = '', , table] = rest;
    const prefix = `${PROJECT}.${dataset}.`;
    const all = (await this.engine.tables()).filter((name) => name.startsWith(prefix)).sort();
    if (table === undefined) {
      const start = Number(query.get('pageToken') ?? 0);
      const size = Math.min(this.pageRows, Number(query.get('maxResults') ?? 50));
      const tables = all.slice(start, start + size).map((name) => ({
        tableReference: { projectId: PROJECT, datasetId: dataset, tableId: name.slice(prefix.length) },
      }));
      const more = start + size < all.length && { nextPageToken: String(start + size) };
      return { status: 200, body: { ...(tables.length > 0 && { tables }), ...more } };
    }
    if (!all.includes(prefix + table))
      return failure(404, { reason: 'notFound', message: `Not found: Table ${prefix}${table}` });
    if (method === 'DELETE') {
      await this.engine.drop(prefix + table);
      return { status: 204 };
    }
    return { status: 200, body: { numRows: String(await this.engine.count(prefix + table)) } };
  }
}

function describe(job: StoredJob): Job {
  const done = job.ended && job.looks === 0;
  return {
    configuration: job.configuration,
    status: {
      state: done ? 'DONE' : 'RUNNING',
      ...(done && job.error !== undefined && { errorResult: job.error }),
    },
    statistics: {
      creationTime: String(job.created),
      ...(done && { endTime: String(job.created + 250) }),
      query: { ...(job.changed !== undefined && { numDmlAffectedRows: String(job.changed) }) },
    },
  };
}

function failure(status: number, problem: Problem): Reply {
  return { status, body: { error: { code: status, message: problem.message, errors: [problem] } } };
}

function nameOf({
  projectId,
  datasetId,
  tableId,
}: {
  projectId: string;
  datasetId: string;
  tableId: string;
}) {
  return `${projectId}.${datasetId}.${tableId}`;
}

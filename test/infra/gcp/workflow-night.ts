/** A night for the workflow: the real app of rebuild over stores on disk, and a Dataflow that a test can make fail. */
import { createRebuildApp } from '../../../functions/rebuild/app.ts';
import { LOADS } from '../../../functions/rebuild/load.ts';
import type { Load } from '../../../infra/gcp/config.ts';
import { Unauthenticated } from '../../../shared/errors.ts';
import { createLogger } from '../../../shared/logging/logger.ts';
import type { BulkLoad } from '../../../shared/ports/bulk-load.ts';
import { type BuildTable, listenerKey } from '../../../shared/schema/rows.ts';
import { openRebuild } from '../../functions/rebuild/harness.ts';
import type { VirtualClock } from './virtual-clock.ts';
import { ENVIRONMENT, sourceFor } from './workflow-fixtures.ts';
import { type Callable, type Execution, runWorkflow } from './workflow-interpreter.ts';
import { type Data, platformError } from './workflow-values.ts';

const TABLES = ['listeners', 'catalog', 'pools'] as const;
const API = 'googleapis.dataflow.v1b3.projects.locations';

export interface Job {
  readonly id: string;
  readonly name: string;
  readonly table: BuildTable;
  readonly body: Data;
  /** Epoch seconds. */
  readonly launchedAt: number;
  state: string;
}

/** What is looked at of a launch's body. */
interface Launch {
  readonly launchParameter: {
    readonly jobName: string;
    readonly parameters: { readonly bigtableWriteTableId: BuildTable };
  };
}

/** What Dataflow does with a job: `ends` after so many seconds in that state; never where undefined. */
export interface Fate {
  readonly after: number | undefined;
  readonly state?: string;
  /** The answer to the launch is lost though the job runs. */
  readonly answerLost?: boolean;
}

/** An answer in place of the function's, or undefined to let it answer. */
export type Fault = (path: string, clock: VirtualClock) => Promise<{ readonly status: number } | undefined>;

export function openNight(load: Load) {
  const h = openRebuild();
  const calls: { readonly path: string; readonly status: number; readonly body: Data }[] = [];
  const jobs: Job[] = [];
  const state: {
    fault: Fault;
    fate: (table: BuildTable) => Fate;
    cancelled: string[];
    refusesCancel: boolean;
  } = {
    fault: async () => undefined,
    fate: () => ({ after: 600 }),
    cancelled: [],
    refusesCancel: false,
  };

  const cellsOf = (table: BuildTable) =>
    LOADS.filter((one) => one.table === table).flatMap(({ stage, id, column, qualifier }) =>
      (h.warehouse.tables[stage] ?? []).map((row) => ({
        key: table === 'listeners' ? listenerKey(String(row[id])) : String(row[id]),
        qualifier,
        value: String(row[column]),
      })),
    );
  const cutoffs = new Map<string, number>();
  const writeCells = (table: BuildTable, cutoff: number) =>
    h.rows.write(
      table,
      cellsOf(table).map((cell) => ({ ...cell, family: 'build', timestamp: cutoff })),
    );
  const bulk: BulkLoad = {
    async prepare(buildId, cutoff) {
      cutoffs.set(buildId, cutoff);
      return TABLES.map((table) => ({
        table,
        source: `a-project.segue_builds.${buildId}__load_${table}`,
        rows: cellsOf(table).length,
      }));
    },
    async export(_, cutoff) {
      for (const table of TABLES) await writeCells(table, cutoff);
    },
    sample: async (_, table, count) => cellsOf(table).slice(0, count),
  };
  const app = createRebuildApp({
    ...h.deps,
    logger: createLogger({ destination: { write: () => undefined } }),
    clock: { now: h.deps.now },
    newId: () => 'request',
    authenticate: async () => {
      throw new Unauthenticated('nobody has a token here');
    },
    bulk,
    loadBy: load,
    untilReplicated: async () => undefined,
  });

  const post: Callable = async (args, clock) => {
    const path = String(args.url).replace(ENVIRONMENT.SEGUE_REBUILD_URL, '');
    const faulty = await state.fault(path, clock);
    if (faulty !== undefined) {
      calls.push({ path, status: faulty.status, body: null });
      throw platformError('HttpError', `HTTP server responded with error code ${faulty.status}`, {
        code: faulty.status,
        body: { detail: 'as the test will have it' },
      });
    }
    const answer = await app.request(path, { method: 'POST', body: JSON.stringify(args.body) });
    const body = (await answer.json()) as Data;
    calls.push({ path, status: answer.status, body });
    if (answer.status >= 400)
      throw platformError('HttpError', `HTTP server responded with error code ${answer.status}`, {
        code: answer.status,
        body,
      });
    return { code: answer.status, body };
  };

  const see = (job: Job): { readonly [key: string]: Data } => ({
    id: job.id,
    name: job.name,
    currentState: job.state,
  });
  /** Lets time pass for jobs that run. */
  const settle = async (now: number) => {
    for (const job of jobs) {
      const { after, state: last = 'JOB_STATE_DONE' } = state.fate(job.table);
      if (job.state !== 'JOB_STATE_RUNNING' || after === undefined || now < job.launchedAt + after) continue;
      job.state = last;
      const buildId = job.name.split('-')[1] ?? '';
      if (last === 'JOB_STATE_DONE') await writeCells(job.table, cutoffs.get(buildId) ?? 0);
    }
  };
  const isActive = (job: Job) => ['JOB_STATE_RUNNING', 'JOB_STATE_CANCELLING'].includes(job.state);

  const dataflow: Record<string, Callable> = {
    async [`${API}.jobs.list`](args, clock) {
      await settle(clock.now());
      return { jobs: jobs.filter((job) => isActive(job) && job.name === args.name).map(see) };
    },
    async [`${API}.jobs.get`](args, clock) {
      await settle(clock.now());
      const job = jobs.find(({ id }) => id === args.jobId);
      if (job === undefined) throw platformError('HttpError', 'not found', { code: 404, body: null });
      return see(job);
    },
    async [`${API}.jobs.update`](args) {
      const job = jobs.find(({ id }) => id === args.jobId);
      if (job === undefined || state.refusesCancel)
        throw platformError('HttpError', 'refused', { code: 400, body: null });
      state.cancelled.push(job.name);
      job.state = 'JOB_STATE_CANCELLED';
      return see(job);
    },
    async [`${API}.flexTemplates.launch`](args, clock) {
      const { launchParameter: launch } = args.body as unknown as Launch;
      const name = launch.jobName;
      if (jobs.some((job) => isActive(job) && job.name === name))
        throw platformError('HttpError', 'already exists', { code: 409, body: null });
      const table = launch.parameters.bigtableWriteTableId;
      const job: Job = {
        id: `2026-11-01_${jobs.length}`,
        name,
        table,
        body: args.body ?? null,
        launchedAt: clock.now(),
        state: 'JOB_STATE_RUNNING',
      };
      jobs.push(job);
      if (state.fate(table).answerLost) throw platformError('ConnectionError', 'the connection was lost');
      return { job: see(job) };
    },
  };

  return {
    h,
    calls,
    jobs,
    state,
    /** Paths posted to, without the build's id. */
    paths: () => calls.map(({ path }) => path.replace(/\/b\d+/, '')),
    run: (argument: Data = null): Promise<Execution> =>
      runWorkflow({
        source: sourceFor(load),
        argument,
        environment: ENVIRONMENT,
        functions: { 'http.post': post, ...(load === 'dataflow' && dataflow) },
      }),
    close: () => h.close(),
  };
}

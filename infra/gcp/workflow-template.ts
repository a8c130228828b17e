/** Loading one row table by Google's Dataflow template: launched or joined, watched, stopped when it does not end. */
import { APP_PROFILES, BIGTABLE_INSTANCE } from '../../shared/schema/cloud.ts';
import { ROW_TABLES } from '../../shared/schema/rows.ts';
import { expression, type Retry, type Value, type Workflow } from './workflow-steps.ts';

export interface TemplateOptions {
  readonly project: string;
  readonly region: string;
  /** `gs://…`, a folder for what the job leaves there. */
  readonly temporary: string;
  readonly maxWorkers: number;
  /** Seconds after which a job is cancelled, however far it is. */
  readonly deadline: number;
  readonly labels: Readonly<Record<string, string>>;
  /** As `regions/r/subnetworks/s`; workers then have no address of their own. */
  readonly subnetwork?: string | undefined;
}

export const LOAD_BY_TEMPLATE = 'load_by_template';
/** The account of the workers, which the workflow finds in its environment. */
export const WORKERS = 'SEGUE_WORKERS';

/** Of Google's Dataflow API, through Workflows' connector. */
const API = 'googleapis.dataflow.v1b3.projects.locations';
const POLL_SECONDS = 30;
/** States (Dataflow API: JobState) in which a job is under way, is being stopped, and has ended without success. */
const UNDER_WAY = ['JOB_STATE_QUEUED', 'JOB_STATE_PENDING', 'JOB_STATE_RUNNING', 'JOB_STATE_STOPPED'];
const STOPPING = ['JOB_STATE_CANCELLING', 'JOB_STATE_DRAINING', 'JOB_STATE_RESOURCE_CLEANING_UP'];
const FAILED = ['JOB_STATE_FAILED', 'JOB_STATE_CANCELLED', 'JOB_STATE_DRAINED', 'JOB_STATE_UPDATED'];

/**
 * The subworkflow (build_id, table, source). A job is named by build and table, and Dataflow has one active job of a
 * name: a run that comes again joins the one that runs. One that ended is not believed but run again, since the load it
 * made was not confirmed; it writes the same cells.
 */
export function loadByTemplate(options: TemplateOptions, retry: Retry): Workflow {
  const place = { projectId: options.project, location: options.region };
  return {
    params: ['build_id', 'table', 'source'],
    steps: [
      {
        name_job: {
          assign: [
            { name: expression('"segue-" + build_id + "-" + table') },
            { parts: expression('text.split(source, ".")') },
            { deadline: expression(`sys.now() + ${options.deadline}`) },
            { under_way: UNDER_WAY },
            { stopping: STOPPING },
            { failed: FAILED },
            { no_jobs: [] },
          ],
        },
      },
      { look_for_job: { assign: [{ job_id: null }, { is_stopping: false }, { is_taken: false }] } },
      {
        list_jobs: {
          try: {
            call: `${API}.jobs.list`,
            args: { ...place, name: expression('name'), filter: 'ACTIVE' },
            result: 'found',
          },
          retry,
        },
      },
      {
        see_jobs: {
          for: {
            value: 'job',
            in: expression('default(map.get(found, "jobs"), no_jobs)'),
            steps: [
              {
                see_job: {
                  switch: [
                    {
                      condition: expression('job.name != name'),
                      next: 'continue',
                    },
                    {
                      condition: expression('job.currentState in under_way'),
                      steps: [{ join: { assign: [{ job_id: expression('job.id') }] } }],
                    },
                    {
                      condition: expression('job.currentState in stopping'),
                      steps: [{ wait_for_it: { assign: [{ is_stopping: true }] } }],
                    },
                  ],
                },
              },
            ],
          },
        },
      },
      {
        after_looking: {
          switch: [
            { condition: expression('job_id != null'), next: 'watch' },
            { condition: expression('sys.now() > deadline'), next: 'give_up_waiting' },
            { condition: expression('is_stopping'), next: 'wait_for_name' },
          ],
        },
      },
      {
        launch: {
          try: {
            call: `${API}.flexTemplates.launch`,
            args: { ...place, body: { launchParameter: launchOf(options) } },
            result: 'launched',
          },
          retry,
          except: {
            as: 'e',
            steps: [
              {
                see_refusal: {
                  switch: [
                    {
                      condition: expression('not ("HttpError" in e.tags)'),
                      raise: expression('e'),
                    },
                    {
                      // Launched by a call whose answer was lost, or by another run a moment ago.
                      condition: expression('e.code == 409'),
                      steps: [{ take_other: { assign: [{ is_taken: true }] } }],
                    },
                    {
                      condition: true,
                      raise: expression(
                        '"The template for " + table + " was not launched: " + e.message + " " + json.encode_to_string(map.get(e, "body"))',
                      ),
                    },
                  ],
                },
              },
            ],
          },
        },
      },
      {
        after_launch: {
          switch: [{ condition: expression('is_taken'), next: 'wait_for_name' }],
        },
      },
      { launched_job: { assign: [{ job_id: expression('launched.job.id') }] } },
      {
        watch: {
          try: {
            call: `${API}.jobs.get`,
            args: { ...place, jobId: expression('job_id') },
            result: 'state',
          },
          retry,
        },
      },
      {
        see_state: {
          switch: [
            { condition: expression('state.currentState == "JOB_STATE_DONE"'), return: expression('job_id') },
            {
              condition: expression('state.currentState in failed'),
              raise: expression(
                '"Dataflow job " + name + " (" + job_id + ") ended as " + state.currentState + "; the build is not published"',
              ),
            },
            { condition: expression('sys.now() > deadline'), next: 'cancel' },
          ],
        },
      },
      { pause: { call: 'sys.sleep', args: { seconds: POLL_SECONDS }, next: 'watch' } },
      { wait_for_name: { call: 'sys.sleep', args: { seconds: POLL_SECONDS }, next: 'look_for_job' } },
      {
        cancel: {
          try: {
            call: `${API}.jobs.update`,
            args: { ...place, jobId: expression('job_id'), body: { requestedState: 'JOB_STATE_CANCELLED' } },
          },
          retry,
          except: {
            as: 'e',
            steps: [
              {
                tell_not_cancelled: {
                  call: 'sys.log',
                  args: {
                    severity: 'ERROR',
                    json: {
                      message: 'a template that does not end could not be cancelled',
                      job: expression('name'),
                      error: expression('json.encode_to_string(e)'),
                    },
                  },
                },
              },
            ],
          },
        },
      },
      {
        give_up: {
          raise: expression(
            `"Dataflow job " + name + " (" + job_id + ") did not end within ${options.deadline} s and was cancelled; the build is not published"`,
          ),
        },
      },
      {
        give_up_waiting: {
          raise: expression(
            `"Dataflow job " + name + " of an earlier run did not stop within ${options.deadline} s; the build is not published"`,
          ),
        },
      },
    ],
  };
}

/** What the template is told (Google's template BigQuery_to_Bigtable); every parameter is text. */
function launchOf(options: TemplateOptions): { readonly [key: string]: Value } {
  const { project, region, subnetwork } = options;
  return {
    jobName: expression('name'),
    containerSpecGcsPath: `gs://dataflow-templates-${region}/latest/flex/BigQuery_to_Bigtable`,
    parameters: {
      // `project.dataset.table` as the template wants it.
      inputTableSpec: expression('parts[0] + ":" + parts[1] + "." + parts[2]'),
      readIdColumn: 'row_key',
      timestampColumn: 'build_ts',
      skipNullValues: 'true',
      bigtableWriteProjectId: project,
      bigtableWriteInstanceId: BIGTABLE_INSTANCE,
      bigtableWriteTableId: expression('table'),
      bigtableWriteColumnFamily: ROW_TABLES.listeners.build,
      bigtableWriteAppProfile: APP_PROFILES.batch,
      bigtableBulkWriteFlowControl: 'true',
    },
    environment: {
      serviceAccountEmail: expression(`sys.get_env("${WORKERS}")`),
      tempLocation: options.temporary,
      stagingLocation: options.temporary,
      maxWorkers: options.maxWorkers,
      additionalUserLabels: options.labels,
      ...(subnetwork !== undefined && { subnetwork, ipConfiguration: 'WORKER_IP_PRIVATE' }),
    },
  };
}

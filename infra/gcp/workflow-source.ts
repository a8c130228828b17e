/** The nightly build as a source for Google's Workflows, made of the list of stages that a local host runs too. */
import type { Stage } from '../../shared/sql/stage.ts';
import type { Load } from './config.ts';
import {
  type Case,
  expression,
  type NamedStep,
  type Retry,
  type Source,
  type Step,
  type Workflow,
} from './workflow-steps.ts';
import { LOAD_BY_TEMPLATE, loadByTemplate, type TemplateOptions } from './workflow-template.ts';

export interface WorkflowOptions {
  readonly stages: readonly Pick<Stage, 'name' | 'inputs'>[];
  readonly load: Load;
  readonly template: TemplateOptions;
}

/** The address of the function rebuild, which the workflow finds in its environment. */
export const REBUILD_URL = 'SEGUE_REBUILD_URL';
const URL = `sys.get_env("${REBUILD_URL}")`;

/** The longest that Workflows waits for an answer, in seconds. A stage that takes longer is asked for again. */
const CALL_SECONDS = 1800;
/** A query of BigQuery ends after six hours, which is twelve calls; a function that does not start fails within a quarter. */
const CALLS = 12;
/** As many stages at a time as one instance of rebuild takes requests (sizes.ts). */
const STAGES_AT_ONCE = 8;

/** Asks again when the answer may be better next time: too many requests, the server's fault, no answer. */
export const RETRY: Retry = {
  predicate: expression('may_come_right'),
  max_retries: CALLS,
  backoff: { initial_delay: 5, max_delay: 120, multiplier: 2 },
};

/**
 * Stages in waves: all of a wave may run at a time once the waves before are done. Throws when a stage reads one that
 * is not before it in the list.
 */
export function wavesOf(stages: WorkflowOptions['stages']): string[][] {
  const waveOf = new Map<string, number>();
  const all = new Set(stages.map(({ name }) => name));
  const waves: string[][] = [];
  for (const { name, inputs } of stages) {
    const before = inputs.filter((input) => all.has(input));
    const late = before.find((input) => !waveOf.has(input));
    if (late !== undefined) throw new Error(`The stage ${name} reads ${late}, which runs after it.`);
    const wave = Math.max(-1, ...before.map((input) => waveOf.get(input) ?? -1)) + 1;
    waveOf.set(name, wave);
    waves[wave] = [...(waves[wave] ?? []), name];
  }
  return waves;
}

/** The source as text. Its only inputs are the environment and the arguments {accept?, publish?} of an execution. */
export function workflowSource(options: WorkflowOptions): string {
  const source: Source = {
    main: mainOf(options),
    rebuild: callOfRebuild(),
    may_come_right: mayComeRight(),
    ...(options.load === 'dataflow' && { [LOAD_BY_TEMPLATE]: loadByTemplate(options.template, RETRY) }),
  };
  return `${JSON.stringify(source, null, 2)}\n`;
}

function mainOf({ stages, load }: WorkflowOptions): Workflow {
  return {
    params: ['input'],
    steps: [
      { init: { assign: [{ accept: [] }, { publishes: true }, { started: expression('sys.now()') }] } },
      {
        read_arguments: {
          switch: [
            {
              condition: expression('input != null'),
              steps: [
                {
                  take_arguments: {
                    assign: [
                      { accept: expression('default(map.get(input, "accept"), accept)') },
                      { publishes: expression('default(map.get(input, "publish"), publishes)') },
                    ],
                  },
                },
              ],
            },
          ],
        },
      },
      { begin: ask('"/builds"', { publish: expression('publishes') }, 'build') },
      {
        take_up: {
          switch: [
            // A build that a run before this one left: what it has behind it is not done again.
            { condition: expression('build.status == "audited"'), next: 'load' },
            { condition: expression('build.status == "loaded"'), next: 'decide' },
          ],
        },
      },
      ...wavesOf(stages).map((wave, index) => runWave(wave, index + 1)),
      { audit: ask('"/builds/" + build.id + "/audit"', { accept: expression('accept') }, 'verdict') },
      {
        judge: {
          switch: [
            {
              condition: expression('verdict.status == "rejected"'),
              raise: expression(
                '"The audit rejected build " + build.id + ", which is not published: " + json.encode_to_string(verdict.failed)',
              ),
            },
          ],
        },
      },
      ...LOADING[load],
      { decide: { switch: [holdBack] } },
      { publish: ask('"/builds/" + build.id + "/publish"') },
      { collect: ask('"/collect"') },
      {
        tell: {
          call: 'sys.log',
          args: {
            severity: 'INFO',
            json: {
              message: 'nightly build published',
              build: expression('build.id'),
              seconds: expression('int(sys.now() - started)'),
            },
          },
        },
      },
      { done: { return: { build: expression('build.id'), status: 'published' } } },
    ],
  };
}

const holdBack: Case = {
  condition: expression('not publishes'),
  return: { build: expression('build.id'), status: 'loaded' },
};

const LOADING: Readonly<Record<Load, readonly NamedStep[]>> = {
  direct: [{ load: ask('"/builds/" + build.id + "/load"') }],
  'reverse-etl': [
    { load: ask('"/builds/" + build.id + "/load"') },
    { confirm: ask('"/builds/" + build.id + "/loaded"') },
  ],
  dataflow: [
    { load: ask('"/builds/" + build.id + "/loads"', {}, 'prepared') },
    {
      load_tables: {
        parallel: {
          for: {
            value: 'table',
            in: expression('prepared.loads'),
            steps: [
              {
                load_table: {
                  call: LOAD_BY_TEMPLATE,
                  args: {
                    build_id: expression('build.id'),
                    table: expression('table.table'),
                    source: expression('table.source'),
                  },
                },
              },
            ],
          },
        },
      },
    },
    { confirm: ask('"/builds/" + build.id + "/loaded"') },
  ],
};

function runWave(wave: readonly string[], number: number): NamedStep {
  return {
    [`wave_${number}`]: {
      parallel: {
        concurrency_limit: STAGES_AT_ONCE,
        for: {
          value: 'stage',
          in: wave,
          steps: [{ [`run_${number}`]: ask('"/builds/" + build.id + "/stages/" + stage') }],
        },
      },
    },
  };
}

/** A step that posts to rebuild; `path` is an expression. */
function ask(path: string, body: Readonly<Record<string, string>> = {}, result?: string): Step {
  return {
    call: 'rebuild',
    args: { path: expression(`${path}`), body },
    ...(result !== undefined && { result }),
  };
}

/** Posts to the function and returns the answer's body; what goes wrong for good is raised with the path it happened at. */
function callOfRebuild(): Workflow {
  return {
    params: ['path', 'body'],
    steps: [
      {
        post: {
          try: {
            call: 'http.post',
            args: {
              url: expression(`${URL} + path`),
              auth: { type: 'OIDC', audience: expression(`${URL}`) },
              body: expression('body'),
              timeout: CALL_SECONDS,
            },
            result: 'answer',
          },
          retry: RETRY,
          except: {
            as: 'e',
            steps: [
              {
                explain: {
                  raise: expression(
                    '"rebuild failed at " + path + ": " + e.message + " " + json.encode_to_string(map.get(e, "body"))',
                  ),
                },
              },
            ],
          },
        },
      },
      { give: { return: expression('answer.body') } },
    ],
  };
}

/** Every step of rebuild attaches to what runs and repeats nothing, so that asking again is always safe. */
function mayComeRight(): Workflow {
  return {
    params: ['e'],
    steps: [
      {
        without_answer: {
          switch: [
            { condition: expression('not ("HttpError" in e.tags)'), next: 'was_cut' },
            { condition: expression('e.code == 429'), return: true },
            { condition: expression('e.code >= 500'), return: true },
            { condition: true, return: false },
          ],
        },
      },
      {
        was_cut: { return: expression('"ConnectionError" in e.tags or "TimeoutError" in e.tags') },
      },
    ],
  };
}

/** What the validator knows of Google's Workflows: functions, kinds of steps, limits. */

/** Functions of the standard library that expressions may call (Workflows: standard library reference). */
export const EXPRESSION_FUNCTIONS = new Set([
  'default',
  'int',
  'len',
  'string',
  'json.encode_to_string',
  'list.concat',
  'map.get',
  'sys.get_env',
  'sys.now',
  'text.split',
  'text.replace_all',
  'time.format',
]);

/** What a step may call beside subworkflows, and the arguments it takes; `!` marks those it cannot do without. */
export const CALLS: Readonly<Record<string, readonly string[]>> = {
  'http.post': ['url!', 'auth', 'body', 'headers', 'query', 'timeout'],
  'sys.log': ['data', 'json', 'severity', 'text'],
  'sys.sleep': ['seconds!'],
  'googleapis.dataflow.v1b3.projects.locations.flexTemplates.launch': ['projectId!', 'location!', 'body!'],
  'googleapis.dataflow.v1b3.projects.locations.jobs.get': ['projectId!', 'location!', 'jobId!', 'view'],
  'googleapis.dataflow.v1b3.projects.locations.jobs.list': [
    'projectId!',
    'location!',
    'filter',
    'name',
    'pageSize',
    'pageToken',
    'view',
  ],
  'googleapis.dataflow.v1b3.projects.locations.jobs.update': [
    'projectId!',
    'location!',
    'jobId!',
    'body!',
    'updateMask',
  ],
};

/** Limits of one workflow (Workflows: quotas and limits). */
export const LIMITS = {
  sourceBytes: 128 * 1024,
  expression: 400,
  assignments: 50,
  conditions: 50,
  parallelDepth: 2,
  callDepth: 20,
  concurrency: 20,
  httpSeconds: 1800,
} as const;

/** Keys of each kind of step; the first is what makes it that kind. */
export const KINDS: readonly (readonly string[])[] = [
  ['call', 'args', 'result', 'next'],
  ['assign', 'next'],
  ['switch', 'next'],
  ['for', 'next'],
  ['parallel', 'next'],
  ['try', 'retry', 'except', 'next'],
  ['steps', 'next'],
  ['return'],
  ['raise'],
  ['next'],
];
/** Keys of a case of a switch. */
export const CASE_KEYS = ['condition', 'next', 'steps', 'return', 'raise', 'assign'];
/** Of steps and variables. */
export const NAME = /^[A-Za-z_]\w{0,255}$/;

/** What each account needs, written down apart from what is granted, so that one can be held against the other. */
import { FIRESTORE_DATABASE } from '../../../shared/schema/cloud.ts';
import { at, type Declared, listAt, ofType, textAt } from './declared.ts';

/** A role, and the thing as accessIn() calls it; a star stands for what only the project decides. */
export type Need = readonly [role: string, on: string];

const PUBLISH = 'roles/pubsub.publisher';
const READ_ROWS = 'roles/bigtable.reader';
const WRITE_ROWS = 'roles/bigtable.user';
const READ_TABLES = 'roles/bigquery.dataViewer';
const WRITE_TABLES = 'roles/bigquery.dataEditor';
const RUN_QUERIES = 'roles/bigquery.jobUser';
const CALL = 'roles/run.invoker';
const DOCUMENTS: Need = [
  'roles/datastore.user',
  `project where resource.name == "projects/*/databases/${FIRESTORE_DATABASE}"`,
];

/** What the code of each function calls; a role is the least one that allows it. */
export const FUNCTION_NEEDS: Readonly<Record<string, readonly Need[]>> = {
  'segue-ingest': [
    [PUBLISH, 'topic listens'],
    [PUBLISH, 'topic catalogue'],
    [READ_ROWS, 'table listeners'],
    [WRITE_ROWS, 'table catalog'],
    [READ_ROWS, 'table erasures'],
  ],
  'segue-update-signals': [
    [WRITE_ROWS, 'table listeners'],
    [READ_ROWS, 'table erasures'],
    [PUBLISH, 'topic update-signals-dead'],
  ],
  'segue-rebuild': [
    [RUN_QUERIES, 'project'],
    [WRITE_TABLES, 'dataset segue'],
    [WRITE_TABLES, 'dataset segue_builds'],
    [WRITE_ROWS, 'table listeners'],
    [WRITE_ROWS, 'table catalog'],
    [WRITE_ROWS, 'table pools'],
    [READ_ROWS, 'table erasures'],
    DOCUMENTS,
    ['roles/monitoring.viewer', 'project'],
  ],
  'segue-serve': [
    [WRITE_ROWS, 'table listeners'],
    [READ_ROWS, 'table catalog'],
    [READ_ROWS, 'table pools'],
    [WRITE_ROWS, 'table erasures'],
    [PUBLISH, 'topic controls'],
    [PUBLISH, 'topic impressions'],
    [RUN_QUERIES, 'project'],
    [WRITE_TABLES, 'dataset segue'],
  ],
  'segue-sessions': [
    [WRITE_ROWS, 'table listeners'],
    [READ_ROWS, 'table catalog'],
    [READ_ROWS, 'table pools'],
    [READ_ROWS, 'table erasures'],
    [PUBLISH, 'topic controls'],
    [PUBLISH, 'topic impressions'],
    DOCUMENTS,
  ],
  'segue-agent': [
    [WRITE_ROWS, 'table listeners'],
    [READ_ROWS, 'table catalog'],
    [READ_ROWS, 'table pools'],
    [READ_ROWS, 'table erasures'],
    [PUBLISH, 'topic controls'],
    [PUBLISH, 'topic impressions'],
    DOCUMENTS,
  ],
};

/** What whoever is told of a model needs beside it. */
export const MODEL_NEEDS: readonly Need[] = [['roles/aiplatform.user', 'project']];

/** What the others do: build, push, orchestrate. */
const OTHER_NEEDS: Readonly<Record<string, readonly Need[]>> = {
  'segue-build': [
    ['roles/logging.logWriter', 'project'],
    ['roles/artifactregistry.writer', 'repository segue'],
    ['roles/storage.objectViewer', 'bucket *-segue-source'],
    [
      'roles/storage.objectViewer',
      'project where resource.name.startsWith("projects/_/buckets/gcf-v2-sources-")',
    ],
  ],
  'segue-invoker': [
    [CALL, 'service segue-update-signals'],
    ['roles/workflows.invoker', 'project'],
  ],
  'segue-workflow': [
    [CALL, 'service segue-rebuild'],
    ['roles/logging.logWriter', 'project'],
  ],
  'segue-dataflow': [],
  // Whoever brings history in does it in its name.
  'segue-backfill': [
    ['roles/storage.objectUser', 'bucket *-segue-import'],
    [RUN_QUERIES, 'project'],
    [WRITE_TABLES, 'dataset segue'],
  ],
};

const TEMPLATE_NEEDS: Readonly<Record<string, readonly Need[]>> = {
  'segue-workflow': [
    ['roles/dataflow.developer', 'project'],
    ['roles/iam.serviceAccountUser', 'account segue-dataflow@*'],
  ],
  'segue-dataflow': [
    ['roles/dataflow.worker', 'project'],
    ['roles/storage.objectAdmin', 'bucket *-segue-staging'],
    [RUN_QUERIES, 'project'],
    ['roles/bigquery.readSessionUser', 'project'],
    [READ_TABLES, 'dataset segue_builds'],
    [WRITE_ROWS, 'table listeners'],
    [WRITE_ROWS, 'table catalog'],
    [WRITE_ROWS, 'table pools'],
  ],
};

/** Members that are no accounts of the stack's own, and all that they may have. */
export const STRANGERS: readonly (readonly [member: RegExp, ...Need])[] = [
  ...(
    [
      [PUBLISH, 'topic *-dead'],
      ['roles/pubsub.subscriber', 'subscription *'],
      [WRITE_TABLES, 'dataset segue'],
      ['roles/iam.serviceAccountOpenIdTokenCreator', 'account segue-invoker@*'],
    ] as const
  ).map(([role, on]) => [/^serviceAccount:service-\d+@gcp-sa-pubsub\./, role, on] as const),
  // Uptime checks, where the door is not open to everybody.
  ...['serve', 'sessions', 'agent'].map(
    (door) =>
      [
        /^serviceAccount:service-\d+@gcp-sa-monitoring-notification\./,
        CALL,
        `service segue-${door}`,
      ] as const,
  ),
  // Whoever the configuration names; public-doors says whether that may be everybody.
  ...['ingest', 'serve', 'sessions', 'agent'].map((door) => [/./, CALL, `service segue-${door}`] as const),
];

/** Whether a function is to ask a model of Google's. */
export const isToldOfModel = (resource: Declared): boolean =>
  textAt(resource, 'serviceConfig.environmentVariables.SEGUE_GEMINI_MODEL') !== '';

/** Secrets that a function is given, by name. */
function secretsOf(resource: Declared): string[] {
  return [
    ...listAt(resource, 'serviceConfig.secretEnvironmentVariables').map(({ secret }) => String(secret)),
    ...listAt(resource, 'template.containers')
      .flatMap(({ envs }) => (Array.isArray(envs) ? envs : []) as Readonly<Record<string, never>>[])
      .map((variable) => at({ type: '', name: '', inputs: variable }, 'valueSource.secretKeyRef.secret'))
      .filter((secret) => secret !== undefined)
      .map(String),
  ];
}

/** Every account of the stack and what it needs: the template's only where builds load by it. */
export function needsOf(resources: readonly Declared[]): ReadonlyMap<string, readonly Need[]> {
  const functions = [
    ...ofType(resources, 'cloudfunctionsv2/function:Function'),
    ...ofType(resources, 'cloudrunv2/service:Service'),
  ];
  const byTemplate = functions.some(
    (one) => textAt(one, 'serviceConfig.environmentVariables.SEGUE_LOAD') === 'dataflow',
  );
  const secrets = (account: string): Need[] =>
    functions
      .filter((one) => textAt(one, 'name') === account)
      .flatMap(secretsOf)
      .map((secret) => ['roles/secretmanager.secretAccessor', `secret ${secret}`]);
  const models = (account: string): readonly Need[] =>
    functions.some((one) => textAt(one, 'name') === account && isToldOfModel(one)) ? MODEL_NEEDS : [];
  return new Map(
    Object.entries({ ...FUNCTION_NEEDS, ...OTHER_NEEDS }).map(([account, needs]) => [
      account,
      [
        ...needs,
        ...secrets(account),
        ...models(account),
        ...(byTemplate ? (TEMPLATE_NEEDS[account] ?? []) : []),
      ],
    ]),
  );
}

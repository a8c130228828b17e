/** Rules of what each function reaches: all that its code calls, and nothing else. */
import { FIRESTORE_DATABASE } from '../../../shared/schema/cloud.ts';
import { accessIn } from './access.ts';
import { type Declared, ofType, type Rule, textAt } from './declared.ts';

const PUBLISH = 'roles/pubsub.publisher';
const READ_ROWS = 'roles/bigtable.reader';
const WRITE_ROWS = 'roles/bigtable.user';
const WRITE_TABLES = 'roles/bigquery.dataEditor';
const RUN_QUERIES = 'roles/bigquery.jobUser';

type Reach = readonly (readonly [role: string, on: string])[];

/**
 * What the code of each function calls, by the function's account. A role is the least one that allows it; `where` ends
 * what is narrowed by a condition. Written down apart from what is granted, so that one can be held against the other.
 */
const REACH: Readonly<Record<string, Reach>> = {
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
    ['roles/datastore.user', 'project where'],
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
  'segue-build': [
    ['roles/logging.logWriter', 'project'],
    ['roles/artifactregistry.writer', 'repository segue'],
    ['roles/storage.objectViewer', 'bucket'],
    ['roles/storage.objectViewer', 'project where'],
  ],
};

/** Those that verify tokens by keys of their own. */
const VERIFYING = ['segue-ingest', 'segue-serve'];

const TEMPLATE_WORKERS: Reach = [
  ['roles/dataflow.worker', 'project'],
  ['roles/storage.objectAdmin', 'bucket'],
  [RUN_QUERIES, 'project'],
  ['roles/bigquery.readSessionUser', 'project'],
  ['roles/bigquery.dataViewer', 'dataset segue_builds'],
  [WRITE_ROWS, 'table listeners'],
  [WRITE_ROWS, 'table catalog'],
  [WRITE_ROWS, 'table pools'],
];
const TEMPLATE_LAUNCHER: Reach = [
  ['roles/dataflow.developer', 'project'],
  ['roles/iam.serviceAccountUser', 'account segue-dataflow@'],
];

/** What a stack's accounts need; the template's only where functions are told to load by it. */
function reachOf(resources: readonly Declared[]): ReadonlyMap<string, Reach> {
  const hasKeys = ofType(resources, 'secretmanager/secretVersion:SecretVersion').length > 0;
  const byTemplate = ofType(resources, 'cloudfunctionsv2/function:Function').some(
    (resource) => textAt(resource, 'serviceConfig.environmentVariables.SEGUE_LOAD') === 'dataflow',
  );
  const keys: Reach = [['roles/secretmanager.secretAccessor', 'secret']];
  return new Map<string, Reach>([
    ...Object.entries(REACH).map(
      ([account, reach]) =>
        [account, hasKeys && VERIFYING.includes(account) ? [...reach, ...keys] : reach] as const,
    ),
    ...(byTemplate ? [['segue-dataflow', TEMPLATE_WORKERS] as const] : []),
    ['segue-workflow', [['roles/logging.logWriter', 'project'], ...(byTemplate ? TEMPLATE_LAUNCHER : [])]],
  ]);
}

/** `segue-serve` of its address. */
const accountOf = (member: string): string => /^serviceAccount:(segue-[a-z-]+)@/.exec(member)?.[1] ?? '';

const isOn = (on: string, wanted: string): boolean =>
  on === wanted ||
  (!/^(project|dataset|table|topic) ?/.test(wanted) && on.startsWith(wanted)) ||
  (wanted === 'project where' && on.startsWith('project where'));

const reaches: Rule = {
  name: 'reaches',
  description: 'Each account has what its function calls, and nothing else.',
  check(resources) {
    const access = accessIn(resources).filter(({ role }) => role !== 'roles/run.invoker');
    return [...reachOf(resources)].flatMap(([account, reach]) => {
      const own = access.filter(({ member }) => accountOf(member) === account);
      return [
        ...reach
          .filter(([role, on]) => !own.some((one) => one.role === role && isOn(one.on, on)))
          .map(([role, on]) => `${account} lacks ${role} on ${on}.`),
        ...own
          .filter((one) => !reach.some(([role, on]) => one.role === role && isOn(one.on, on)))
          .map(({ role, on }) => `${account} has ${role} on ${on} and calls nothing there.`),
      ];
    });
  },
};

/** Which callers each closed function has. */
const CALLERS: readonly (readonly [account: string, service: string])[] = [
  ['segue-invoker', 'service segue-update-signals'],
  ['segue-workflow', 'service segue-rebuild'],
];

const callers: Rule = {
  name: 'callers',
  description: 'Pub/Sub may call update-signals, the workflow may call rebuild, and nobody else may.',
  check(resources) {
    const calls = accessIn(resources).filter(({ role }) => role === 'roles/run.invoker');
    const services = CALLERS.map(([, service]) => service);
    return [
      ...CALLERS.filter(
        ([account, service]) =>
          !calls.some(({ member, on }) => on === service && accountOf(member) === account),
      ).map(([account, service]) => `${account} may not call ${service}.`),
      ...calls
        .filter(
          ({ on, member }) =>
            services.includes(on) &&
            !CALLERS.some(([account, service]) => service === on && account === accountOf(member)),
        )
        .map(({ on, member }) => `${member} may call ${on}.`),
      ...['service segue-ingest', 'service segue-serve']
        .filter((door) => !calls.some(({ on }) => on === door))
        .map((door) => `Nobody may call ${door}.`),
    ];
  },
};

const ownDocuments: Rule = {
  name: 'own-documents',
  description: 'Documents of other databases of the project are out of reach.',
  check: (resources) =>
    accessIn(resources)
      .filter(
        ({ role, on }) =>
          role === 'roles/datastore.user' && !on.includes(`/databases/${FIRESTORE_DATABASE}"`),
      )
      .map(({ member, on }) => `${member} reads documents on ${on}.`),
};

export const REACH_RULES: readonly Rule[] = [reaches, callers, ownDocuments];

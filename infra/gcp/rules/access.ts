/** Rules of who may do what. */
import { at, type Declared, lastPart, listAt, ofType, type Rule, textAt, titleOf } from './declared.ts';

/** One member's role on one thing. */
export interface Access {
  readonly member: string;
  readonly role: string;
  /** As `topic listens`; `project` alone, or `project where <condition>`. */
  readonly on: string;
  readonly by: Declared;
}

/** What each kind of IAM resource is about: how the thing is called, and the input that names it. */
const ABOUT: Readonly<Record<string, readonly [kind: string, input: string]>> = {
  'gcp:artifactregistry/repositoryIamMember:RepositoryIamMember': ['repository', 'repository'],
  'gcp:bigquery/datasetIamMember:DatasetIamMember': ['dataset', 'datasetId'],
  'gcp:bigtable/tableIamMember:TableIamMember': ['table', 'table'],
  'gcp:cloudrunv2/serviceIamMember:ServiceIamMember': ['service', 'name'],
  'gcp:projects/iAMMember:IAMMember': ['project', ''],
  'gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember': ['subscription', 'subscription'],
  'gcp:pubsub/topicIAMMember:TopicIAMMember': ['topic', 'topic'],
  'gcp:secretmanager/secretIamMember:SecretIamMember': ['secret', 'secretId'],
  'gcp:serviceaccount/iAMMember:IAMMember': ['account', 'serviceAccountId'],
  'gcp:storage/bucketIAMMember:BucketIAMMember': ['bucket', 'bucket'],
};

/** Whether a resource grants something, in whatever way the provider offers. */
export function isGrant({ type }: Pick<Declared, 'type'>): boolean {
  return /iam(member|binding|policy|auditconfig)$/i.test(type);
}

/** Every grant among the resources. */
export function accessIn(resources: readonly Declared[]): Access[] {
  return resources.flatMap((by) => {
    const about = ABOUT[by.type];
    if (about === undefined) return [];
    const [kind, input] = about;
    const condition = textAt(by, 'condition.expression');
    const on =
      kind === 'project'
        ? condition === ''
          ? 'project'
          : `project where ${condition}`
        : `${kind} ${lastPart(textAt(by, input))}`;
    return [{ member: textAt(by, 'member'), role: textAt(by, 'role'), on, by }];
  });
}

const PRIMITIVE = ['roles/owner', 'roles/editor', 'roles/viewer', 'roles/browser'];
/** Roles over the whole project that touch no data, or that IAM grants no narrower. */
const PROJECT_WIDE = [
  'roles/aiplatform.user',
  'roles/bigquery.jobUser',
  'roles/bigquery.readSessionUser',
  'roles/dataflow.developer',
  'roles/dataflow.worker',
  'roles/logging.logWriter',
  'roles/monitoring.viewer',
  'roles/workflows.invoker',
];
const EVERYBODY = ['allUsers', 'allAuthenticatedUsers'];
/** They verify a token of their own. */
export const DOORS: readonly string[] = [
  'service segue-ingest',
  'service segue-serve',
  'service segue-sessions',
  'service segue-agent',
];

const narrowRoles: Rule = {
  name: 'narrow-roles',
  description: 'Only predefined data roles are granted, each on the narrowest resource that IAM can name.',
  check(resources) {
    const problems = resources
      .filter((resource) => isGrant(resource) && ABOUT[resource.type] === undefined)
      .map((resource) => `${titleOf(resource)} grants in a way that replaces or hides other grants.`);
    for (const { role, on, by } of accessIn(resources)) {
      if (PRIMITIVE.includes(role) || /\.(admin|owner|editor)$/.test(role))
        problems.push(`${titleOf(by)} grants ${role}, which is no data role.`);
      if (on === 'project' && !PROJECT_WIDE.includes(role))
        problems.push(`${titleOf(by)} grants ${role} on the whole project.`);
    }
    return problems;
  },
};

const grantedOnce: Rule = {
  name: 'granted-once',
  description: 'Nothing is granted twice: whoever is removed first would take it from the other.',
  check(resources) {
    const seen = new Map<string, Declared>();
    return accessIn(resources).flatMap(({ member, role, on, by }) => {
      const key = `${member} ${role} ${on}`;
      const other = seen.get(key);
      seen.set(key, by);
      return other === undefined ? [] : [`${titleOf(by)} grants the same as ${titleOf(other)}.`];
    });
  },
};

const publicDoors: Rule = {
  name: 'public-doors',
  description: 'Everybody may call what verifies its own tokens, and nothing else.',
  check: (resources) =>
    accessIn(resources)
      .filter(({ member }) => EVERYBODY.includes(member))
      .filter(
        ({ member, role, on }) =>
          member !== 'allUsers' || role !== 'roles/run.invoker' || !DOORS.includes(on),
      )
      .map(({ member, role, on }) => `${member} has ${role} on ${on}.`),
};

const ownAccounts: Rule = {
  name: 'own-accounts',
  description: 'Each function runs as an account that nothing else runs as, and builds as another.',
  check(resources) {
    const users = new Map<string, string>();
    const problems: string[] = [];
    const runners = [
      ...ofType(resources, 'cloudfunctionsv2/function:Function').map(
        (resource) => [resource, textAt(resource, 'serviceConfig.serviceAccountEmail')] as const,
      ),
      ...ofType(resources, 'cloudrunv2/service:Service').map(
        (resource) => [resource, textAt(resource, 'template.serviceAccount')] as const,
      ),
    ];
    for (const [resource, account] of runners) {
      if (account === '') problems.push(`${titleOf(resource)} runs as the default account.`);
      const other = users.get(account);
      if (other !== undefined) problems.push(`${titleOf(resource)} runs as the account of ${other}.`);
      users.set(account, titleOf(resource));
    }
    for (const resource of ofType(resources, 'cloudfunctionsv2/function:Function'))
      if (textAt(resource, 'buildConfig.serviceAccount') === '')
        problems.push(`${titleOf(resource)} is built as the default account.`);
    return problems;
  },
};

/** Variables of a function that are written down as they are. */
function plainVariables(resource: Declared): (readonly [key: string, value: unknown])[] {
  const plain = at(resource, 'serviceConfig.environmentVariables');
  const containers = listAt(resource, 'template.containers');
  return [
    ...(typeof plain === 'object' ? Object.entries(plain ?? {}) : []),
    ...containers
      .flatMap(({ envs }) => (Array.isArray(envs) ? (envs as Readonly<Record<string, unknown>>[]) : []))
      .filter(({ value }) => typeof value === 'string' && value !== '')
      .map(({ name, value }) => [String(name), value] as const),
  ];
}

const hiddenSecrets: Rule = {
  name: 'hidden-secrets',
  description: 'Keys come out of Secret Manager, never as a plain variable.',
  check: (resources) =>
    [
      ...ofType(resources, 'cloudfunctionsv2/function:Function'),
      ...ofType(resources, 'cloudrunv2/service:Service'),
    ].flatMap((resource) =>
      plainVariables(resource)
        .filter(
          ([key, value]) =>
            /KEY|SECRET|PASSWORD|CREDENTIAL/.test(key) || /"kty"|PRIVATE KEY/.test(String(value)),
        )
        .map(([key]) => `${titleOf(resource)} has ${key} as a plain variable.`),
    ),
};

export const ACCESS_RULES: readonly Rule[] = [
  narrowRoles,
  grantedOnce,
  publicDoors,
  ownAccounts,
  hiddenSecrets,
];

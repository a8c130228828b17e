/** A rule of what names what: nothing is named that the stack does not declare. */
import { at, type Declared, lastPart, listAt, ofType, type Rule, textAt, titleOf } from './declared.ts';

/** The input by which a kind is known to others; an account by the name in its address. */
const KNOWN_BY: Readonly<Record<string, readonly [type: string, input: string][]>> = {
  account: [['serviceaccount/account:Account', 'accountId']],
  backend: [['compute/backendService:BackendService', 'name']],
  bucket: [['storage/bucket:Bucket', 'name']],
  database: [['firestore/database:Database', 'name']],
  dataset: [['bigquery/dataset:Dataset', 'datasetId']],
  group: [['compute/regionNetworkEndpointGroup:RegionNetworkEndpointGroup', 'name']],
  instance: [['bigtable/instance:Instance', 'name']],
  object: [['storage/bucketObject:BucketObject', 'name']],
  repository: [['artifactregistry/repository:Repository', 'repositoryId']],
  schema: [['pubsub/schema:Schema', 'name']],
  secret: [['secretmanager/secret:Secret', 'secretId']],
  service: [
    ['cloudfunctionsv2/function:Function', 'name'],
    ['cloudrunv2/service:Service', 'name'],
  ],
  subscription: [['pubsub/subscription:Subscription', 'name']],
  table: [['bigtable/table:Table', 'name']],
  topic: [['pubsub/topic:Topic', 'name']],
  workflow: [['workflows/workflow:Workflow', 'name']],
};

/** By type, which inputs name a thing of which kind. */
const NAMES: Readonly<Record<string, readonly (readonly [input: string, kind: string])[]>> = {
  'artifactregistry/repositoryIamMember:RepositoryIamMember': [['repository', 'repository']],
  'bigquery/datasetIamMember:DatasetIamMember': [['datasetId', 'dataset']],
  'bigquery/table:Table': [['datasetId', 'dataset']],
  'bigtable/appProfile:AppProfile': [['instance', 'instance']],
  'bigtable/gCPolicy:GCPolicy': [
    ['instanceName', 'instance'],
    ['table', 'table'],
  ],
  'bigtable/table:Table': [['instanceName', 'instance']],
  'bigtable/tableIamMember:TableIamMember': [
    ['instanceName', 'instance'],
    ['table', 'table'],
  ],
  'cloudfunctionsv2/function:Function': [
    ['buildConfig.dockerRepository', 'repository'],
    ['buildConfig.serviceAccount', 'account'],
    ['buildConfig.source.storageSource.bucket', 'bucket'],
    ['buildConfig.source.storageSource.object', 'object'],
    ['serviceConfig.serviceAccountEmail', 'account'],
  ],
  'cloudrunv2/service:Service': [
    ['template.containers.0.sourceCode.cloudStorageSource.bucket', 'bucket'],
    ['template.containers.0.sourceCode.cloudStorageSource.object', 'object'],
    ['template.serviceAccount', 'account'],
  ],
  'cloudrunv2/serviceIamMember:ServiceIamMember': [['name', 'service']],
  'compute/backendService:BackendService': [['backends.0.group', 'group']],
  'compute/regionNetworkEndpointGroup:RegionNetworkEndpointGroup': [['cloudRun.service', 'service']],
  'cloudscheduler/job:Job': [['httpTarget.oauthToken.serviceAccountEmail', 'account']],
  'firestore/field:Field': [['database', 'database']],
  'pubsub/subscription:Subscription': [['topic', 'topic']],
  'pubsub/subscriptionIAMMember:SubscriptionIAMMember': [['subscription', 'subscription']],
  'pubsub/topicIAMMember:TopicIAMMember': [['topic', 'topic']],
  'secretmanager/secretVersion:SecretVersion': [['secret', 'secret']],
  'serviceaccount/iAMMember:IAMMember': [['serviceAccountId', 'account']],
  'storage/bucketIAMMember:BucketIAMMember': [['bucket', 'bucket']],
  'storage/bucketObject:BucketObject': [['bucket', 'bucket']],
  'workflows/workflow:Workflow': [['serviceAccount', 'account']],
};

/** Inputs that say nothing where they are missing: a topic may be without a schema. */
const OPTIONAL_NAMES: Readonly<Record<string, readonly (readonly [input: string, kind: string])[]>> = {
  'pubsub/topic:Topic': [['schemaSettings.schema', 'schema']],
};

/** `segue-serve` of an account's address; anything else by the last part of its path. */
const nameIn = (value: string, kind: string): string =>
  kind === 'account' ? (lastPart(value).split('@')[0] ?? '') : lastPart(value);

/** Backends that the rules of a URL map's path matcher lead to. */
function servicesOf({ routeRules }: Readonly<Record<string, unknown>>): unknown[] {
  return Array.isArray(routeRules)
    ? routeRules.map((rule: { readonly service?: unknown }) => rule.service)
    : [];
}

/** What a resource names, as `topic listens`. */
export function referencesOf(resource: Declared): string[] {
  const type = resource.type.replace(/^gcp:/, '');
  const values = [
    ...(NAMES[type] ?? []).map(([input, kind]) => [kind, textAt(resource, input)] as const),
    ...(OPTIONAL_NAMES[type] ?? [])
      .map(([input, kind]) => [kind, textAt(resource, input)] as const)
      .filter(([, value]) => value !== ''),
  ];
  for (const matcher of listAt(resource, 'pathMatchers'))
    for (const service of [matcher.defaultService, ...servicesOf(matcher)])
      values.push(['backend', typeof service === 'string' ? service : '']);
  const own = /^serviceAccount:(segue-[a-z-]+@.*)$/.exec(textAt(resource, 'member'))?.[1];
  if (own !== undefined) values.push(['account', own]);
  return values.map(([kind, value]) => `${kind} ${nameIn(value, kind) || 'of no name'}`);
}

/** What resources can name, as `topic listens`, and what it is. */
export function nameable<T extends Declared>(resources: readonly T[]): ReadonlyMap<string, T> {
  return new Map(
    Object.entries(KNOWN_BY).flatMap(([kind, places]) =>
      places.flatMap(([type, input]) =>
        resources
          .filter((one) => one.type === `gcp:${type}`)
          .map((one) => [`${kind} ${textAt(one, input)}`, one] as const),
      ),
    ),
  );
}

const references: Rule = {
  name: 'references',
  description: 'Whatever a resource names is declared too.',
  check(resources) {
    const known = nameable(resources);
    return resources.flatMap((resource) =>
      referencesOf(resource)
        .filter((reference) => !known.has(reference))
        .map((reference) => `${titleOf(resource)} names the ${reference}, which is not declared.`),
    );
  },
};

const agents: Rule = {
  name: 'agents',
  description: 'A service agent that something is granted to has been made.',
  check(resources) {
    const made = ofType(resources, 'projects/serviceIdentity:ServiceIdentity').map((one) =>
      textAt(one, 'service'),
    );
    const named = new Set(
      resources
        .map((one) => /^serviceAccount:service-\d+@gcp-sa-([a-z]+)/.exec(textAt(one, 'member'))?.[1])
        .filter((service) => service !== undefined),
    );
    return [...named]
      .filter((service) => !made.includes(`${service}.googleapis.com`))
      .map((service) => `Something is granted to the agent of ${service}, which may not be there yet.`);
  },
};

const givenSecrets: Rule = {
  name: 'given-secrets',
  description: 'A secret of the stack has a value.',
  check: (resources) =>
    ofType(resources, 'secretmanager/secret:Secret')
      .map((secret) => textAt(secret, 'secretId'))
      .filter(
        (id) =>
          !ofType(resources, 'secretmanager/secretVersion:SecretVersion').some(
            (version) =>
              lastPart(textAt(version, 'secret')) === id && at(version, 'secretData') !== undefined,
          ),
      )
      .map((id) => `The secret ${id} has no value.`),
};

export const REFERENCE_RULES: readonly Rule[] = [references, agents, givenSecrets];

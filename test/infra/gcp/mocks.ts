/** Runs the program without Pulumi's engine and collects what it declares; what the program should not know of throws. */
import { createHash } from 'node:crypto';
import * as pulumi from '@pulumi/pulumi';
import { MockMonitor } from '@pulumi/pulumi/runtime/mocks.js';
import type { Bundles } from '../../../infra/gcp/bundles.ts';
import { readConfig } from '../../../infra/gcp/config.ts';
import type { Outputs } from '../../../infra/gcp/outputs.ts';
import { Segue } from '../../../infra/gcp/program.ts';
import type { Declared } from '../../../infra/gcp/rules/declared.ts';

export const PROJECT = 'a-project';
export const PROJECT_NUMBER = '123456789012';
export const SIZES = ['dev', 'team', 'internet'] as const;

/** A resource with what it waits for, by logical name. */
export interface Collected extends Declared {
  readonly dependencies: readonly string[];
}

type Inputs = Readonly<Record<string, unknown>>;
/** What a type has besides its inputs once it is created. */
type Computed = (inputs: Inputs, name: string) => Record<string, unknown>;

const nothing: Computed = () => ({});
const named =
  (kind: string): Computed =>
  ({ name }) => ({ id: `projects/${PROJECT}/${kind}/${name}` });

/** Every type that the program may declare. */
const TYPES: Readonly<Record<string, Computed>> = {
  'gcp:artifactregistry/repository:Repository': ({ location, repositoryId }) => ({
    id: `projects/${PROJECT}/locations/${location}/repositories/${repositoryId}`,
  }),
  'gcp:artifactregistry/repositoryIamMember:RepositoryIamMember': nothing,
  'gcp:bigquery/dataset:Dataset': nothing,
  'gcp:bigquery/datasetIamMember:DatasetIamMember': nothing,
  'gcp:bigquery/table:Table': nothing,
  'gcp:bigtable/appProfile:AppProfile': nothing,
  'gcp:bigtable/gCPolicy:GCPolicy': nothing,
  'gcp:bigtable/instance:Instance': nothing,
  'gcp:bigtable/table:Table': nothing,
  'gcp:bigtable/tableIamMember:TableIamMember': nothing,
  'gcp:billing/budget:Budget': nothing,
  'gcp:cloudfunctionsv2/function:Function': ({ name, location, serviceConfig }) => ({
    url: `https://${location}-${PROJECT}.cloudfunctions.net/${name}`,
    serviceConfig: { ...(serviceConfig as Inputs), uri: `https://${name}-abc-ew.a.run.app` },
  }),
  'gcp:cloudrunv2/service:Service': ({ name }) => ({ uri: `https://${name}-abc-ew.a.run.app` }),
  'gcp:cloudrunv2/serviceIamMember:ServiceIamMember': nothing,
  'gcp:cloudscheduler/job:Job': nothing,
  'gcp:compute/backendService:BackendService': named('global/backendServices'),
  'gcp:compute/globalAddress:GlobalAddress': () => ({ address: '203.0.113.7' }),
  'gcp:compute/globalForwardingRule:GlobalForwardingRule': nothing,
  'gcp:compute/managedSslCertificate:ManagedSslCertificate': named('global/sslCertificates'),
  'gcp:compute/regionNetworkEndpointGroup:RegionNetworkEndpointGroup': named('networkEndpointGroups'),
  'gcp:compute/sSLPolicy:SSLPolicy': named('global/sslPolicies'),
  'gcp:compute/securityPolicy:SecurityPolicy': named('global/securityPolicies'),
  'gcp:compute/targetHttpProxy:TargetHttpProxy': named('global/targetHttpProxies'),
  'gcp:compute/targetHttpsProxy:TargetHttpsProxy': named('global/targetHttpsProxies'),
  'gcp:compute/uRLMap:URLMap': named('global/urlMaps'),
  'gcp:dns/recordSet:RecordSet': nothing,
  'gcp:firestore/database:Database': nothing,
  'gcp:firestore/field:Field': nothing,
  'gcp:logging/metric:Metric': nothing,
  'gcp:monitoring/alertPolicy:AlertPolicy': nothing,
  'gcp:monitoring/customService:CustomService': ({ serviceId }) => ({
    serviceId,
    name: `projects/${PROJECT}/services/${serviceId}`,
  }),
  'gcp:monitoring/dashboard:Dashboard': nothing,
  'gcp:monitoring/notificationChannel:NotificationChannel': (_inputs, name) => ({
    name: `projects/${PROJECT}/notificationChannels/${name}`,
  }),
  'gcp:monitoring/slo:Slo': ({ service, sloId }) => ({
    name: `projects/${PROJECT}/services/${service}/serviceLevelObjectives/${sloId}`,
  }),
  'gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig': (_inputs, name) => ({ uptimeCheckId: name }),
  'gcp:projects/iAMMember:IAMMember': nothing,
  'gcp:projects/service:Service': nothing,
  'gcp:projects/serviceIdentity:ServiceIdentity': ({ service }) => {
    const email = `service-${PROJECT_NUMBER}@gcp-sa-${String(service).split('.')[0]}.iam.gserviceaccount.com`;
    return { email, member: `serviceAccount:${email}` };
  },
  'gcp:pubsub/schema:Schema': named('schemas'),
  'gcp:pubsub/subscription:Subscription': named('subscriptions'),
  'gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember': nothing,
  'gcp:pubsub/topic:Topic': named('topics'),
  'gcp:pubsub/topicIAMMember:TopicIAMMember': nothing,
  'gcp:secretmanager/secret:Secret': ({ secretId }) => ({ id: `projects/${PROJECT}/secrets/${secretId}` }),
  'gcp:secretmanager/secretIamMember:SecretIamMember': nothing,
  'gcp:secretmanager/secretVersion:SecretVersion': () => ({ version: '1' }),
  'gcp:serviceaccount/account:Account': ({ accountId }) => {
    const email = `${accountId}@${PROJECT}.iam.gserviceaccount.com`;
    const id = `projects/${PROJECT}/serviceAccounts/${email}`;
    return { id, name: id, email, member: `serviceAccount:${email}` };
  },
  'gcp:serviceaccount/iAMMember:IAMMember': nothing,
  'gcp:storage/bucket:Bucket': ({ name }) => ({ id: name, url: `gs://${name}` }),
  'gcp:storage/bucketIAMMember:BucketIAMMember': nothing,
  'gcp:storage/bucketObject:BucketObject': () => ({ generation: 1_790_000_000_000_000 }),
  'gcp:workflows/workflow:Workflow': ({ name, region }) => ({
    id: `projects/${PROJECT}/locations/${region}/workflows/${name}`,
  }),
};

const CALLS: Readonly<Record<string, (inputs: Inputs) => Record<string, unknown>>> = {
  'gcp:organizations/getProject:getProject': ({ projectId }) => ({ projectId, number: PROJECT_NUMBER }),
};

/** Mocks that write down every resource of the provider. */
function recorder(into: Omit<Collected, 'dependencies'>[]): pulumi.runtime.Mocks {
  return {
    newResource({ type, name, inputs, custom }) {
      if (type === 'pulumi:pulumi:Stack' || (custom === false && type.startsWith('segue:gcp:')))
        return { id: undefined, state: inputs };
      const computed = TYPES[type];
      if (computed === undefined)
        throw new Error(`The program declares ${name} of the unexpected type ${type}.`);
      into.push({ type, name, inputs });
      const { id = `${name}-id`, ...state } = computed(inputs, name);
      return { id: String(id), state: { ...inputs, ...state } };
    },
    call({ token, inputs }) {
      const call = CALLS[token];
      if (call === undefined) throw new Error(`The program calls the unexpected ${token}.`);
      return call(inputs);
    },
  };
}

/** The monitor's own request, which says more than mocks are told. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getDependenciesList(): string[];
}

export const FAKE_PROTO = 'syntax = "proto3";\nmessage Listen {\n  string event_id = 1;\n}\n';

export const FAKE_BUNDLES: Bundles = Object.fromEntries(
  (['ingest', 'update-signals', 'rebuild', 'serve'] as const).map((name) => [
    name,
    { zip: `/nowhere/${name}.zip`, sha256: createHash('sha256').update(name).digest('hex') },
  ]),
) as Record<'ingest' | 'update-signals' | 'rebuild' | 'serve', Bundles['serve']>;

/** Runs the program with settings as texts and returns what it declares, sorted, and its outputs. */
export async function evaluate(
  settings: Readonly<Record<string, string>>,
): Promise<{ resources: Collected[]; outputs: Record<keyof Outputs, string> }> {
  const config = readConfig({ get: (key) => settings[key], keys: () => Object.keys(settings) });
  const declared: Omit<Collected, 'dependencies'>[] = [];
  const dependencies = new Map<string, readonly string[]>();
  const { prototype } = MockMonitor;
  const original = prototype.registerResource;
  prototype.registerResource = function (request: RegisterRequest, callback) {
    const names = request.getDependenciesList().map((urn) => urn.slice(urn.lastIndexOf('::') + 2));
    dependencies.set(`${request.getType()} ${request.getName()}`, names);
    return original.call(this, request, callback);
  };
  try {
    await pulumi.runtime.setMocks(recorder(declared), 'segue', config.size);
    const { outputs } = new Segue('segue', {
      config,
      bundles: FAKE_BUNDLES,
      listensProto: FAKE_PROTO,
      signingKeys: settings.signingKeys,
    });
    const values = await resolved(pulumi.all({ ...outputs }));
    await pulumi.runtime.disconnect();
    const resources = declared
      .map((resource) => ({
        ...resource,
        dependencies: dependencies.get(`${resource.type} ${resource.name}`) ?? [],
      }))
      .sort((a, b) => `${a.type} ${a.name}`.localeCompare(`${b.type} ${b.name}`, 'en'));
    return { resources, outputs: values };
  } finally {
    prototype.registerResource = original;
  }
}

function resolved<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}

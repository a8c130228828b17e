/** What the program may declare and ask, and what each has besides its inputs once it is there. */

export const PROJECT = 'my-project';
export const PROJECT_NUMBER = '123456789012';

export type Inputs = Readonly<Record<string, unknown>>;
/** What a type has besides its inputs once it is created. */
type Computed = (inputs: Inputs, name: string) => Record<string, unknown>;

const nothing: Computed = () => ({});
const named =
  (kind: string): Computed =>
  ({ name }) => ({ id: `projects/${PROJECT}/${kind}/${name}` });

/** Every type that the program may declare. */
export const TYPES: Readonly<Record<string, Computed>> = {
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
  'gcp:certificatemanager/certificate:Certificate': named('locations/global/certificates'),
  'gcp:certificatemanager/certificateMap:CertificateMap': named('locations/global/certificateMaps'),
  'gcp:certificatemanager/certificateMapEntry:CertificateMapEntry': nothing,
  'gcp:certificatemanager/dnsAuthorization:DnsAuthorization': ({ name, domain }) => ({
    id: `projects/${PROJECT}/locations/global/dnsAuthorizations/${name}`,
    dnsResourceRecords: [
      { name: `_acme-challenge.${domain}.`, type: 'CNAME', data: 'proof.authorize.certificatemanager.goog.' },
    ],
  }),
  'gcp:cloudfunctionsv2/function:Function': ({ name, location, serviceConfig }) => ({
    url: `https://${location}-${PROJECT}.cloudfunctions.net/${name}`,
    serviceConfig: { ...(serviceConfig as Inputs), uri: `https://${name}-abc-ew.a.run.app` },
  }),
  'gcp:cloudrunv2/service:Service': ({ name }) => ({ uri: `https://${name}-abc-ew.a.run.app` }),
  'gcp:cloudrunv2/serviceIamMember:ServiceIamMember': nothing,
  'gcp:cloudscheduler/job:Job': nothing,
  'gcp:compute/backendService:BackendService': named('global/backendServices'),
  'gcp:compute/firewall:Firewall': nothing,
  'gcp:compute/globalAddress:GlobalAddress': () => ({ address: '203.0.113.7' }),
  'gcp:compute/globalForwardingRule:GlobalForwardingRule': nothing,
  'gcp:compute/regionNetworkEndpointGroup:RegionNetworkEndpointGroup': named('networkEndpointGroups'),
  'gcp:compute/route:Route': nothing,
  'gcp:compute/sSLPolicy:SSLPolicy': named('global/sslPolicies'),
  'gcp:compute/securityPolicy:SecurityPolicy': named('global/securityPolicies'),
  'gcp:compute/targetHttpProxy:TargetHttpProxy': named('global/targetHttpProxies'),
  'gcp:compute/targetHttpsProxy:TargetHttpsProxy': named('global/targetHttpsProxies'),
  'gcp:compute/uRLMap:URLMap': named('global/urlMaps'),
  'gcp:dns/managedZone:ManagedZone': nothing,
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

/** What stands for a value that Pulumi does not know yet. */
export const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

/** In a preview: what is not known yet within an input of its own. */
export const PLANNED: Readonly<Record<string, Computed>> = {
  'gcp:cloudfunctionsv2/function:Function': ({ serviceConfig }) => ({
    serviceConfig: { ...(serviceConfig as Inputs), uri: UNKNOWN },
  }),
};

/** Every function of the provider that the program may call. */
export const CALLS: Readonly<Record<string, (inputs: Inputs) => Record<string, unknown>>> = {
  'gcp:organizations/getProject:getProject': ({ projectId }) => ({ projectId, number: PROJECT_NUMBER }),
};

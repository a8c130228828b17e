import { describe, expect, it } from 'vitest';
import { SCENARIOS, scenario } from '../../../../infra/gcp/cost/document.ts';
import { SIGNING_KEYS, SIZES } from '../examples.ts';
import { evaluate } from '../mocks.ts';

/** What each type that the program declares is billed as, by the product of a line; null where it costs nothing. */
const BILLED_AS: Readonly<Record<string, string | null>> = {
  'artifactregistry/repository:Repository': 'Artifact Registry',
  'artifactregistry/repositoryIamMember:RepositoryIamMember': null,
  'bigquery/dataset:Dataset': 'BigQuery',
  'bigquery/datasetIamMember:DatasetIamMember': null,
  'bigquery/table:Table': 'BigQuery',
  'bigtable/appProfile:AppProfile': null,
  'bigtable/gCPolicy:GCPolicy': null,
  'bigtable/instance:Instance': 'Bigtable',
  'bigtable/table:Table': 'Bigtable',
  'bigtable/tableIamMember:TableIamMember': null,
  'billing/budget:Budget': null,
  // Up to a hundred certificates cost nothing.
  'certificatemanager/certificate:Certificate': null,
  'certificatemanager/certificateMap:CertificateMap': null,
  'certificatemanager/certificateMapEntry:CertificateMapEntry': null,
  'certificatemanager/dnsAuthorization:DnsAuthorization': null,
  'cloudfunctionsv2/function:Function': 'Functions',
  'cloudrunv2/service:Service': 'Cloud Run',
  'cloudrunv2/serviceIamMember:ServiceIamMember': null,
  'cloudscheduler/job:Job': 'Cloud Scheduler',
  'compute/backendService:BackendService': 'Load balancer',
  // In use by a forwarding rule, an address costs nothing.
  'compute/globalAddress:GlobalAddress': null,
  'compute/globalForwardingRule:GlobalForwardingRule': 'Load balancer',
  'compute/regionNetworkEndpointGroup:RegionNetworkEndpointGroup': null,
  'compute/sSLPolicy:SSLPolicy': null,
  'compute/securityPolicy:SecurityPolicy': 'Cloud Armor',
  'compute/targetHttpProxy:TargetHttpProxy': null,
  'compute/targetHttpsProxy:TargetHttpsProxy': null,
  'compute/uRLMap:URLMap': null,
  // The zone is one that is there already.
  'dns/recordSet:RecordSet': null,
  'firestore/database:Database': 'Firestore',
  'firestore/field:Field': null,
  'logging/metric:Metric': 'Monitoring',
  'monitoring/alertPolicy:AlertPolicy': 'Monitoring',
  'monitoring/customService:CustomService': null,
  'monitoring/dashboard:Dashboard': null,
  'monitoring/notificationChannel:NotificationChannel': null,
  'monitoring/slo:Slo': null,
  'monitoring/uptimeCheckConfig:UptimeCheckConfig': 'Monitoring',
  'projects/iAMMember:IAMMember': null,
  'projects/service:Service': null,
  'projects/serviceIdentity:ServiceIdentity': null,
  'pubsub/schema:Schema': null,
  'pubsub/subscription:Subscription': 'Pub/Sub',
  'pubsub/subscriptionIAMMember:SubscriptionIAMMember': null,
  'pubsub/topic:Topic': 'Pub/Sub',
  'pubsub/topicIAMMember:TopicIAMMember': null,
  'secretmanager/secret:Secret': 'Secret Manager',
  'secretmanager/secretIamMember:SecretIamMember': null,
  'secretmanager/secretVersion:SecretVersion': 'Secret Manager',
  'serviceaccount/account:Account': null,
  'serviceaccount/iAMMember:IAMMember': null,
  'storage/bucket:Bucket': 'Cloud Storage',
  'storage/bucketIAMMember:BucketIAMMember': null,
  'storage/bucketObject:BucketObject': 'Cloud Storage',
  'workflows/workflow:Workflow': 'Workflows',
};

const SCENARIO_OF = Object.fromEntries(
  Object.entries(SCENARIOS).map(([name, { size }]) => [size, name as keyof typeof SCENARIOS]),
);

describe.each(SIZES)('the stack of size %s', (size) => {
  it('declares nothing that is billed and has no line', async () => {
    const { resources } = await evaluate({
      size,
      project: 'a-project',
      region: 'us-central1',
      publicApi: 'true',
      signingKeys: SIGNING_KEYS,
      alertEmails: '["oncall@example.com"]',
      ...(size === 'internet' && { domain: '{"name":"music.example.com","dnsZone":"example-com"}' }),
    });
    const name = SCENARIO_OF[size];
    if (name === undefined) throw new Error(`docs/cost.md has no scenario of size ${size}.`);
    const products = new Set(scenario(name).lines.map(({ product }) => product));
    const types = [...new Set(resources.map(({ type }) => type.replace('gcp:', '')))].sort();
    expect(types.length).toBeGreaterThan(20);
    expect(types.filter((type) => BILLED_AS[type] === undefined)).toEqual([]);
    const missing = types.filter((type) => {
      const product = BILLED_AS[type];
      return product !== null && product !== undefined && !products.has(product);
    });
    expect(missing).toEqual([]);
  });
});

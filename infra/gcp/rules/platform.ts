/** Rules of what everything stands on: APIs, labels, a runtime that Google supports, closed buckets. */
import { ENTRY_POINTS } from '../../../shared/schema/cloud.ts';
import { apiOf } from '../apis.ts';
import { RUNTIME, serviceName } from '../deployment.ts';
import { at, type Declared, ofType, type Rule, textAt, titleOf } from './declared.ts';
import { isToldOfModel } from './needs.ts';

/** What running a resource takes beyond the API that declares it. */
const AT_RUN_TIME: Readonly<Record<string, readonly string[]>> = {
  'gcp:bigtable/instance:Instance': ['bigtable'],
  'gcp:bigquery/dataset:Dataset': ['bigquerystorage'],
  'gcp:cloudfunctionsv2/function:Function': [
    'artifactregistry',
    'cloudbuild',
    'logging',
    'monitoring',
    'run',
    'storage',
  ],
  'gcp:cloudscheduler/job:Job': ['workflowexecutions'],
  'gcp:pubsub/subscription:Subscription': ['iamcredentials'],
};

/** Kinds that take labels, and the input that holds them. */
export const LABELLED: Readonly<Record<string, string>> = {
  'gcp:artifactregistry/repository:Repository': 'labels',
  'gcp:bigquery/dataset:Dataset': 'labels',
  'gcp:bigquery/table:Table': 'labels',
  'gcp:bigtable/instance:Instance': 'labels',
  'gcp:cloudfunctionsv2/function:Function': 'labels',
  'gcp:cloudrunv2/service:Service': 'labels',
  'gcp:pubsub/subscription:Subscription': 'labels',
  'gcp:pubsub/topic:Topic': 'labels',
  'gcp:secretmanager/secret:Secret': 'labels',
  'gcp:storage/bucket:Bucket': 'labels',
  'gcp:compute/globalAddress:GlobalAddress': 'labels',
  'gcp:compute/globalForwardingRule:GlobalForwardingRule': 'labels',
  'gcp:compute/securityPolicy:SecurityPolicy': 'labels',
  'gcp:monitoring/alertPolicy:AlertPolicy': 'userLabels',
  'gcp:monitoring/customService:CustomService': 'userLabels',
  'gcp:monitoring/notificationChannel:NotificationChannel': 'userLabels',
  'gcp:monitoring/slo:Slo': 'userLabels',
  'gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig': 'userLabels',
  'gcp:certificatemanager/certificate:Certificate': 'labels',
  'gcp:certificatemanager/certificateMap:CertificateMap': 'labels',
  'gcp:certificatemanager/certificateMapEntry:CertificateMapEntry': 'labels',
  'gcp:certificatemanager/dnsAuthorization:DnsAuthorization': 'labels',
  'gcp:dns/managedZone:ManagedZone': 'labels',
  'gcp:workflows/workflow:Workflow': 'labels',
};

/** A load by Google's template runs on machines of Compute Engine. */
function byTemplate(resource: Declared): readonly string[] {
  return textAt(resource, 'serviceConfig.environmentVariables.SEGUE_LOAD') === 'dataflow'
    ? ['compute', 'dataflow']
    : [];
}

/** A model of Google's is asked. */
function byModel(resource: Declared): readonly string[] {
  return isToldOfModel(resource) ? ['aiplatform'] : [];
}

/** A secret of the project that somebody else made. */
function bySecret(resource: Declared): readonly string[] {
  const secrets = at(resource, 'serviceConfig.secretEnvironmentVariables');
  return Array.isArray(secrets) && secrets.length > 0 ? ['secretmanager'] : [];
}

const enabledApis: Rule = {
  name: 'enabled-apis',
  description: 'Every API that something needs is enabled, and destroying the stack disables none.',
  check(resources) {
    const services = ofType(resources, 'projects/service:Service');
    const enabled = new Set(services.map((service) => textAt(service, 'service')));
    const needed = new Map<string, Declared>();
    for (const resource of resources) {
      const api = apiOf(resource.type);
      const all = [
        ...(api === undefined ? [] : [api]),
        ...[
          ...(AT_RUN_TIME[resource.type] ?? []),
          ...byTemplate(resource),
          ...byModel(resource),
          ...bySecret(resource),
        ].map((name) => `${name}.googleapis.com`),
      ];
      for (const name of all) if (!needed.has(name)) needed.set(name, resource);
    }
    return [
      ...[...needed]
        .filter(([name]) => !enabled.has(name))
        .map(([name, resource]) => `${titleOf(resource)} needs ${name}, which is not enabled.`),
      ...services
        .filter((service) => service.inputs.disableOnDestroy !== false)
        .map((service) => `${titleOf(service)} is disabled with the stack, also for others in the project.`),
    ];
  },
};

const labelled: Rule = {
  name: 'labelled',
  description: 'Whatever takes labels says that it is Segue’s, and of which size.',
  check: (resources) =>
    resources.flatMap((resource) => {
      const input = LABELLED[resource.type];
      if (input === undefined) return [];
      return ['app', 'size']
        .filter((key) => textAt(resource, `${input}.${key}`) === '')
        .map((key) => `${titleOf(resource)} lacks the label ${key}.`);
    }),
};

const deployedFunctions: Rule = {
  name: 'deployed-functions',
  description: 'Every function of the code is deployed, by the name under which it registers.',
  check: (resources) =>
    Object.entries(ENTRY_POINTS).flatMap(([name, entryPoint]) => {
      const isHosted = ofType(resources, 'cloudrunv2/service:Service').some(
        (service) => textAt(service, 'name') === serviceName(name as keyof typeof ENTRY_POINTS),
      );
      const deployed = ofType(resources, 'cloudfunctionsv2/function:Function').find(
        (one) => textAt(one, 'name') === serviceName(name as keyof typeof ENTRY_POINTS),
      );
      if (isHosted) return [];
      if (deployed === undefined) return [`There is no function ${name}.`];
      return textAt(deployed, 'buildConfig.entryPoint') === entryPoint
        ? []
        : [`${titleOf(deployed)} starts ${textAt(deployed, 'buildConfig.entryPoint') || 'nothing'}.`];
    }),
};

const supportedRuntime: Rule = {
  name: 'supported-runtime',
  description: `Functions run on ${RUNTIME}.`,
  check: (resources) =>
    ofType(resources, 'cloudfunctionsv2/function:Function')
      .filter((resource) => textAt(resource, 'buildConfig.runtime') !== RUNTIME)
      .map(
        (resource) => `${titleOf(resource)} runs on ${textAt(resource, 'buildConfig.runtime') || 'nothing'}.`,
      ),
};

const closedBuckets: Rule = {
  name: 'closed-buckets',
  description: 'No bucket can be made public, by an object or as a whole.',
  check: (resources) =>
    ofType(resources, 'storage/bucket:Bucket')
      .filter(
        (bucket) =>
          textAt(bucket, 'publicAccessPrevention') !== 'enforced' ||
          bucket.inputs.uniformBucketLevelAccess !== true,
      )
      .map((bucket) => `${titleOf(bucket)} could be made public.`),
};

export const PLATFORM_RULES: readonly Rule[] = [
  enabledApis,
  labelled,
  deployedFunctions,
  supportedRuntime,
  closedBuckets,
];

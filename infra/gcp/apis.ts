/** The APIs that the stack needs, and which of them each resource waits for. */
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import type { SegueConfig } from './config.ts';

/** What a resource of a module of the provider needs, as `gcp:<module>/…`. */
const API_OF_MODULE: Readonly<Record<string, string>> = {
  artifactregistry: 'artifactregistry',
  bigquery: 'bigquery',
  bigtable: 'bigtableadmin',
  billing: 'billingbudgets',
  certificatemanager: 'certificatemanager',
  cloudfunctionsv2: 'cloudfunctions',
  cloudrunv2: 'run',
  cloudscheduler: 'cloudscheduler',
  compute: 'compute',
  dataflow: 'dataflow',
  dns: 'dns',
  firestore: 'firestore',
  logging: 'logging',
  monitoring: 'monitoring',
  organizations: 'cloudresourcemanager',
  projects: 'cloudresourcemanager',
  pubsub: 'pubsub',
  secretmanager: 'secretmanager',
  serviceaccount: 'iam',
  storage: 'storage',
  workflows: 'workflows',
};

/** What runs, besides what is declared, needs these too. */
const ALWAYS = [
  'artifactregistry',
  'bigquery',
  'bigquerystorage',
  'bigtable',
  'bigtableadmin',
  'cloudbuild',
  'cloudfunctions',
  'cloudresourcemanager',
  'cloudscheduler',
  'firestore',
  'iam',
  'iamcredentials',
  'logging',
  'monitoring',
  'pubsub',
  'run',
  'storage',
  'workflowexecutions',
  'workflows',
] as const;

/** Names of the APIs for a configuration, as `pubsub.googleapis.com`, sorted. */
export function apisFor(config: SegueConfig): string[] {
  const names = new Set<string>(ALWAYS);
  if (config.load === 'dataflow') for (const name of ['compute', 'dataflow']) names.add(name);
  if (config.domain !== undefined) for (const name of ['certificatemanager', 'compute']) names.add(name);
  if (config.domain?.dnsZone !== undefined) names.add('dns');
  if (config.privateNetwork !== undefined) for (const name of ['compute', 'dns']) names.add(name);
  if (config.signingKeys !== undefined) names.add('secretmanager');
  if (config.gemini !== undefined) names.add('aiplatform');
  if (config.budget !== undefined) names.add('billingbudgets');
  return [...names].sort().map((name) => `${name}.googleapis.com`);
}

/**
 * The API without which a resource of this type cannot be created; undefined for what is none of Google's. Throws
 * for a module of the provider that is not listed above.
 */
export function apiOf(type: string): string | undefined {
  const module = /^gcp:([^/:]+)\//.exec(type)?.[1];
  if (module === undefined || type === 'gcp:projects/service:Service') return undefined;
  const api = API_OF_MODULE[module];
  if (api === undefined) throw new Error(`infra/gcp/apis.ts does not say which API ${type} needs.`);
  return `${api}.googleapis.com`;
}

export class Apis extends pulumi.ComponentResource {
  readonly services: ReadonlyMap<string, gcp.projects.Service>;

  constructor(name: string, config: SegueConfig, opts?: pulumi.ComponentResourceOptions) {
    super('segue:gcp:Apis', name, {}, opts);
    const { project } = config;
    this.services = new Map(
      apisFor(config).map((service) => [
        service,
        // Others in the project may use it as well: destroying the stack turns nothing off.
        new gcp.projects.Service(
          service,
          { project, service, disableOnDestroy: false },
          { parent: this, retainOnDelete: true },
        ),
      ]),
    );
    this.registerOutputs();
  }
}

/**
 * Makes every resource below the one that has this transformation wait for the API it needs. Throws where that API
 * is not among the services.
 */
export function waitingForApis(
  services: ReadonlyMap<string, gcp.projects.Service>,
): pulumi.ResourceTransformation {
  return ({ type, name, props, opts }) => {
    const api = apiOf(type);
    if (api === undefined) return undefined;
    const service = services.get(api);
    if (service === undefined) throw new Error(`${name} (${type}) needs ${api}, which is not enabled.`);
    return { props, opts: pulumi.mergeOptions(opts, { dependsOn: [service] }) };
  };
}

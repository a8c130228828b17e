/** The functions: their sources by content, their sizes, what they are told, and who may call them. */
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import { ENTRY_POINTS } from '../../shared/schema/cloud.ts';
import type { Accounts } from './accounts.ts';
import type { Bundles } from './bundles.ts';
import { hostOnCloudRun } from './cloud-run-host.ts';
import type { SegueConfig } from './config.ts';
import {
  type Deployment,
  type Endpoint,
  type Ingress,
  ingressOf,
  RUNTIME,
  serviceName,
} from './deployment.ts';
import { environmentOf } from './environment.ts';
import type { Secrets } from './secrets.ts';
import { DOOR_NAMES, type FunctionName } from './sizes.ts';
import type { Storage } from './storage.ts';

export interface FunctionsArgs {
  readonly config: SegueConfig;
  readonly bundles: Bundles;
  readonly accounts: Accounts;
  readonly storage: Storage;
  readonly secrets: Secrets;
  readonly pushAudience: pulumi.Input<string>;
  /** What has to be granted before anything is built or started. */
  readonly grants: pulumi.Resource;
  /** Columns come before the code that fills them: what a table does not know goes to the dead letters. */
  readonly tables: pulumi.Resource;
}

export class Functions extends pulumi.ComponentResource {
  readonly endpoints: Readonly<Record<FunctionName, Endpoint>>;

  constructor(name: string, args: FunctionsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('segue:gcp:Functions', name, {}, opts);
    const { config, accounts } = args;
    this.endpoints = {
      ingest: this.#deploy('ingest', args),
      'update-signals': this.#deploy('update-signals', args),
      rebuild: this.#deploy('rebuild', args),
      serve: this.#deploy('serve', args),
      sessions: this.#deploy('sessions', args),
      agent: this.#deploy('agent', args),
    };
    const callers = config.publicApi ? ['allUsers'] : config.callers;
    for (const door of DOOR_NAMES)
      callers.forEach((member, i) => void this.#allow(`${door}-caller-${i}`, door, member, config));
    this.#allow('update-signals-push', 'update-signals', accounts.of.invoker.member, config);
    this.#allow('rebuild-workflow', 'rebuild', accounts.of.workflow.member, config);
    this.registerOutputs();
  }

  #deploy(name: FunctionName, args: FunctionsArgs): Endpoint {
    const { config, bundles, storage } = args;
    const deployment: Deployment = {
      name,
      source: new gcp.storage.BucketObject(
        `${name}-source`,
        {
          bucket: storage.source.name,
          // New code is a new name, and so a new deployment; the same code is neither.
          name: `${name}-${bundles[name].sha256}.zip`,
          source: new pulumi.asset.FileAsset(bundles[name].zip),
          contentType: 'application/zip',
        },
        { parent: this },
      ),
      environment: environmentOf(name, args),
      ingress: ingressOf(name, config),
    };
    return name === 'serve' && config.serveHost === 'cloud-run'
      ? hostOnCloudRun(deployment, args, { parent: this, dependsOn: [args.grants, args.tables] })
      : this.#host(deployment, args);
  }

  #host({ name, source, environment, ingress }: Deployment, args: FunctionsArgs): Endpoint {
    const { config, accounts, storage } = args;
    const { project, region, labels, privateNetwork } = config;
    const size = config.functions[name];
    const deployed = new gcp.cloudfunctionsv2.Function(
      name,
      {
        project,
        location: region,
        name: serviceName(name),
        buildConfig: {
          runtime: RUNTIME,
          entryPoint: ENTRY_POINTS[name],
          source: { storageSource: { bucket: storage.source.name, object: source.name } },
          serviceAccount: accounts.of.build.id,
          dockerRepository: pulumi.interpolate`projects/${project}/locations/${region}/repositories/${storage.images.repositoryId}`,
        },
        serviceConfig: {
          serviceAccountEmail: accounts.of[name].email,
          availableMemory: size.memory,
          availableCpu: size.cpu,
          maxInstanceRequestConcurrency: size.concurrency,
          minInstanceCount: size.minInstances,
          maxInstanceCount: size.maxInstances,
          timeoutSeconds: size.timeoutSeconds,
          environmentVariables: environment.plain,
          secretEnvironmentVariables: environment.secret.map(({ key, secretId, version }) => ({
            key,
            projectId: project,
            secret: secretId,
            version,
          })),
          ingressSettings: INGRESS[ingress],
          allTrafficOnLatestRevision: true,
          ...(privateNetwork !== undefined && {
            directVpcNetworkInterfaces: [{ ...privateNetwork }],
            directVpcEgress: 'VPC_EGRESS_ALL_TRAFFIC',
          }),
        },
        labels,
      },
      { parent: this, dependsOn: [args.grants, args.tables] },
    );
    const url = deployed.serviceConfig.apply((service) => {
      if (!service?.uri) throw new Error(`The function ${name} was deployed and has no address.`);
      return service.uri;
    });
    return { name: deployed.name, url };
  }

  #allow(id: string, name: FunctionName, member: pulumi.Input<string>, { project, region }: SegueConfig) {
    return new gcp.cloudrunv2.ServiceIamMember(
      id,
      { project, location: region, name: this.endpoints[name].name, role: 'roles/run.invoker', member },
      { parent: this },
    );
  }
}

const INGRESS: Readonly<Record<Ingress, string>> = {
  all: 'ALLOW_ALL',
  internal: 'ALLOW_INTERNAL_ONLY',
  'internal-and-balancer': 'ALLOW_INTERNAL_AND_GCLB',
};

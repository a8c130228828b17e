/** The whole stack, top down: what there is, who may use it, what runs, and who calls whom. */
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import { Accounts } from './accounts.ts';
import { Apis, waitingForApis } from './apis.ts';
import type { Bundles } from './bundles.ts';
import type { SegueConfig } from './config.ts';
import { serviceName } from './deployment.ts';
import { Documents } from './documents.ts';
import { Edge } from './edge.ts';
import { Functions } from './functions.ts';
import { Monitoring } from './monitoring.ts';
import { Network } from './network.ts';
import { Nightly } from './nightly.ts';
import { type Outputs, outputsOf } from './outputs.ts';
import { Permissions } from './permissions.ts';
import { Rows } from './rows.ts';
import { Secrets } from './secrets.ts';
import { Storage } from './storage.ts';
import { Subscriptions } from './subscriptions.ts';
import { Topics } from './topics.ts';
import { Warehouse } from './warehouse.ts';

export interface ProgramArgs {
  readonly config: SegueConfig;
  readonly bundles: Bundles;
  /** The Protocol Buffers definition of a message of `listens`. */
  readonly listensProto: string;
  /** The setting signingKeys, encrypted; undefined where it is not set. */
  readonly signingKeys?: pulumi.Input<string> | undefined;
}

export class Segue extends pulumi.ComponentResource {
  readonly outputs: Outputs;

  constructor(name: string, { config, bundles, listensProto, signingKeys }: ProgramArgs) {
    super('segue:gcp:Segue', name);
    const { project, region } = config;
    const { services } = new Apis('apis', config, { parent: this });
    const opts: pulumi.ComponentResourceOptions = {
      parent: this,
      transformations: [waitingForApis(services)],
    };

    const accounts = new Accounts('accounts', config, opts);
    const storage = new Storage('storage', config, opts);
    const secrets = new Secrets('secrets', { config, signingKeys }, opts);
    const rows = new Rows('rows', config, opts);
    const warehouse = new Warehouse('warehouse', config, opts);
    const topics = new Topics('topics', { config, listensProto }, opts);
    new Documents('documents', config, opts);

    const grants = new Permissions(
      'permissions',
      { config, accounts, storage, warehouse, rows, topics, secrets },
      opts,
    );

    const { domain, privateNetwork } = config;
    if (privateNetwork !== undefined) new Network('network', { config, privateNetwork }, opts);

    const { number } = gcp.organizations.getProjectOutput({ projectId: project }, { parent: this });
    const pubsub = new gcp.projects.ServiceIdentity(
      'pubsub-agent',
      { project, service: 'pubsub.googleapis.com' },
      opts,
    );
    // Known before it is there, but waited for.
    const agent = pulumi
      .all([number, pubsub.service])
      .apply(([of]) => `serviceAccount:service-${of}@gcp-sa-pubsub.iam.gserviceaccount.com`);
    // A function's address is known before there is one, so that it can be told its own audience.
    const pushAudience = pulumi.interpolate`https://${serviceName('update-signals')}-${number}.${region}.run.app`;
    const { endpoints } = new Functions(
      'functions',
      { config, bundles, accounts, storage, secrets, pushAudience, grants, tables: warehouse },
      opts,
    );
    new Subscriptions(
      'subscriptions',
      {
        config,
        accounts,
        topics,
        warehouse,
        agent,
        push: { url: endpoints['update-signals'].url, audience: pushAudience },
      },
      opts,
    );
    new Nightly(
      'nightly-build',
      { config, accounts, rebuild: endpoints.rebuild, staging: storage.staging.name, grants },
      opts,
    );
    const edge = domain && new Edge('edge', { config, domain, doors: endpoints }, opts);
    new Monitoring('monitoring', { config, doors: endpoints }, opts);
    this.outputs = outputsOf(config, endpoints, edge?.address);
    this.registerOutputs({ ...this.outputs });
  }
}

/** The night: Scheduler starts a workflow, which has rebuild do its stages, audit, load and publish. */
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import { STAGES } from '../../shared/sql/stages.ts';
import type { Accounts } from './accounts.ts';
import type { SegueConfig } from './config.ts';
import type { Endpoint } from './deployment.ts';
import { REBUILD_URL, workflowSource } from './workflow-source.ts';
import { type TemplateOptions, WORKERS } from './workflow-template.ts';

export const WORKFLOW = 'segue-nightly';
/** Seconds for which one loading job may run; the promise of a build by the morning is broken long before. */
const LOAD_DEADLINE = 4 * 3600;

export interface NightlyArgs {
  readonly config: SegueConfig;
  readonly accounts: Accounts;
  readonly rebuild: Endpoint;
  /** Bucket for the temporary files of templates, by name. */
  readonly staging: pulumi.Input<string>;
  /** What has to be granted before anything is started. */
  readonly grants: pulumi.Resource;
}

export class Nightly extends pulumi.ComponentResource {
  readonly workflow: gcp.workflows.Workflow;

  constructor(name: string, args: NightlyArgs, opts?: pulumi.ComponentResourceOptions) {
    super('segue:gcp:Nightly', name, {}, opts);
    const { config, accounts } = args;
    const { project, region, labels } = config;
    this.workflow = new gcp.workflows.Workflow(
      'nightly',
      {
        project,
        region,
        name: WORKFLOW,
        description: 'Stages, audit, load and publication of the nightly build',
        serviceAccount: accounts.of.workflow.id,
        sourceContents: pulumi.output(args.staging).apply((bucket) => sourceFor(config, bucket)),
        userEnvVars: {
          [REBUILD_URL]: args.rebuild.url,
          ...(config.load === 'dataflow' && { [WORKERS]: accounts.of.dataflow.email }),
        },
        callLogLevel: 'LOG_ERRORS_ONLY',
        // It holds nothing: every run reads from rebuild how far it is.
        deletionProtection: false,
        labels,
      },
      { parent: this, dependsOn: [args.grants] },
    );
    new gcp.cloudscheduler.Job(
      'nightly-start',
      {
        project,
        region,
        name: WORKFLOW,
        description: 'Starts the nightly build',
        schedule: `0 ${config.schedule.hour} * * *`,
        timeZone: config.schedule.timeZone,
        attemptDeadline: '60s',
        // Started twice, two runs share one build and one job a table.
        retryConfig: {
          retryCount: 5,
          minBackoffDuration: '30s',
          maxBackoffDuration: '600s',
          maxDoublings: 4,
        },
        httpTarget: {
          httpMethod: 'POST',
          uri: pulumi.interpolate`https://workflowexecutions.googleapis.com/v1/projects/${project}/locations/${region}/workflows/${this.workflow.name}/executions`,
          headers: { 'Content-Type': 'application/json' },
          body: Buffer.from('{}').toString('base64'),
          oauthToken: {
            serviceAccountEmail: accounts.of.invoker.email,
            scope: 'https://www.googleapis.com/auth/cloud-platform',
          },
        },
      },
      { parent: this, dependsOn: [args.grants] },
    );
    this.registerOutputs();
  }
}

function sourceFor(config: SegueConfig, bucket: string): string {
  const template: TemplateOptions = {
    project: config.project,
    region: config.region,
    temporary: `gs://${bucket}/dataflow`,
    // A worker of four cores writes about what a node of Bigtable takes; more would only wait for it.
    maxWorkers: Math.min(1000, Math.max(2, config.bigtable.maxNodes)),
    deadline: LOAD_DEADLINE,
    labels: config.labels,
    subnetwork: subnetworkOf(config),
  };
  return workflowSource({ stages: STAGES, load: config.load, template });
}

/** Dataflow takes a subnetwork by its region or its address, where functions take the name alone. */
function subnetworkOf({ privateNetwork, region }: SegueConfig): string | undefined {
  if (privateNetwork === undefined) return undefined;
  const { subnetwork } = privateNetwork;
  if (subnetwork.startsWith('https://')) return subnetwork;
  return subnetwork.includes('/')
    ? `https://www.googleapis.com/compute/v1/${subnetwork.replace(/^\//, '')}`
    : `regions/${region}/subnetworks/${subnetwork}`;
}

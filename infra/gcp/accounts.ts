/** Who acts: one account a function, and those that call, build, orchestrate and load. What each may is in grants.ts. */
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import type { SegueConfig } from './config.ts';
import type { FunctionName } from './sizes.ts';

export type AccountName = FunctionName | 'invoker' | 'build' | 'workflow' | 'dataflow' | 'backfill';

const PURPOSES: Readonly<Record<AccountName, string>> = {
  ingest: 'Runs ingest: takes events in',
  'update-signals': 'Runs update-signals: writes live events into listeners’ rows',
  rebuild: 'Runs rebuild: stages, audit, load and publish',
  serve: 'Runs serve: answers apps and listeners',
  sessions: 'Runs sessions: plays on turn by turn, and what listeners share',
  agent: 'Runs agent: answers models’ tools',
  invoker: 'Pub/Sub pushes and Scheduler starts the nightly workflow as this account',
  build: 'Builds the functions’ images',
  workflow: 'Runs the nightly workflow: calls rebuild, launches the loading template',
  dataflow: 'Workers of the loading template',
  backfill: 'Whoever brings history in does it as this account',
};

/**
 * An account by its names. They are put together from what is put in, so that a preview knows them too, and policies can
 * judge who may do what before anything is there.
 */
export interface Identity {
  /** As `projects/p/serviceAccounts/segue-serve@p.iam.gserviceaccount.com`. */
  readonly id: pulumi.Output<string>;
  readonly email: pulumi.Output<string>;
  /** As IAM names it: `serviceAccount:…`. */
  readonly member: pulumi.Output<string>;
}

export class Accounts extends pulumi.ComponentResource {
  readonly of: Readonly<Record<AccountName, Identity>>;

  constructor(name: string, { project }: SegueConfig, opts?: pulumi.ComponentResourceOptions) {
    super('segue:gcp:Accounts', name, {}, opts);
    const account = (id: AccountName): Identity => {
      const { accountId } = new gcp.serviceaccount.Account(
        id,
        { project, accountId: `segue-${id}`, displayName: `Segue ${id}`, description: PURPOSES[id] },
        { parent: this },
      );
      const email = pulumi.interpolate`${accountId}@${project}.iam.gserviceaccount.com`;
      return {
        id: pulumi.interpolate`projects/${project}/serviceAccounts/${email}`,
        email,
        member: pulumi.interpolate`serviceAccount:${email}`,
      };
    };
    this.of = {
      ingest: account('ingest'),
      'update-signals': account('update-signals'),
      rebuild: account('rebuild'),
      serve: account('serve'),
      sessions: account('sessions'),
      agent: account('agent'),
      invoker: account('invoker'),
      build: account('build'),
      workflow: account('workflow'),
      dataflow: account('dataflow'),
      backfill: account('backfill'),
    };
    this.registerOutputs();
  }
}

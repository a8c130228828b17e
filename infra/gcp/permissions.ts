/** Makes the table of grants true, each on the resource it names. */
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import type { Accounts } from './accounts.ts';
import type { SegueConfig } from './config.ts';
import { type Grant, grantsFor, type Place } from './grants.ts';
import type { Rows } from './rows.ts';
import type { Secrets } from './secrets.ts';
import type { Storage } from './storage.ts';
import type { Topics } from './topics.ts';
import type { Warehouse } from './warehouse.ts';

export interface PermissionsArgs {
  readonly config: SegueConfig;
  readonly accounts: Accounts;
  readonly storage: Storage;
  readonly warehouse: Warehouse;
  readonly rows: Rows;
  readonly topics: Topics;
  readonly secrets: Secrets;
}

export class Permissions extends pulumi.ComponentResource {
  constructor(name: string, args: PermissionsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('segue:gcp:Permissions', name, {}, opts);
    for (const grant of grantsFor(args.config)) this.#make(grant, args);
    this.registerOutputs();
  }

  #make({ to, role, on }: Grant, args: PermissionsArgs): void {
    const { config, accounts, storage, warehouse, rows, topics, secrets } = args;
    const { project, region } = config;
    const who = { role, member: accounts.of[to].member };
    const name = `${to}-${role.slice(role.lastIndexOf('.') + 1)}-on-${placeName(on)}`;
    const opts = { parent: this };
    switch (on.kind) {
      case 'project': {
        const { condition } = on;
        new gcp.projects.IAMMember(name, { project, ...who, ...(condition && { condition }) }, opts);
        return;
      }
      case 'topic': {
        const topic = found(topics.topics.get(on.topic), on);
        new gcp.pubsub.TopicIAMMember(name, { project, topic: topic.name, ...who }, opts);
        return;
      }
      case 'dead-topic': {
        const topic = found(topics.deadTopics.get(on.subscription), on);
        new gcp.pubsub.TopicIAMMember(name, { project, topic: topic.name, ...who }, opts);
        return;
      }
      case 'table': {
        const table = found(rows.tables.get(on.table), on).name;
        new gcp.bigtable.TableIamMember(
          name,
          { project, instanceName: rows.instance.name, table, ...who },
          opts,
        );
        return;
      }
      case 'dataset': {
        const { datasetId } = on.dataset === 'warehouse' ? warehouse.dataset : warehouse.builds;
        new gcp.bigquery.DatasetIamMember(name, { project, datasetId, ...who }, opts);
        return;
      }
      case 'bucket':
        new gcp.storage.BucketIAMMember(name, { bucket: storage[on.bucket].name, ...who }, opts);
        return;
      case 'images': {
        const repository = storage.images.repositoryId;
        new gcp.artifactregistry.RepositoryIamMember(
          name,
          { project, location: region, repository, ...who },
          opts,
        );
        return;
      }
      case 'signing-keys': {
        const { secretId } = found(secrets.signingKeys, on);
        new gcp.secretmanager.SecretIamMember(name, { project, secretId, ...who }, opts);
        return;
      }
      case 'account':
        new gcp.serviceaccount.IAMMember(
          name,
          { serviceAccountId: accounts.of[on.account].id, ...who },
          opts,
        );
    }
  }
}

function found<T>(resource: T | undefined, on: Place): T {
  if (resource === undefined) throw new Error(`There is no ${placeName(on)} to grant anything on.`);
  return resource;
}

function placeName(on: Place): string {
  switch (on.kind) {
    case 'project':
      return on.condition === undefined
        ? 'project'
        : `project-${on.condition.title.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`;
    case 'topic':
      return `topic-${on.topic}`;
    case 'dead-topic':
      return `dead-topic-${on.subscription}`;
    case 'table':
      return `table-${on.table}`;
    case 'dataset':
      return `dataset-${on.dataset}`;
    case 'bucket':
      return `bucket-${on.bucket}`;
    case 'account':
      return `account-${on.account}`;
    case 'images':
    case 'signing-keys':
      return on.kind;
  }
}

/** Pub/Sub: who gets what is published, and what Pub/Sub itself needs to deliver it. */
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import { deadLetterName, WAREHOUSE_DATASET } from '../../shared/schema/cloud.ts';
import type { TableName } from '../../shared/schema/tables.ts';
import { SUBSCRIPTIONS, type SubscriptionName, TOPICS, type Topic } from '../../shared/schema/topics.ts';
import type { Accounts } from './accounts.ts';
import type { SegueConfig } from './config.ts';
import type { Topics } from './topics.ts';
import type { Warehouse } from './warehouse.ts';

/** Which table a subscription fills. */
const SINKS: Readonly<Record<Exclude<SubscriptionName, 'update-signals'>, TableName>> = {
  'listens-to-warehouse': 'listens',
  'catalogue-to-warehouse': 'catalogue',
  'controls-to-warehouse': 'controls',
  'impressions-to-warehouse': 'impressions',
};

const RETENTION = '604800s';
/** 10, 20, 40 … 600 s apart. */
const RETRY = { minimumBackoff: '10s', maximumBackoff: '600s' };
/**
 * What can never be read, update-signals gives up by itself, at once; attempts only count how long it was away from
 * Bigtable, and a hundred are the better part of a day. BigQuery refuses what its table cannot hold, which twenty
 * attempts, some two hours, tell from an outage.
 */
const ATTEMPTS = { push: 100, warehouse: 20 };

export interface SubscriptionsArgs {
  readonly config: SegueConfig;
  readonly accounts: Accounts;
  readonly topics: Topics;
  readonly warehouse: Warehouse;
  /** Pub/Sub's service agent as an IAM member. */
  readonly agent: pulumi.Input<string>;
  /** Of update-signals: where to push, and the audience that its front door and its handler expect. */
  readonly push: { readonly url: pulumi.Input<string>; readonly audience: pulumi.Input<string> };
}

type Delivery = Pick<
  gcp.pubsub.SubscriptionArgs,
  'pushConfig' | 'bigqueryConfig' | 'enableMessageOrdering' | 'ackDeadlineSeconds'
>;

export class Subscriptions extends pulumi.ComponentResource {
  constructor(name: string, args: SubscriptionsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('segue:gcp:Subscriptions', name, {}, opts);
    const { config, accounts, push } = args;
    const { project } = config;
    // Pub/Sub signs what it pushes in the name of the invoker.
    const mayName = new gcp.serviceaccount.IAMMember(
      'agent-names-invoker',
      {
        serviceAccountId: accounts.of.invoker.id,
        role: 'roles/iam.serviceAccountOpenIdTokenCreator',
        member: args.agent,
      },
      { parent: this },
    );
    this.#subscribe(SUBSCRIPTIONS.updateSignals, args, [mayName], {
      pushConfig: {
        pushEndpoint: push.url,
        oidcToken: { serviceAccountEmail: accounts.of.invoker.email, audience: push.audience },
      },
      // Longer than the function may take, or a slow push would be sent twice at a time.
      ackDeadlineSeconds: Math.min(600, config.functions['update-signals'].timeoutSeconds + 30),
      enableMessageOrdering: true,
    });
    const mayWrite = new gcp.bigquery.DatasetIamMember(
      'agent-writes-warehouse',
      {
        project,
        datasetId: args.warehouse.dataset.datasetId,
        role: 'roles/bigquery.dataEditor',
        member: args.agent,
      },
      { parent: this },
    );
    for (const subscription of Object.values(SUBSCRIPTIONS)) {
      if (subscription.name === 'update-signals') continue;
      const tableName = SINKS[subscription.name];
      const table = args.warehouse.tables.get(tableName);
      if (table === undefined) throw new Error(`There is no table ${tableName} for ${subscription.name}.`);
      const isTyped = subscription.topic === TOPICS.listens;
      this.#subscribe(subscription, args, [mayWrite], {
        bigqueryConfig: {
          table: pulumi.interpolate`${project}.${WAREHOUSE_DATASET}.${table.tableId}`,
          useTopicSchema: isTyped,
          useTableSchema: !isTyped,
          // What the table cannot hold is a dead letter that somebody sees, not a column that silently stays empty.
          dropUnknownFields: false,
          writeMetadata: false,
        },
      });
    }
    this.registerOutputs();
  }

  #subscribe(
    { name, topic }: { readonly name: SubscriptionName; readonly topic: Topic },
    { config, topics, agent }: SubscriptionsArgs,
    dependsOn: readonly pulumi.Resource[],
    delivery: Delivery,
  ): void {
    const { project, labels } = config;
    const source = topics.topics.get(topic);
    const dead = topics.deadTopics.get(name);
    if (source === undefined || dead === undefined)
      throw new Error(`${name} lacks its topic or dead-letter topic.`);
    const publishes = new gcp.pubsub.TopicIAMMember(
      `agent-publishes-${deadLetterName(name)}`,
      { project, topic: dead.name, role: 'roles/pubsub.publisher', member: agent },
      { parent: this },
    );
    const subscription = new gcp.pubsub.Subscription(
      name,
      {
        project,
        name,
        topic: source.name,
        ...delivery,
        messageRetentionDuration: RETENTION,
        retryPolicy: RETRY,
        deadLetterPolicy: {
          deadLetterTopic: pulumi.interpolate`projects/${project}/topics/${dead.name}`,
          maxDeliveryAttempts: delivery.pushConfig === undefined ? ATTEMPTS.warehouse : ATTEMPTS.push,
        },
        expirationPolicy: { ttl: '' },
        labels,
      },
      { parent: this, dependsOn: [publishes, ...dependsOn] },
    );
    new gcp.pubsub.SubscriptionIAMMember(
      `agent-takes-from-${name}`,
      { project, subscription: subscription.name, role: 'roles/pubsub.subscriber', member: agent },
      { parent: this },
    );
  }
}

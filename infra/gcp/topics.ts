/** Pub/Sub: topics, the schema of listens, and for each subscription the topic and subscription of its dead letters. */
import { createHash } from 'node:crypto';
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import { deadLetterName } from '../../shared/schema/cloud.ts';
import { SUBSCRIPTIONS, type SubscriptionName, TOPICS, type Topic } from '../../shared/schema/topics.ts';
import type { SegueConfig } from './config.ts';

/** A topic keeps what was published, so that a subscription can be set back and a mistake replayed. */
const TOPIC_RETENTION = '604800s';
/** As long as Pub/Sub allows: 31 days to look at what died. */
const DEAD_LETTER_RETENTION = '2678400s';

export interface TopicsArgs {
  readonly config: SegueConfig;
  /** The Protocol Buffers definition of a message of `listens`. */
  readonly listensProto: string;
}

export class Topics extends pulumi.ComponentResource {
  readonly topics: ReadonlyMap<Topic, gcp.pubsub.Topic>;
  /** By the subscription whose dead letters they are. */
  readonly deadTopics: ReadonlyMap<SubscriptionName, gcp.pubsub.Topic>;
  readonly deadLetters: ReadonlyMap<SubscriptionName, gcp.pubsub.Subscription>;

  constructor(name: string, { config, listensProto }: TopicsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('segue:gcp:Topics', name, {}, opts);
    const { project, region, labels } = config;
    const schema = this.#schema(project, listensProto);
    const topic = (id: string, rest: Partial<gcp.pubsub.TopicArgs>) =>
      new gcp.pubsub.Topic(
        id,
        {
          project,
          name: id,
          messageStoragePolicy: { allowedPersistenceRegions: [region] },
          labels,
          ...rest,
        },
        { parent: this },
      );
    this.topics = new Map(
      Object.values(TOPICS).map((id) => [
        id,
        topic(id, {
          messageRetentionDuration: TOPIC_RETENTION,
          ...(id === TOPICS.listens && {
            schemaSettings: {
              schema: pulumi.interpolate`projects/${project}/schemas/${schema.name}`,
              encoding: 'JSON',
            },
          }),
        }),
      ]),
    );
    const names = Object.values(SUBSCRIPTIONS).map((subscription) => subscription.name);
    this.deadTopics = new Map(names.map((source) => [source, topic(deadLetterName(source), {})]));
    this.deadLetters = new Map(
      [...this.deadTopics].map(([source, deadTopic]) => [
        source,
        new gcp.pubsub.Subscription(
          deadLetterName(source),
          {
            project,
            name: deadLetterName(source),
            topic: deadTopic.name,
            messageRetentionDuration: DEAD_LETTER_RETENTION,
            ackDeadlineSeconds: 60,
            expirationPolicy: { ttl: '' },
            labels,
          },
          { parent: this },
        ),
      ]),
    );
    this.registerOutputs();
  }

  /** A schema cannot be changed: its name carries its content, so that a new one stands beside the old until the topic has moved. */
  #schema(project: string, definition: string): gcp.pubsub.Schema {
    const hash = createHash('sha256').update(definition).digest('hex').slice(0, 8);
    return new gcp.pubsub.Schema(
      'listens-schema',
      { project, name: `listens-${hash}`, type: 'PROTOCOL_BUFFER', definition },
      { parent: this },
    );
  }
}

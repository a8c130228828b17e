/** Topics and subscriptions on Pub/Sub's emulator, over its REST interface: made, pulled from, acknowledged. */
import { setTimeout as sleep } from 'node:timers/promises';
import { deadLetterName } from '../../shared/schema/cloud.ts';
import {
  MAX_DELIVERY_ATTEMPTS,
  SUBSCRIPTIONS,
  type SubscriptionName,
  TOPICS,
} from '../../shared/schema/topics.ts';

/** A message as pulled. */
export interface Pulled {
  readonly ackId: string;
  readonly data: string;
  readonly attempt: number | undefined;
  readonly orderingKey: string;
  readonly attributes: Readonly<Record<string, string>>;
}

interface PullAnswer {
  readonly receivedMessages?: readonly {
    readonly ackId: string;
    readonly deliveryAttempt?: number;
    readonly message: {
      readonly data?: string;
      readonly orderingKey?: string;
      readonly attributes?: Readonly<Record<string, string>>;
    };
  }[];
}

export interface PubsubResources {
  /**
   * Keeps the order by key, or lets messages die: the emulator fails at an ordered subscription's first dead letter.
   * `pushTo` makes it a push subscription.
   */
  subscribe(
    subscription: SubscriptionName,
    options?: { readonly keeps?: 'order' | 'dead letters'; readonly pushTo?: string },
  ): Promise<void>;
  /** What is there now, at most `most`; waits up to two seconds for something. Also of `<subscription>-dead`. */
  pull(subscription: string, most?: number): Promise<readonly Pulled[]>;
  acknowledge(subscription: string, messages: readonly Pulled[]): Promise<void>;
  /** Gives messages back at once. */
  refuse(subscription: string, messages: readonly Pulled[]): Promise<void>;
}

/** Makes every topic, and each subscription's dead letters with theirs, in a project of their own. */
export async function createTopics(address: string, project: string): Promise<PubsubResources> {
  const root = `http://${address}/v1/projects/${project}`;
  const topicPath = (topic: string) => `projects/${project}/topics/${topic}`;

  async function ask<T>(method: string, path: string, body: unknown): Promise<T> {
    const answer = await fetch(`${root}/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  for (const topic of Object.values(TOPICS)) await ask('PUT', `topics/${topic}`, {});
  for (const { name } of Object.values(SUBSCRIPTIONS)) {
    const dead = deadLetterName(name);
    await ask('PUT', `topics/${dead}`, {});
    await ask('PUT', `subscriptions/${dead}`, { topic: topicPath(dead) });
  }

  return {
    async subscribe(subscription, { keeps = 'order', pushTo } = {}) {
      const topic = Object.values(SUBSCRIPTIONS).find(({ name }) => name === subscription)?.topic ?? '';
      await ask('PUT', `subscriptions/${subscription}`, {
        topic: topicPath(topic),
        ackDeadlineSeconds: 10,
        ...(keeps === 'order'
          ? { enableMessageOrdering: true }
          : {
              deadLetterPolicy: {
                deadLetterTopic: topicPath(deadLetterName(subscription)),
                maxDeliveryAttempts: MAX_DELIVERY_ATTEMPTS,
              },
            }),
        ...(pushTo !== undefined && { pushConfig: { pushEndpoint: pushTo } }),
      });
    },

    async pull(subscription, most = 1_000) {
      const deadline = performance.now() + 2_000;
      for (;;) {
        const { receivedMessages = [] } = await ask<PullAnswer>(
          'POST',
          `subscriptions/${subscription}:pull`,
          {
            maxMessages: most,
            returnImmediately: true,
          },
        );
        if (receivedMessages.length > 0 || performance.now() > deadline)
          return receivedMessages.map(({ ackId, deliveryAttempt, message }) => ({
            ackId,
            data: Buffer.from(message.data ?? '', 'base64').toString(),
            attempt: deliveryAttempt,
            orderingKey: message.orderingKey ?? '',
            attributes: message.attributes ?? {},
          }));
        await sleep(20);
      }
    },

    async acknowledge(subscription, messages) {
      if (messages.length === 0) return;
      await ask('POST', `subscriptions/${subscription}:acknowledge`, {
        ackIds: messages.map(({ ackId }) => ackId),
      });
    },

    async refuse(subscription, messages) {
      await ask('POST', `subscriptions/${subscription}:modifyAckDeadline`, {
        ackIds: messages.map(({ ackId }) => ackId),
        ackDeadlineSeconds: 0,
      });
    },
  };
}

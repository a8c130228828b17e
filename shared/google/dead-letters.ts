/** Messages that can never be read, kept with the reason where Pub/Sub also puts what died of its attempts. */
import type { Message } from '../ports/topics.ts';
import { deadLetterName } from '../schema/cloud.ts';
import type { SubscriptionName } from '../schema/topics.ts';
import type { Publisher } from './pubsub-publisher.ts';

/** Pub/Sub takes 1,024 bytes in an attribute. */
const MOST_REASON_BYTES = 1_000;

/**
 * Returns what publishes a message to the dead letters of a subscription: its data as it came, and as attributes why it
 * died, under which id and key it lived, and the attributes that Pub/Sub itself gives those that died of attempts.
 */
export function createDeadLetters(publisher: Publisher, subscription: SubscriptionName) {
  return (message: Message, reason: string): Promise<void> =>
    publisher.publish(deadLetterName(subscription), [
      {
        orderingKey: '',
        // Pub/Sub refuses a message that is empty in every respect.
        data: message.data === '' ? ' ' : message.data,
        attributes: {
          reason: cut(reason),
          messageId: message.id,
          orderingKey: message.orderingKey,
          CloudPubSubDeadLetterSourceSubscription: subscription,
          CloudPubSubDeadLetterSourceDeliveryCount: String(message.attempt),
        },
      },
    ]);
}

function cut(text: string): string {
  let kept = text;
  while (Buffer.byteLength(kept) > MOST_REASON_BYTES) kept = kept.slice(0, Math.floor(kept.length * 0.9));
  return kept;
}

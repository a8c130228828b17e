/** Messages that can never be read, kept with the reason where Pub/Sub also puts what died of its attempts. */
import type { Message } from '../ports/topics.ts';
import { deadLetterName } from '../schema/cloud.ts';
import type { SubscriptionName } from '../schema/topics.ts';
import type { Publisher } from './pubsub-publisher.ts';

/** Pub/Sub takes 1,024 bytes in an attribute. */
const MOST_REASON_BYTES = 1_000;

/** A message, with the attributes it came with where there were any. */
export type Dying = Message & { readonly attributes?: Readonly<Record<string, string>> };

/**
 * Returns what publishes a message to the dead letters of a subscription: its data and attributes, and as attributes
 * beside them why it died, under which id and key it lived, and those that Pub/Sub itself gives what died of attempts.
 */
export function createDeadLetters(
  publisher: Pick<Publisher, 'publish'>,
  subscription: SubscriptionName,
): (message: Dying, reason: string) => Promise<void> {
  return (message, reason) =>
    publisher.publish(deadLetterName(subscription), [
      {
        // No order among the dead: a key would make all of a listener's wait for one that is looked at.
        orderingKey: '',
        // Pub/Sub refuses a message that is empty in every respect.
        data: message.data === '' ? ' ' : message.data,
        attributes: {
          ...message.attributes,
          reason: cut(reason),
          messageId: message.id,
          ...(message.orderingKey !== '' && { orderingKey: message.orderingKey }),
          CloudPubSubDeadLetterSourceSubscription: subscription,
          CloudPubSubDeadLetterSourceDeliveryCount: String(message.attempt),
        },
      },
    ]);
}

/** Whole characters only: half of one is no UTF-8, and a letter that cannot be published is not kept. */
function cut(text: string): string {
  let kept = text.toWellFormed();
  while (Buffer.byteLength(kept) > MOST_REASON_BYTES)
    kept = kept.slice(0, Math.floor(kept.length * 0.9)).toWellFormed();
  return kept === '' ? 'no reason given' : kept;
}

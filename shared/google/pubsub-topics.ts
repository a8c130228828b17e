/** The port's publishing on Pub/Sub; delivery is Pub/Sub's, by push and into BigQuery. */
import { InvalidInput } from '../errors.ts';
import type { OutgoingMessage, Topics } from '../ports/topics.ts';
import { nameProblem } from '../rows/cells.ts';
import type { Topic } from '../schema/topics.ts';
import { encodeMessages } from './pubsub-messages.ts';
import type { Publisher } from './pubsub-publisher.ts';

/** Topics as far as functions in the cloud use them. */
export function createPubsubTopics(publisher: Publisher): Pick<Topics, 'publish' | 'close'> {
  return {
    publish: async (topic: Topic, messages: readonly OutgoingMessage[]) => {
      messages.forEach(({ orderingKey }, i) => {
        const detail = orderingKey === '' ? undefined : nameProblem(orderingKey);
        if (detail !== undefined) throw new InvalidInput([{ pointer: `/${i}/orderingKey`, detail }]);
      });
      await publisher.publish(
        topic,
        messages.flatMap((message) => encodeMessages(topic, message)),
      );
    },
    close: () => publisher.close(),
  };
}

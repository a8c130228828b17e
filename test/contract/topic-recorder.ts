/** Handlers that note what they were given, for the suites of Topics. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ACK,
  type Handler,
  type Message,
  type Outcome,
  type OutgoingMessage,
} from '../../shared/ports/topics.ts';

export class Recorder {
  readonly deliveries: Message[] = [];
  readonly acknowledged: Message[] = [];
  readonly batches: (readonly Message[])[] = [];

  /** A handler that notes every message and answers with `decide`, ACK when there is none. */
  handler(decide: (message: Message) => Outcome = () => ACK): Handler {
    return async (messages) => {
      this.batches.push(messages);
      this.deliveries.push(...messages);
      const outcomes = messages.map(decide);
      this.acknowledged.push(...messages.filter((_, i) => outcomes[i]?.kind === 'ack'));
      return outcomes;
    };
  }

  /** Data of the deliveries, in order, of one ordering key or of all. */
  data(orderingKey?: string): string[] {
    return this.deliveries
      .filter((message) => orderingKey === undefined || message.orderingKey === orderingKey)
      .map(({ data }) => data);
  }

  /** Data in the order it was first delivered. */
  firstDeliveries(orderingKey?: string): string[] {
    return [...new Set(this.data(orderingKey))];
  }
}

/** Waits until the condition holds; throws after ten seconds. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Not within ten seconds: ${condition}`);
    await sleep(5);
  }
}

/** Messages of one key whose data is the key and a number from 0 on. */
export function messages(orderingKey: string, count: number): OutgoingMessage[] {
  return Array.from({ length: count }, (_, i) => ({ orderingKey, data: orderingKey + i }));
}

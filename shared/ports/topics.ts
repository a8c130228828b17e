/** Durable topics with at-least-once delivery, order by key, retries with backoff, and dead letters. */
import type { SubscriptionName, Topic } from '../schema/topics.ts';

export interface OutgoingMessage {
  /** Messages of one key reach each subscription in the order they were published. */
  readonly orderingKey: string;
  /** JSON text. */
  readonly data: string;
}

export interface Message extends OutgoingMessage {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly publishedAt: number;
  /** 1 on the first delivery. */
  readonly attempt: number;
}

/** What became of one delivery. `retry` is for what may pass later, `dead` for what never will. */
export type Outcome =
  | { readonly kind: 'ack' }
  | { readonly kind: 'retry'; readonly reason: string }
  | { readonly kind: 'dead'; readonly reason: string };

export const ACK: Outcome = { kind: 'ack' };

/**
 * Handles a batch, which holds messages of a key in order; outcome[i] belongs to messages[i]. When a message is
 * retried, later ones of its key wait behind it. Throwing retries the whole batch. A batch may be handed over
 * again although it was acknowledged (a crash just then): effects must be idempotent.
 */
export type Handler = (messages: readonly Message[]) => Promise<readonly Outcome[]>;

export interface DeadLetter extends OutgoingMessage {
  readonly id: string;
  readonly subscription: SubscriptionName;
  readonly publishedAt: number;
  readonly diedAt: number;
  readonly attempts: number;
  readonly reason: string;
}

export interface Topics {
  /** Resolves when every message is durable for every subscription of the topic. All or none. */
  publish(topic: Topic, messages: readonly OutgoingMessage[]): Promise<void>;

  /** Starts delivering. One handler per subscription. */
  subscribe(subscription: SubscriptionName, handler: Handler, options?: { maxBatch?: number }): void;

  /**
   * Resolves when every message whose publish() was called before this call has been acknowledged by or died in
   * the subscription, so that a reader behind it misses none of them.
   */
  settled(subscription: SubscriptionName): Promise<void>;

  /** Messages published and not yet acknowledged or dead, and the age in ms of the oldest. */
  backlog(subscription: SubscriptionName): Promise<{ messages: number; oldestMs: number }>;

  /** Oldest first, ids greater than `after` only. */
  deadLetters(options?: { limit?: number; after?: string }): Promise<DeadLetter[]>;

  /** Puts dead letters back into the subscription they died in; returns how many. All of them without ids. */
  replay(ids?: readonly string[]): Promise<number>;

  /** Removes dead letters for good; returns how many. */
  discard(ids: readonly string[]): Promise<number>;

  /** Stops delivering, waits for deliveries in progress and for what was published to be durable. */
  close(): Promise<void>;
}

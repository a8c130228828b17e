/**
 * Topics in LMDB: one durable queue per subscription, delivered inside this process. A handler may be called
 * again before its last call has finished, with other ordering keys.
 */
import { InvalidInput, PermanentError, TransientError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { DeadLetter, Handler, OutgoingMessage, Topics } from '../ports/topics.ts';
import { nameProblem } from '../rows/cells.ts';
import { MAX_DELIVERY_ATTEMPTS, SUBSCRIPTIONS, type SubscriptionName, type Topic } from '../schema/topics.ts';
import type { LmdbEnvironment } from './lmdb-environment.ts';
import { SubscriptionDelivery } from './subscription-delivery.ts';
import { subscriptionsOf, TopicStore } from './topic-store.ts';

const DEFAULT_MAX_BATCH = 500;
const DEFAULT_BACKOFF = { baseMs: 100, capMs: 10_000 };

export interface LmdbTopicsOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1): spreads retries. */
  readonly random: () => number;
  /** Wait after a first failed delivery, doubled with each further one up to the cap. */
  readonly backoff?: { readonly baseMs: number; readonly capMs: number };
  /** Told of every message that died, once that is durable. */
  readonly onDead?: (letter: DeadLetter) => void;
  /** Told of what handlers threw and of writes that failed and will be tried again. */
  readonly onError?: (error: unknown) => void;
}

interface Waiter {
  readonly upTo: string;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** One instance per environment and process; publishing from another thread reaches no handler until a wake. */
export class LmdbTopics implements Topics {
  readonly #store: TopicStore;
  readonly #options: LmdbTopicsOptions;
  readonly #deliveries = new Map<SubscriptionName, SubscriptionDelivery>();
  readonly #publishing = new Map<Topic, Set<Promise<void>>>();
  readonly #waiters = new Map<SubscriptionName, Waiter[]>();
  #isClosed = false;

  constructor(environment: LmdbEnvironment, options: LmdbTopicsOptions) {
    this.#store = new TopicStore(environment);
    this.#options = options;
  }

  async publish(topic: Topic, messages: readonly OutgoingMessage[]): Promise<void> {
    this.#requireOpen();
    const subscriptions = subscriptionsOf(topic);
    requireMessages(messages);
    if (messages.length === 0) return;
    await this.#track(topic, this.#store.append(topic, messages, this.#options.clock.now()));
    for (const name of subscriptions) this.#deliveries.get(name)?.wake();
  }

  subscribe(
    subscription: SubscriptionName,
    handler: Handler,
    { maxBatch = DEFAULT_MAX_BATCH }: { maxBatch?: number } = {},
  ): void {
    this.#requireOpen();
    if (this.#deliveries.has(subscription))
      throw new PermanentError(`The subscription '${subscription}' has a handler already.`);
    if (!Number.isSafeInteger(maxBatch) || maxBatch < 1)
      throw new InvalidInput([{ pointer: '/maxBatch', detail: 'must be a whole number, 1 or more' }]);
    this.#store.size(subscription);
    const { clock, random, backoff = DEFAULT_BACKOFF, onDead = () => {}, onError = () => {} } = this.#options;
    const delivery = new SubscriptionDelivery(this.#store, subscription, handler, {
      clock,
      random,
      backoff,
      maxBatch,
      maxAttempts: MAX_DELIVERY_ATTEMPTS,
      onDead,
      onError,
      onSettled: () => this.#releaseWaiters(subscription),
    });
    this.#deliveries.set(subscription, delivery);
  }

  async settled(subscription: SubscriptionName): Promise<void> {
    this.#requireOpen();
    const topic = Object.values(SUBSCRIPTIONS).find(({ name }) => name === subscription)?.topic;
    if (topic === undefined) throw new PermanentError(`There is no subscription '${subscription}'.`);
    await Promise.allSettled(this.#publishing.get(topic) ?? []);
    this.#requireOpen();
    const upTo = this.#store.newestId();
    if (upTo === undefined || this.#hasPassed(subscription, upTo)) return;
    await new Promise<void>((resolve, reject) => {
      const waiters = this.#waiters.get(subscription) ?? [];
      waiters.push({ upTo, resolve, reject });
      this.#waiters.set(subscription, waiters);
    });
  }

  async backlog(subscription: SubscriptionName): Promise<{ messages: number; oldestMs: number }> {
    const messages = this.#store.size(subscription);
    const [first] = this.#store.entries(subscription, undefined, 1);
    const oldest = first && this.#store.message(subscription, first);
    return { messages, oldestMs: oldest ? Math.max(0, this.#options.clock.now() - oldest.publishedAt) : 0 };
  }

  async deadLetters({ limit, after }: { limit?: number; after?: string } = {}): Promise<DeadLetter[]> {
    return this.#store.deadLetters(after, limit);
  }

  /** What is replayed comes after everything its subscription has queued by then, of its own key too. */
  async replay(ids?: readonly string[]): Promise<number> {
    this.#requireOpen();
    const count = await this.#store.replay(ids ?? this.#store.deadIds());
    for (const delivery of this.#deliveries.values()) delivery.wake();
    return count;
  }

  async discard(ids: readonly string[]): Promise<number> {
    return this.#store.discard(ids);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(Array.from(this.#deliveries.values(), (delivery) => delivery.close()));
    await Promise.allSettled(Array.from(this.#publishing.values(), (publishing) => [...publishing]).flat());
    for (const waiter of Array.from(this.#waiters.values()).flat()) waiter.reject(closedError());
    this.#waiters.clear();
  }

  /** Remembers a publish until it is durable, for settled() and close(). */
  async #track(topic: Topic, write: Promise<void>): Promise<void> {
    const publishing = this.#publishing.get(topic) ?? new Set();
    this.#publishing.set(topic, publishing.add(write));
    try {
      await write;
    } finally {
      publishing.delete(write);
    }
  }

  #hasPassed(subscription: SubscriptionName, id: string): boolean {
    const [first] = this.#store.entries(subscription, undefined, 1);
    return first === undefined || first.id > id;
  }

  #releaseWaiters(subscription: SubscriptionName): void {
    const waiters = this.#waiters.get(subscription) ?? [];
    if (waiters.length === 0) return;
    const [first] = this.#store.entries(subscription, undefined, 1);
    const isDone = ({ upTo }: Waiter) => first === undefined || first.id > upTo;
    this.#waiters.set(
      subscription,
      waiters.filter((waiter) => !isDone(waiter)),
    );
    for (const waiter of waiters) if (isDone(waiter)) waiter.resolve();
  }

  #requireOpen(): void {
    if (this.#isClosed) throw closedError();
  }
}

function closedError(): TransientError {
  return new TransientError('The topics are closed.');
}

function requireMessages(messages: readonly OutgoingMessage[]): void {
  const problems = messages.flatMap(({ orderingKey, data }, i) => {
    const detail = orderingKey === '' ? undefined : nameProblem(orderingKey);
    const found = detail === undefined ? [] : [{ pointer: `/${i}/orderingKey`, detail }];
    if (typeof data !== 'string' || !data.isWellFormed())
      found.push({ pointer: `/${i}/data`, detail: 'must be well-formed text' });
    return found;
  });
  if (problems.length > 0) throw new InvalidInput(problems);
}

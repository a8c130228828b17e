/** What topics keep on disk: a queue per subscription, attempts of what failed, dead letters, one sequence. */
import { PermanentError } from '../errors.ts';
import type { DeadLetter, OutgoingMessage } from '../ports/topics.ts';
import { SUBSCRIPTIONS, type SubscriptionName, type Topic } from '../schema/topics.ts';
import { SEPARATOR } from './cell-keys.ts';
import type { LmdbEnvironment, TextDatabase } from './lmdb-environment.ts';

/** Sequence numbers as fixed-width decimals, so that text order is their order. */
const SEQUENCE_DIGITS = 16;
const NEXT_SEQUENCE = 'next';

/** Dead letters moved or removed in one transaction. */
const LETTER_PAGE = 500;

/** A message's place: its id (the sequence number as text) and its ordering key. */
export interface QueueEntry {
  readonly id: string;
  readonly orderingKey: string;
}

export interface StoredMessage extends QueueEntry {
  readonly publishedAt: number;
  readonly data: string;
}

/** What a delivery leaves to be written, all in one transaction. */
export interface Settlement {
  readonly removed: readonly QueueEntry[];
  readonly failed: readonly { readonly entry: QueueEntry; readonly attempts: number }[];
  readonly died: readonly Omit<DeadLetter, 'id'>[];
}

export class TopicStore {
  readonly #environment: LmdbEnvironment;
  readonly #queues: ReadonlyMap<SubscriptionName, TextDatabase>;
  readonly #attempts: TextDatabase;
  readonly #dead: TextDatabase;
  readonly #sequence: TextDatabase;

  constructor(environment: LmdbEnvironment) {
    this.#environment = environment;
    this.#queues = new Map(
      Object.values(SUBSCRIPTIONS).map(({ name }) => [name, environment.database(`topics/queue/${name}`)]),
    );
    this.#attempts = environment.database('topics/attempts');
    this.#dead = environment.database('topics/dead');
    this.#sequence = environment.database('topics/sequence');
  }

  /** Appends every message to the queue of every subscription, all or none; resolves when durable. */
  async append(topic: Topic, messages: readonly OutgoingMessage[], publishedAt: number): Promise<void> {
    const queues = subscriptionsOf(topic).map((name) => this.#queue(name));
    const bytes = messages.reduce((sum, { data, orderingKey }) => sum + data.length + orderingKey.length, 0);
    await this.#environment.write(() => {
      const first = this.#take(messages.length);
      messages.forEach(({ orderingKey, data }, i) => {
        const key = queueKey({ id: sequenceText(first + i), orderingKey });
        for (const queue of queues) queue.putSync(key, `${publishedAt} ${data}`);
      });
    }, bytes * queues.length);
  }

  /** Up to `limit` places of the queue in order, after the given one. */
  entries(subscription: SubscriptionName, after: QueueEntry | undefined, limit: number): QueueEntry[] {
    const range = after === undefined ? {} : { start: queueKey(after), exclusiveStart: true };
    return Array.from(this.#queue(subscription).getKeys({ ...range, limit }), entryOf);
  }

  message(subscription: SubscriptionName, entry: QueueEntry): StoredMessage | undefined {
    const stored = this.#queue(subscription).get(queueKey(entry));
    if (stored === undefined) return undefined;
    const end = stored.indexOf(' ');
    return { ...entry, publishedAt: Number(stored.slice(0, end)), data: stored.slice(end + 1) };
  }

  /** Failed deliveries of a message so far. */
  attempts(subscription: SubscriptionName, { id }: QueueEntry): number {
    return Number(this.#attempts.get(subscription + SEPARATOR + id) ?? 0);
  }

  size(subscription: SubscriptionName): number {
    const statistics: { entryCount?: number } = this.#queue(subscription).getStats();
    return statistics.entryCount ?? 0;
  }

  /** The newest id given out by a durable write; undefined before the first. */
  newestId(): string | undefined {
    const next = this.#sequence.get(NEXT_SEQUENCE);
    return next === undefined ? undefined : sequenceText(Number(next) - 1);
  }

  /** Writes what became of a batch; resolves with the dead letters, which have ids now. */
  async settle(
    subscription: SubscriptionName,
    { removed, failed, died }: Settlement,
  ): Promise<readonly DeadLetter[]> {
    const queue = this.#queue(subscription);
    return this.#environment.write(() => {
      const mayHaveAttempts = this.#hasAttempts();
      for (const entry of removed) {
        queue.removeSync(queueKey(entry));
        if (mayHaveAttempts) this.#attempts.removeSync(subscription + SEPARATOR + entry.id);
      }
      for (const { entry, attempts } of failed)
        this.#attempts.putSync(subscription + SEPARATOR + entry.id, String(attempts));
      if (died.length === 0) return [];
      const first = this.#take(died.length);
      return died.map((letter, i) => {
        const id = sequenceText(first + i);
        this.#dead.putSync(id, JSON.stringify(letter));
        return { id, ...letter };
      });
    });
  }

  /** Oldest first, ids after the given one. */
  deadLetters(after: string | undefined, limit: number | undefined): DeadLetter[] {
    const range = after === undefined ? {} : { start: after, exclusiveStart: true };
    return Array.from(
      this.#dead.getRange(limit === undefined ? range : { ...range, limit }),
      ({ key, value }) => letterOf(key, value),
    );
  }

  /** Moves dead letters to the end of their queues with no attempts counted; returns how many there were. */
  async replay(ids: readonly string[]): Promise<number> {
    return this.#eachLetter(ids, ({ subscription, orderingKey, publishedAt, data }) => {
      const id = sequenceText(this.#take(1));
      this.#queue(subscription).putSync(queueKey({ id, orderingKey }), `${publishedAt} ${data}`);
    });
  }

  /** Removes dead letters; returns how many there were. */
  async discard(ids: readonly string[]): Promise<number> {
    return this.#eachLetter(ids, () => {});
  }

  /** The ids of all dead letters, oldest first. */
  deadIds(): string[] {
    return Array.from(this.#dead.getKeys());
  }

  async #eachLetter(ids: readonly string[], use: (letter: DeadLetter) => void): Promise<number> {
    let count = 0;
    for (let i = 0; i < ids.length; i += LETTER_PAGE) {
      const page = ids.slice(i, i + LETTER_PAGE);
      count += await this.#environment.write(() => {
        let found = 0;
        for (const id of page) {
          const stored = this.#dead.get(id);
          if (stored === undefined) continue;
          use(letterOf(id, stored));
          this.#dead.removeSync(id);
          found++;
        }
        return found;
      });
    }
    return count;
  }

  /** Inside a write: the first of `count` fresh sequence numbers. */
  #take(count: number): number {
    const first = Number(this.#sequence.get(NEXT_SEQUENCE) ?? 1);
    this.#sequence.putSync(NEXT_SEQUENCE, String(first + count));
    return first;
  }

  #hasAttempts(): boolean {
    for (const _ of this.#attempts.getKeys({ limit: 1 })) return true;
    return false;
  }

  #queue(subscription: SubscriptionName): TextDatabase {
    const queue = this.#queues.get(subscription);
    if (queue === undefined) throw new PermanentError(`There is no subscription '${subscription}'.`);
    return queue;
  }
}

/** The subscriptions that each message of the topic is queued for. */
export function subscriptionsOf(topic: Topic): SubscriptionName[] {
  const names = Object.values(SUBSCRIPTIONS).flatMap((subscription) =>
    subscription.topic === topic ? [subscription.name] : [],
  );
  if (names.length === 0) throw new PermanentError(`There is no topic '${topic}'.`);
  return names;
}

function sequenceText(sequence: number): string {
  return String(sequence).padStart(SEQUENCE_DIGITS, '0');
}

/** The ordering key is part of the key, so that walking a queue need not read its messages. */
function queueKey({ id, orderingKey }: QueueEntry): string {
  return id + SEPARATOR + orderingKey;
}

function entryOf(key: string): QueueEntry {
  return { id: key.slice(0, SEQUENCE_DIGITS), orderingKey: key.slice(SEQUENCE_DIGITS + SEPARATOR.length) };
}

function letterOf(id: string, stored: string): DeadLetter {
  return { id, ...(JSON.parse(stored) as Omit<DeadLetter, 'id'>) };
}

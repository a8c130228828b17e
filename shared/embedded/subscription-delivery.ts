/** Delivers one subscription's queue to its handler: batches, order by key, retries with backoff. */
import type { Clock } from '../ports/clock.ts';
import type { DeadLetter, Handler, Message } from '../ports/topics.ts';
import type { SubscriptionName } from '../schema/topics.ts';
import { checkOutcomes, judgeFailure, judgeOutcomes, type Verdict } from './delivery-verdict.ts';
import { KeyQueues, type Lane } from './key-queues.ts';
import type { QueueEntry, Settlement, TopicStore } from './topic-store.ts';

/** Places read from disk at once. */
const LOAD_PAGE = 2_000;

/** With this many keys waiting for a retry the handler is down, not a key poisoned: nothing more is loaded. */
const MAX_WAITING_LANES = 5_000;

/** A batch ends at about this size whatever its count. */
const MAX_BATCH_BYTES = 8 << 20;

/** Handler calls of one subscription at the same time. */
const MAX_DELIVERIES = 8;

/** While a call is younger than this, only a full batch starts another: small ones gather meanwhile. */
const OVERLAP_AFTER_MS = 50;

export interface DeliveryOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** First wait after a failure, and the longest. */
  readonly backoff: { readonly baseMs: number; readonly capMs: number };
  readonly maxAttempts: number;
  readonly maxBatch: number;
  readonly onDead: (letter: DeadLetter) => void;
  readonly onError: (error: unknown) => void;
  /** Called whenever messages have left the queue for good. */
  readonly onSettled: () => void;
}

interface Delivered {
  readonly lane: Lane;
  readonly messages: readonly Message[];
}

export class SubscriptionDelivery {
  readonly #store: TopicStore;
  readonly #subscription: SubscriptionName;
  readonly #handler: Handler;
  readonly #options: DeliveryOptions;
  readonly #queues = new KeyQueues();
  readonly #deliveries = new Set<Promise<void>>();
  readonly #waiting = new Map<Lane, NodeJS.Timeout>();
  readonly #closing = Promise.withResolvers<void>();
  #isClosed = false;
  #loadedUpTo: QueueEntry | undefined;
  #pumpSoon: NodeJS.Immediate | undefined;
  #pumpLater: NodeJS.Timeout | undefined;
  #lastStart = Number.NEGATIVE_INFINITY;
  #successes = 0;

  constructor(store: TopicStore, subscription: SubscriptionName, handler: Handler, options: DeliveryOptions) {
    this.#store = store;
    this.#subscription = subscription;
    this.#handler = handler;
    this.#options = options;
    this.wake();
  }

  /** Says that there may be something new in the queue. */
  wake(): void {
    if (!this.#isClosed) this.#pumpSoon ??= setImmediate(() => this.#pump());
  }

  /** Starts no more deliveries and waits for those in progress. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closing.resolve();
    clearImmediate(this.#pumpSoon);
    clearTimeout(this.#pumpLater);
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    await Promise.all(this.#deliveries);
  }

  #pump(): void {
    this.#pumpSoon = undefined;
    clearTimeout(this.#pumpLater);
    this.#load();
    while (this.#mayStart()) this.#start();
    const isHeldBack = this.#queues.available > 0 && this.#deliveries.size < MAX_DELIVERIES;
    if (isHeldBack) this.#pumpLater = setTimeout(() => this.wake(), OVERLAP_AFTER_MS);
  }

  #load(): void {
    if (this.#queues.available >= 2 * this.#options.maxBatch || this.#waiting.size > MAX_WAITING_LANES)
      return;
    const page = this.#store.entries(this.#subscription, this.#loadedUpTo, LOAD_PAGE);
    for (const entry of page) this.#queues.add(entry);
    this.#loadedUpTo = page.at(-1) ?? this.#loadedUpTo;
    if (page.length === LOAD_PAGE) this.wake();
  }

  #mayStart(): boolean {
    if (this.#queues.available === 0 || this.#deliveries.size >= MAX_DELIVERIES) return false;
    return (
      this.#deliveries.size === 0 ||
      this.#queues.available >= this.#options.maxBatch ||
      performance.now() - this.#lastStart >= OVERLAP_AFTER_MS
    );
  }

  #start(): void {
    const batch = this.#takeBatch();
    if (batch.length === 0) return;
    this.#lastStart = performance.now();
    const delivery = this.#deliver(batch)
      .catch(this.#options.onError)
      .finally(() => {
        this.#deliveries.delete(delivery);
        this.wake();
      });
    this.#deliveries.add(delivery);
  }

  #takeBatch(): Delivered[] {
    let bytes = 0;
    const batch: Delivered[] = [];
    for (const { lane, entries } of this.#queues.take(this.#options.maxBatch)) {
      const messages: Message[] = [];
      for (const entry of entries) {
        if (bytes >= MAX_BATCH_BYTES) break;
        const stored = this.#store.message(this.#subscription, entry);
        if (stored === undefined) {
          // It has left the queue in a write that was reported as failed.
          if (messages.length > 0) break;
          lane.drop(1);
          continue;
        }
        messages.push({ ...stored, attempt: this.#store.attempts(this.#subscription, entry) + 1 });
        bytes += stored.data.length;
      }
      if (messages.length > 0) batch.push({ lane, messages });
      else this.#queues.release(lane);
    }
    return batch;
  }

  async #deliver(batch: readonly Delivered[]): Promise<void> {
    const verdict = await this.#handle(batch);
    const letters = await this.#settle(verdict.settlement);
    if (letters === undefined) return;
    if (verdict.acknowledged > 0) this.#successes++;
    batch.forEach(({ lane }, i) => {
      this.#return(lane, verdict.shares[i]?.finished ?? 0, verdict.shares[i]?.mustWait ?? true);
    });
    if (verdict.settlement.removed.length > 0) this.#options.onSettled();
    for (const letter of letters) this.#options.onDead(letter);
  }

  async #handle(batch: readonly Delivered[]): Promise<Verdict> {
    const { clock, maxAttempts, onError } = this.#options;
    const messages = batch.flatMap((delivered) => delivered.messages);
    const shares = batch.map(({ lane, messages }) => ({
      messages,
      othersSucceeded: lane.failures > 0 && this.#successes > lane.successesAtFailure,
    }));
    const context = () => ({ subscription: this.#subscription, maxAttempts, now: clock.now() });
    try {
      const outcomes = checkOutcomes(await this.#handler(messages), messages.length);
      return judgeOutcomes(shares, outcomes, context());
    } catch (error) {
      onError(error);
      for (const { lane, messages } of batch) lane.deliverAloneUntil(messages.at(-1)?.id ?? '');
      return judgeFailure(shares, error, context());
    }
  }

  /** Writes until it succeeds; undefined when closed before, which leaves the batch for redelivery. */
  async #settle(settlement: Settlement): Promise<readonly DeadLetter[] | undefined> {
    for (let failures = 1; ; failures++) {
      try {
        return await this.#store.settle(this.#subscription, settlement);
      } catch (error) {
        this.#options.onError(error);
        if (this.#isClosed) return undefined;
        await this.#sleep(this.#backoffMs(failures));
        if (this.#isClosed) return undefined;
      }
    }
  }

  #return(lane: Lane, finished: number, mustWait: boolean): void {
    lane.drop(finished);
    lane.failures = finished > 0 ? Number(mustWait) : lane.failures + Number(mustWait);
    if (!mustWait) {
      this.#queues.release(lane);
      return;
    }
    lane.successesAtFailure = this.#successes;
    if (this.#isClosed) return;
    const retry = () => {
      this.#waiting.delete(lane);
      this.#queues.release(lane);
      this.wake();
    };
    this.#waiting.set(lane, setTimeout(retry, this.#backoffMs(lane.failures)));
  }

  /** Doubles with each failure up to the cap; the upper half is random, so that retries spread. */
  #backoffMs(failures: number): number {
    const { baseMs, capMs } = this.#options.backoff;
    return Math.min(capMs, baseMs * 2 ** (failures - 1)) * (0.5 + 0.5 * this.#options.random());
  }

  async #sleep(ms: number): Promise<void> {
    const elapsed = Promise.withResolvers<void>();
    const timer = setTimeout(elapsed.resolve, ms);
    await Promise.race([elapsed.promise, this.#closing.promise]);
    clearTimeout(timer);
  }
}

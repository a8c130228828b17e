/** Which ordering keys of a subscription may be delivered now, and what waits behind those that may not. */
import type { QueueEntry } from './topic-store.ts';

/** Consumed entries at the front of a lane are cut off when there are this many. */
const TRIM_AT = 1_024;

/** One ordering key's undelivered messages, oldest first. */
export class Lane {
  readonly orderingKey: string;
  /** Deliveries in a row that failed; decides the backoff. */
  failures = 0;
  /** The subscription's successes at this lane's last failure. */
  successesAtFailure = -1;
  state: 'ready' | 'delivering' | 'waiting' = 'ready';
  #ids: string[] = [];
  #head = 0;
  #aloneUntil = '';

  constructor(orderingKey: string) {
    this.orderingKey = orderingKey;
  }

  get length(): number {
    return this.#ids.length - this.#head;
  }

  get isAlone(): boolean {
    return this.#aloneUntil !== '' && (this.#ids[this.#head] ?? '') <= this.#aloneUntil;
  }

  /** Up to this id messages are delivered one at a time, to find which of them breaks the handler. */
  deliverAloneUntil(id: string): void {
    if (id > this.#aloneUntil) this.#aloneUntil = id;
  }

  push(id: string): void {
    this.#ids.push(id);
  }

  /** The first `count` entries, which stay until they are dropped. */
  peek(count: number): QueueEntry[] {
    return this.#ids
      .slice(this.#head, this.#head + count)
      .map((id) => ({ id, orderingKey: this.orderingKey }));
  }

  drop(count: number): void {
    this.#head += count;
    if (this.#head >= TRIM_AT || this.#head === this.#ids.length) {
      this.#ids = this.#ids.slice(this.#head);
      this.#head = 0;
    }
  }
}

export class KeyQueues {
  readonly #lanes = new Map<string, Lane>();
  readonly #ready = new Set<Lane>();
  readonly #readyAlone = new Set<Lane>();
  #available = 0;
  #aloneIsNext = false;

  /** Messages that could be delivered now. Those behind a failed or a busy one of their key do not count. */
  get available(): number {
    return this.#available;
  }

  add({ id, orderingKey }: QueueEntry): void {
    let lane = this.#lanes.get(orderingKey);
    if (lane === undefined) {
      lane = new Lane(orderingKey);
      this.#lanes.set(orderingKey, lane);
    }
    lane.push(id);
    if (lane.state !== 'ready') return;
    if (lane.length === 1) this.#makeReady(lane);
    else this.#available++;
  }

  /**
   * Takes lanes for one delivery, longest ready first, up to `limit` messages; empty when none is ready. A lane
   * that is to be delivered alone comes by itself, in turn with the others.
   */
  take(limit: number): { lane: Lane; entries: QueueEntry[] }[] {
    const [alone] = this.#readyAlone;
    if (alone !== undefined && (this.#aloneIsNext || this.#ready.size === 0)) {
      this.#aloneIsNext = false;
      return [{ lane: this.#claim(alone), entries: alone.peek(1) }];
    }
    this.#aloneIsNext = true;
    const taken: { lane: Lane; entries: QueueEntry[] }[] = [];
    let count = 0;
    for (const lane of this.#ready) {
      if (count >= limit) break;
      const entries = this.#claim(lane).peek(limit - count);
      taken.push({ lane, entries });
      count += entries.length;
    }
    return taken;
  }

  /** Puts a lane back after its delivery, its finished messages dropped. */
  release(lane: Lane): void {
    lane.state = 'ready';
    if (lane.length > 0) this.#makeReady(lane);
    else this.#lanes.delete(lane.orderingKey);
  }

  #claim(lane: Lane): Lane {
    this.#ready.delete(lane);
    this.#readyAlone.delete(lane);
    this.#available -= lane.length;
    lane.state = 'delivering';
    return lane;
  }

  #makeReady(lane: Lane): void {
    (lane.isAlone ? this.#readyAlone : this.#ready).add(lane);
    this.#available += lane.length;
  }
}

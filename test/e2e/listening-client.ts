/** An app that goes on whatever the host does: sends events, repeats what was not acknowledged, reads answers. */
import { type Answer, answerSchema } from '../../shared/api/answer.ts';
import type { EventType } from '../../shared/domain/event.ts';
import type { Random } from '../../shared/random.ts';
import type { HostProcess } from './host-process.ts';

const DAY_MS = 86_400_000;
const ITEMS = 400;
const FAVOURITES = 40;
const TYPES: readonly EventType[] = [
  ...Array.from({ length: 12 }, () => 'listen' as const),
  'save',
  'unsave',
  'like',
  'dislike',
  'playlist_add',
  'search_click',
];

export const LISTENERS: readonly string[] = Array.from({ length: 12 }, (_, i) => `listener-${i}`);

export interface SentEvent {
  readonly type: EventType;
  readonly eventId: string;
  readonly listenerId: string;
  readonly itemId: string;
  readonly occurredAt: number;
  readonly msPlayed?: number;
  readonly durationMs: number;
  readonly metadata: { readonly title: string; readonly artist: string };
}

export interface Observed {
  readonly listenerId: string;
  /** Epoch ms before the request and after the answer. */
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly answer: Answer;
}

export class ListeningClient {
  /** Everything ever handed to the network, by id. */
  readonly sent = new Map<string, SentEvent>();
  /** The ids that were answered for with 202. */
  readonly acknowledged = new Set<string>();
  /** Answers nobody should get from a host that is merely killed now and then. */
  readonly unexpected: string[] = [];
  observed: Observed[] = [];
  readonly #random: Random;
  readonly #now: () => number;
  #unanswered: SentEvent[][] = [];

  constructor(random: Random, now: () => number) {
    this.#random = random;
    this.#now = now;
  }

  /** Sends and reads until the host is gone, or `isOver` says so. */
  async use(host: HostProcess, isOver: () => boolean): Promise<void> {
    const again = this.#unanswered.splice(0).filter(() => this.#random.chance(0.7));
    const writer = async () => {
      while (!isOver() && (await this.#post(host, again.pop() ?? this.#batch())));
    };
    const reader = async () => {
      while (!isOver() && (await this.#read(host)));
    };
    await Promise.all([writer(), writer(), reader()]);
  }

  /** One history per listener, so that the first build knows everybody. */
  seedBatches(): SentEvent[][] {
    return LISTENERS.map((listenerId) => Array.from({ length: 60 }, () => this.#event(listenerId)));
  }

  /** True when the host answered; false when it is gone, and the batch may have been taken or not. */
  async post(host: HostProcess, batch: readonly SentEvent[]): Promise<boolean> {
    return this.#post(host, [...batch]);
  }

  async #post(host: HostProcess, batch: SentEvent[]): Promise<boolean> {
    for (const event of batch) this.sent.set(event.eventId, event);
    let body: string;
    let status: number;
    try {
      const response = await host.postEvents(batch);
      status = response.status;
      // Whoever has read the status has been answered; a body that was cut short changes nothing of it.
      if (status === 202) for (const { eventId } of batch) this.acknowledged.add(eventId);
      body = await response.text();
    } catch {
      this.#unanswered.push(batch);
      return false;
    }
    if (status !== 202 || (JSON.parse(body) as { rejected: unknown[] }).rejected.length > 0)
      this.unexpected.push(`POST /v1/events: ${status} ${body}`);
    return true;
  }

  async #read(host: HostProcess): Promise<boolean> {
    const listenerId = this.#random.pick(LISTENERS);
    const askedAt = this.#now();
    let body: string;
    let status: number;
    try {
      // Made anew, so that it is of the build that is active now.
      const response = await host.fetch(`/v1/listeners/${listenerId}/discover-weekly`, { method: 'POST' });
      status = response.status;
      body = await response.text();
    } catch {
      return false;
    }
    if (status !== 200) this.unexpected.push(`POST discover-weekly: ${status} ${body}`);
    else
      this.observed.push({
        listenerId,
        askedAt,
        answeredAt: this.#now(),
        answer: answerSchema().parse(JSON.parse(body)),
      });
    return true;
  }

  /** Mostly new events; now and then an earlier one again, word for word. */
  #batch(): SentEvent[] {
    const earlier = [...this.sent.values()];
    const batch = new Map<string, SentEvent>();
    const size = 1 + this.#random.int(25);
    while (batch.size < size) {
      const event =
        earlier.length > 0 && this.#random.chance(0.1)
          ? this.#random.pick(earlier)
          : this.#event(this.#random.pick(LISTENERS));
      batch.set(event.eventId, event);
    }
    return [...batch.values()];
  }

  #event(listenerId: string): SentEvent {
    const random = this.#random;
    const number = this.sent.size + random.int(1e9);
    const own = LISTENERS.indexOf(listenerId) * 25;
    const item = random.chance(0.03) ? random.int(ITEMS) : (own + random.int(FAVOURITES)) % ITEMS;
    const durationMs = 150_000 + 1_000 * (item % 100);
    const type = random.pick(TYPES);
    return {
      type,
      eventId: `event-${number.toString(36)}-${random.int(1e9).toString(36)}`,
      listenerId,
      itemId: `item-${item}`,
      // In no order: late events are as good as punctual ones.
      occurredAt: this.#now() - random.int(30 * DAY_MS),
      ...(type === 'listen' && { msPlayed: random.int(durationMs) }),
      durationMs,
      metadata: { title: `Title ${item}`, artist: `Artist ${item % 60}` },
    };
  }
}

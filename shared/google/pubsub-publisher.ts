/** Publishing to Pub/Sub (google.pubsub.v1.Publisher): what waits at the same moment travels together, in order by key. */
import { setTimeout as sleep } from 'node:timers/promises';
import protobuf from 'protobufjs/minimal.js';
import { InvalidInput, PermanentError, TransientError } from '../errors.ts';
import { nameProblem } from '../rows/cells.ts';
import { createGrpcChannel, type GrpcChannel } from './grpc-channel.ts';
import { type Patience, type RetryTools, retrying } from './grpc-retries.ts';

export interface PublisherOptions {
  readonly project: string;
  /** Order by key holds within a region, so its own endpoint is asked. */
  readonly location: string;
  readonly emulatorHost?: string | undefined;
  readonly patience?: Patience;
  readonly channel?: Pick<GrpcChannel, 'unary' | 'close'>;
  readonly tools?: Partial<RetryTools>;
}

/** A message on the wire. */
export interface WireMessage {
  /** `''` where order does not matter. */
  readonly orderingKey: string;
  readonly data: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface Publisher {
  /**
   * Resolves when every message is durable. Calls of one process with one key are published in the order of the calls.
   * Rejects with InvalidInput, and publishes none, where a key or the size of a message cannot be; otherwise with
   * TransientError or PermanentError, when some may have been published: publishing again is then the caller's business.
   */
  publish(topic: string, messages: readonly WireMessage[]): Promise<void>;
  close(): Promise<void>;
}

const PUBLISH = '/google.pubsub.v1.Publisher/Publish';
const SCOPES = ['https://www.googleapis.com/auth/pubsub'];
const PATIENCE: Patience = { attemptMs: 5_000, totalMs: 15_000 };
/** Of one request (Pub/Sub: quotas and limits). */
const MOST_MESSAGES = 1_000;
const MOST_BYTES = 9_000_000;
/** What a message has besides its data, roughly. */
const OVERHEAD_BYTES = 2_000;
const field = (number: number): number => (number << 3) | 2;

interface Waiting {
  readonly encoded: readonly Uint8Array[];
  resolve(): void;
  reject(error: unknown): void;
}

/** A publisher. Nothing is connected before the first call. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { project, location, emulatorHost, patience = PATIENCE } = options;
  const channel =
    options.channel ??
    createGrpcChannel({ host: `${location}-pubsub.googleapis.com`, emulatorHost, scopes: SCOPES });
  const tools: RetryTools = { now: Date.now, sleep, random: Math.random, ...options.tools };
  const queues = new Map<string, Waiting[]>();
  const underWay = new Set<Promise<void>>();
  let closed = false;

  async function send(topic: string, encoded: readonly Uint8Array[]): Promise<void> {
    const path = `projects/${project}/topics/${topic}`;
    for (const page of pagesOf(encoded)) {
      const request = encodePublish(path, page);
      const call = { routing: `topic=${encodeURIComponent(path)}` };
      await retrying(`Publishing to ${topic}`, patience, tools, (timeoutMs) =>
        channel.unary(PUBLISH, request, { ...call, timeoutMs }),
      );
    }
  }

  /** Sends what waits, and what comes to wait meanwhile; with a key one request after the other. */
  async function drain(name: string, topic: string, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.splice(0);
      try {
        await send(
          topic,
          batch.flatMap(({ encoded }) => encoded),
        );
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    if (queues.get(name) === queue) queues.delete(name);
  }

  function enqueue(topic: string, orderingKey: string, encoded: readonly Uint8Array[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const name = `${topic}\n${orderingKey}`;
      const known = queues.get(name);
      if (known !== undefined) {
        known.push({ encoded, resolve, reject });
        return;
      }
      const queue: Waiting[] = [{ encoded, resolve, reject }];
      queues.set(name, queue);
      const drained = new Promise<void>((done) => {
        setImmediate(() => {
          // Without a key nothing needs to wait for what is on its way.
          if (orderingKey === '') queues.delete(name);
          drain(name, topic, queue).then(done);
        });
      });
      underWay.add(drained);
      drained.then(() => underWay.delete(drained));
    });
  }

  return {
    async publish(topic, messages) {
      if (closed) throw new TransientError('The publisher is closed.');
      requireMessages(messages);
      const byKey = Map.groupBy(messages, ({ orderingKey }) => orderingKey);
      // All messages of one request must have the same ordering key.
      const sent = [...byKey].map(([key, group]) => enqueue(topic, key, group.map(encodeMessage)));
      const failed = (await Promise.allSettled(sent)).find(({ status }) => status === 'rejected');
      if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
    },
    async close() {
      closed = true;
      await Promise.all(underWay);
      channel.close();
    },
  };
}

function requireMessages(messages: readonly WireMessage[]): void {
  messages.forEach(({ orderingKey, data }, i) => {
    const detail = orderingKey === '' ? undefined : nameProblem(orderingKey);
    if (detail !== undefined) throw new InvalidInput([{ pointer: `/${i}/orderingKey`, detail }]);
    if (data === '') throw new InvalidInput([{ pointer: `/${i}/data`, detail: 'must not be empty' }]);
    if (
      data.length * 3 > MOST_BYTES - OVERHEAD_BYTES &&
      Buffer.byteLength(data) > MOST_BYTES - OVERHEAD_BYTES
    )
      throw new PermanentError(`/${i}/data: is more than Pub/Sub takes in a message.`);
  });
}

/** PubsubMessage. */
function encodeMessage({ data, attributes = {}, orderingKey }: WireMessage): Uint8Array {
  const writer = protobuf.Writer.create().uint32(field(1)).string(data);
  for (const [name, value] of Object.entries(attributes))
    writer.uint32(field(2)).fork().uint32(field(1)).string(name).uint32(field(2)).string(value).ldelim();
  if (orderingKey !== '') writer.uint32(field(5)).string(orderingKey);
  return writer.finish();
}

/** PublishRequest. */
function encodePublish(topic: string, messages: readonly Uint8Array[]): Uint8Array {
  const writer = protobuf.Writer.create().uint32(field(1)).string(topic);
  for (const message of messages) writer.uint32(field(2)).bytes(message);
  return writer.finish();
}

function pagesOf(encoded: readonly Uint8Array[]): Uint8Array[][] {
  const pages: Uint8Array[][] = [];
  let page: Uint8Array[] = [];
  let bytes = 0;
  for (const message of encoded) {
    if (page.length > 0 && (page.length >= MOST_MESSAGES || bytes + message.length > MOST_BYTES)) {
      pages.push(page);
      [page, bytes] = [[], 0];
    }
    page.push(message);
    bytes += message.length;
  }
  if (page.length > 0) pages.push(page);
  return pages;
}

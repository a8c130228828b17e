/**
 * Publishing on Pub/Sub's emulator, and what its subscriptions make of it. The suite of Topics is not run here: what it
 * asks of delivery is Pub/Sub's own part in the cloud, and its emulator keeps either order or dead letters, not both.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createUpdateSignals } from '../../functions/update-signals/handler.ts';
import { createPushApp } from '../../functions/update-signals/push-app.ts';
import { parseListeningEvent } from '../../shared/api/listening-event.ts';
import { InvalidInput, PermanentError, TransientError } from '../../shared/errors.ts';
import { createDeadLetters } from '../../shared/google/dead-letters.ts';
import { decodeListen } from '../../shared/google/pubsub-messages.ts';
import { createPublisher, type Publisher } from '../../shared/google/pubsub-publisher.ts';
import { createPubsubTopics } from '../../shared/google/pubsub-topics.ts';
import { parsePush } from '../../shared/google/push-envelope.ts';
import { MAX_DELIVERY_ATTEMPTS } from '../../shared/schema/topics.ts';
import { type Emulator, hasEmulator, startEmulator } from '../emulators/emulators.ts';
import { createTopics, type PubsubResources, type Pulled } from '../emulators/pubsub-resources.ts';
import { acceptedEvent } from '../functions/fakes/events.ts';
import { fakeErasures, fakeLogger, fakeRows } from '../functions/fakes/stores.ts';
import { startProxy } from '../shared/google/breaking-proxy.ts';

describe.skipIf(!hasEmulator('pubsub'))('Topics: Pub/Sub on Google’s emulator', () => {
  let emulator: Emulator;
  let project: string;
  let projects = 0;
  let resources: PubsubResources;
  let publisher: Publisher;

  beforeAll(async () => {
    emulator = await startEmulator('pubsub');
  });
  afterAll(() => emulator?.stop());

  const open = (emulatorHost: string) =>
    createPublisher({
      project,
      location: 'here',
      emulatorHost,
      patience: { attemptMs: 1_000, totalMs: 10_000 },
    });

  beforeEach(async () => {
    projects += 1;
    project = `topics-${projects}`;
    resources = await createTopics(emulator.address, project);
    publisher = open(emulator.address);
  });
  afterEach(() => publisher.close());

  /** Pulls and acknowledges until so many are there. */
  async function take(subscription: string, count: number): Promise<Pulled[]> {
    const taken: Pulled[] = [];
    while (taken.length < count) {
      const pulled = await resources.pull(subscription);
      if (pulled.length === 0) break;
      await resources.acknowledge(subscription, pulled);
      taken.push(...pulled);
    }
    return taken;
  }

  const of = (orderingKey: string, from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => ({ orderingKey, data: `${orderingKey}${from + i}` }));
  const ofKey = (pulled: readonly Pulled[], key: string) =>
    pulled.filter(({ orderingKey }) => orderingKey === key).map(({ data }) => data);
  const numbered = (key: string, count: number) => of(key, 0, count).map(({ data }) => data);

  it('delivers what functions publish to every subscription of the topic and to no other, events in order', async () => {
    await resources.subscribe('update-signals');
    await resources.subscribe('listens-to-warehouse');
    await resources.subscribe('catalogue-to-warehouse');
    const topics = createPubsubTopics(publisher);
    const events = Array.from({ length: 20 }, (_, i) =>
      acceptedEvent({ eventId: `e${i}`, listenerId: i % 2 === 0 ? 'ann' : 'bób🎧' }),
    );
    await topics.publish(
      'listens',
      events.map((event) => ({ orderingKey: event.listenerId, data: JSON.stringify(event) })),
    );
    for (const subscription of ['update-signals', 'listens-to-warehouse']) {
      const taken = await take(subscription, events.length);
      for (const listener of ['ann', 'bób🎧']) {
        const theirs = ofKey(taken, listener).map((data) => JSON.parse(data).event_id);
        expect(theirs).toEqual(
          events.filter(({ listenerId }) => listenerId === listener).map(({ eventId }) => eventId),
        );
      }
      const [first] = ofKey(taken, 'ann');
      expect(parseListeningEvent(decodeListen(first ?? '')).event).toEqual(events[0]);
    }
    expect(await resources.pull('catalogue-to-warehouse')).toEqual([]);
  });

  it('keeps the order of calls of a key, however many are under way and however large', async () => {
    await resources.subscribe('update-signals');
    const calls: Promise<void>[] = [];
    for (let i = 0; i < 100; i++) {
      for (const key of ['a', 'b', 'c']) calls.push(publisher.publish('listens', of(key, i * 3, i * 3 + 3)));
      if (i % 10 === 0) await sleep(1);
    }
    await Promise.all(calls);
    await publisher.publish('listens', of('d', 0, 2_500));
    const taken = await take('update-signals', 3 * 300 + 2_500);
    for (const key of ['a', 'b', 'c']) expect(ofKey(taken, key)).toEqual(numbered(key, 300));
    expect(ofKey(taken, 'd')).toEqual(numbered('d', 2_500));
  });

  it('delivers again what was given back, with what came behind it, in order', async () => {
    await resources.subscribe('update-signals');
    await publisher.publish('listens', of('a', 0, 5));
    const first = await resources.pull('update-signals');
    expect(ofKey(first, 'a')).toEqual(numbered('a', 5));
    await resources.refuse('update-signals', first);
    expect(ofKey(await take('update-signals', 5), 'a')).toEqual(numbered('a', 5));
    expect(await resources.pull('update-signals')).toEqual([]);
  });

  it('counts attempts and lets a message die of the last, its data as it was', async () => {
    await resources.subscribe('update-signals', { keeps: 'dead letters' });
    await publisher.publish('listens', [{ orderingKey: 'a', data: 'a0', attributes: { origin: 'test' } }]);
    const attempts: (number | undefined)[] = [];
    for (;;) {
      const pulled = await resources.pull('update-signals');
      if (pulled.length === 0) break;
      attempts.push(...pulled.map(({ attempt }) => attempt));
      await resources.refuse('update-signals', pulled);
    }
    expect(attempts).toEqual(Array.from({ length: MAX_DELIVERY_ATTEMPTS }, (_, i) => i + 1));
    expect(await resources.pull('update-signals-dead')).toMatchObject([
      {
        data: 'a0',
        orderingKey: 'a',
        attributes: {
          origin: 'test',
          CloudPubSubDeadLetterSourceSubscription: 'update-signals',
          CloudPubSubDeadLetterSourceDeliveryCount: `${MAX_DELIVERY_ATTEMPTS}`,
        },
      },
    ]);
  });

  it('keeps letters that functions write beside those, under the same attributes, with the reason', async () => {
    const bury = createDeadLetters(publisher, 'update-signals');
    const message = { id: '77', orderingKey: 'ann', data: '{"ü":1}', publishedAt: 0, attempt: 2 };
    await bury(message, `unknown event version ${'🎧'.repeat(900)}`);
    await bury({ ...message, data: '', orderingKey: '' }, '');
    const letters = await take('update-signals-dead', 2);
    expect(letters.map(({ data }) => data).sort()).toEqual([' ', '{"ü":1}']);
    expect(letters.find(({ data }) => data !== ' ')?.attributes).toMatchObject({
      reason: expect.stringContaining('unknown event version 🎧'),
      messageId: '77',
      orderingKey: 'ann',
      CloudPubSubDeadLetterSourceSubscription: 'update-signals',
      CloudPubSubDeadLetterSourceDeliveryCount: '2',
    });
  });

  it('refuses bad messages and publishes none of the call', async () => {
    await resources.subscribe('update-signals');
    const topics = createPubsubTopics(publisher);
    const good = { orderingKey: 'ann', data: JSON.stringify(acceptedEvent()) };
    for (const bad of [
      { ...good, orderingKey: 'k\n' },
      { ...good, orderingKey: 'x'.repeat(513) },
      { ...good, orderingKey: '\ud800' },
      { ...good, data: '{}' },
    ])
      await expect(topics.publish('listens', [good, bad])).rejects.toBeInstanceOf(InvalidInput);
    await topics.publish('listens', []);
    expect(await resources.pull('update-signals')).toEqual([]);
    await topics.close();
    await expect(topics.publish('listens', [good])).rejects.toBeInstanceOf(TransientError);
  });

  it('tells a topic that is not there from a service that is away', async () => {
    await expect(publisher.publish('nowhere', of('a', 0, 1))).rejects.toBeInstanceOf(PermanentError);
    const proxy = await startProxy(emulator.address);
    const hasty = createPublisher({
      project,
      location: 'here',
      emulatorHost: proxy.address,
      patience: { attemptMs: 200, totalMs: 600 },
    });
    proxy.refuse(true);
    await expect(hasty.publish('listens', of('a', 0, 1))).rejects.toBeInstanceOf(TransientError);
    proxy.refuse(false);
    proxy.mute(true);
    const started = performance.now();
    await expect(hasty.publish('listens', of('a', 0, 1))).rejects.toBeInstanceOf(TransientError);
    expect(performance.now() - started).toBeLessThan(3_000);
    await hasty.close();
    await proxy.close();
  });

  it('loses nothing and keeps the order through a connection that is cut again and again', async () => {
    await resources.subscribe('update-signals');
    const proxy = await startProxy(emulator.address);
    const shaky = open(proxy.address);
    let isDone = false;
    const cutting = (async () => {
      while (!isDone) {
        await sleep(60);
        proxy.mute(true);
        await sleep(20);
        proxy.cut();
        proxy.mute(false);
      }
    })();
    try {
      for (let i = 0; i < 100; i++)
        await Promise.all(['a', 'b'].map((key) => shaky.publish('listens', of(key, i * 2, i * 2 + 2))));
    } finally {
      isDone = true;
      await cutting;
      await shaky.close();
      await proxy.close();
    }
    const taken = await take('update-signals', Number.POSITIVE_INFINITY);
    // What was sent again is there again, but first of all each came in its turn.
    for (const key of ['a', 'b']) expect([...new Set(ofKey(taken, key))]).toEqual(numbered(key, 200));
  });

  describe('a push', () => {
    let server: Server;
    const rows = fakeRows();
    const dead: string[] = [];

    beforeAll(async () => {
      const { logger } = fakeLogger();
      const app = createPushApp({
        logger,
        clock: { now: Date.now },
        newId: () => 'request',
        authenticate: async () => ({ kind: 'service' }),
        authenticatePush: async () => undefined,
        parsePush: (body) => {
          const message = parsePush(body);
          return { ...message, data: decodeListen(message.data) };
        },
        handler: createUpdateSignals({ rows, erasures: fakeErasures(), logger }),
        publishDead: async ({ data }) => void dead.push(data),
      });
      server = createServer(getRequestListener(app.fetch)).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
    });
    afterAll(() => server.close());

    it('reaches the app, comes again until the store is back, and dies once where it never can be read', async () => {
      const { port } = server.address() as AddressInfo;
      await resources.subscribe('update-signals', { pushTo: `http://127.0.0.1:${port}/` });
      rows.failing.with = new TransientError('away');
      const topics = createPubsubTopics(publisher);
      const events = ['e1', 'e2'].map((eventId) => acceptedEvent({ eventId }));
      await topics.publish(
        'listens',
        events.map((event) => ({ orderingKey: 'ann', data: JSON.stringify(event) })),
      );
      await expect.poll(() => rows.calls.length, { timeout: 10_000 }).toBeGreaterThan(1);
      rows.failing.with = undefined;
      await publisher.publish('listens', [{ orderingKey: 'ann', data: '{"version":"7"}' }]);
      await expect.poll(() => dead, { timeout: 10_000 }).toEqual(['{"version":"7"}']);
      expect(rows.all().map(({ qualifier }) => qualifier)).toEqual(['e#e1', 'e#e2']);
      await sleep(1_500);
      expect(dead).toHaveLength(1);
    });
  });
});

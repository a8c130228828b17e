import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { InvalidInput, PermanentError, TransientError } from '../../../shared/errors.ts';
import { type GrpcChannel, GrpcFailure } from '../../../shared/google/grpc-channel.ts';
import { createPublisher, type WireMessage } from '../../../shared/google/pubsub-publisher.ts';

/** google.pubsub.v1 as published, as far as publishing goes. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message PubsubMessage {
    bytes data = 1;
    map<string, string> attributes = 2;
    string message_id = 3;
    string ordering_key = 5;
  }
  message PublishRequest { string topic = 1; repeated PubsubMessage messages = 2; }
`);
const PublishRequest = root.lookupType('PublishRequest');

interface Sent {
  readonly topic: string;
  readonly keys: readonly string[];
  readonly data: readonly string[];
  readonly attributes: readonly Record<string, string>[];
  readonly bytes: number;
  readonly routing: string;
}

/** A channel whose answers the test gives, in the order of the requests; OK at once where it gives none. */
function fakeChannel(answer: (sent: Sent, index: number) => Promise<void> = async () => undefined) {
  const sent: Sent[] = [];
  let closed = false;
  const channel: Pick<GrpcChannel, 'unary' | 'close'> = {
    async unary(method, request, { routing }) {
      expect(method).toBe('/google.pubsub.v1.Publisher/Publish');
      const { topic, messages } = PublishRequest.toObject(PublishRequest.decode(request), {
        bytes: Buffer,
        defaults: true,
        arrays: true,
      }) as {
        topic: string;
        messages: { data: Buffer; orderingKey: string; attributes: Record<string, string> }[];
      };
      sent.push({
        topic,
        keys: [...new Set(messages.map(({ orderingKey }) => orderingKey))],
        data: messages.map(({ data }) => data.toString()),
        attributes: messages.map(({ attributes }) => attributes),
        bytes: request.length,
        routing,
      });
      await answer(sent.at(-1) as Sent, sent.length - 1);
      return Buffer.alloc(0);
    },
    close: () => {
      closed = true;
    },
  };
  return { channel, sent, isClosed: () => closed };
}

function harness(answer?: (sent: Sent, index: number) => Promise<void>) {
  const fake = fakeChannel(answer);
  const pauses: number[] = [];
  let now = 0;
  const publisher = createPublisher({
    project: 'p',
    location: 'here',
    channel: fake.channel,
    patience: { attemptMs: 1_000, totalMs: 5_000 },
    tools: {
      now: () => now,
      sleep: async (ms) => {
        pauses.push(ms);
        now += ms;
      },
      random: () => 0.5,
    },
  });
  return { ...fake, publisher, pauses };
}

const of = (orderingKey: string, ...data: string[]): WireMessage[] =>
  data.map((text) => ({ orderingKey, data: text }));
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('a request', () => {
  test('names topic and routing, and carries data, key and attributes as they are', async () => {
    const { publisher, sent } = harness();
    await publisher.publish('listens', [
      { orderingKey: 'änn', data: '{"ü":"🎧"}', attributes: { a: '1', b: 'ß' } },
    ]);
    expect(sent).toMatchObject([
      {
        topic: 'projects/p/topics/listens',
        routing: 'topic=projects%2Fp%2Ftopics%2Flistens',
        keys: ['änn'],
        data: ['{"ü":"🎧"}'],
        attributes: [{ a: '1', b: 'ß' }],
      },
    ]);
  });

  test('holds one key, whatever a call holds', async () => {
    const { publisher, sent } = harness();
    await publisher.publish('listens', [
      ...of('a', 'a0'),
      ...of('b', 'b0'),
      ...of('a', 'a1'),
      ...of('', 'x'),
    ]);
    expect(sent.every(({ keys }) => keys.length === 1)).toBe(true);
    expect(sent.map(({ data }) => data)).toEqual([['a0', 'a1'], ['b0'], ['x']]);
  });

  test('takes what waits at the same moment along', async () => {
    const { publisher, sent } = harness();
    await Promise.all(['1', '2', '3'].map((data) => publisher.publish('impressions', of('', data))));
    expect(sent.map(({ data }) => data)).toEqual([['1', '2', '3']]);
  });

  test('holds no more than a thousand messages, nor more than nine megabytes', async () => {
    const many = harness();
    const numbers = Array.from({ length: 2_500 }, (_, i) => `${i}`);
    await many.publisher.publish('listens', of('a', ...numbers));
    expect(many.sent.map(({ data }) => data.length)).toEqual([1_000, 1_000, 500]);
    expect(many.sent.flatMap(({ data }) => data)).toEqual(numbers);
    const large = harness();
    await large.publisher.publish('listens', of('a', ...['x', 'y', 'z'].map((c) => c.repeat(4_000_000))));
    expect(large.sent.map(({ data }) => data.length)).toEqual([2, 1]);
    for (const { bytes } of large.sent) expect(bytes).toBeLessThan(10_000_000);
  });

  test('is not made of nothing', async () => {
    const { publisher, sent } = harness();
    await publisher.publish('listens', []);
    expect(sent).toEqual([]);
  });
});

describe('order by key', () => {
  test('a call waits for the one before it with its key, and for no other', async () => {
    const gates = new Map<string, () => void>();
    const { publisher, sent } = harness(({ data }) => new Promise((open) => gates.set(`${data[0]}`, open)));
    const done: string[] = [];
    const publish = (key: string, data: string) =>
      publisher.publish('listens', of(key, data)).then(() => done.push(data));
    publish('a', 'a0');
    await settle();
    publish('a', 'a1');
    publish('b', 'b0');
    publish('a', 'a2');
    await settle();
    expect(sent.map(({ data }) => data)).toEqual([['a0'], ['b0']]);
    gates.get('b0')?.();
    await settle();
    expect(done).toEqual(['b0']);
    gates.get('a0')?.();
    await settle();
    expect(sent.map(({ data }) => data)).toEqual([['a0'], ['b0'], ['a1', 'a2']]);
    expect(done).toEqual(['b0', 'a0']);
    gates.get('a1')?.();
    await settle();
    expect(done).toEqual(['b0', 'a0', 'a1', 'a2']);
  });

  test('holds while an earlier request is tried again', async () => {
    let failures = 3;
    const { publisher, sent } = harness(async ({ data }) => {
      if (data.includes('a0') && failures-- > 0) throw new GrpcFailure(14, 'away');
    });
    const first = publisher.publish('listens', of('a', 'a0'));
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([first, publisher.publish('listens', of('a', 'a1'))]);
    expect(sent.map(({ data }) => data)).toEqual([['a0'], ['a0'], ['a0'], ['a0'], ['a1']]);
  });

  test('what has no key waits for nothing', async () => {
    const { publisher, sent } = harness(() => new Promise(() => {}));
    void publisher.publish('impressions', of('', '1'));
    await settle();
    void publisher.publish('impressions', of('', '2'));
    await settle();
    expect(sent.map(({ data }) => data)).toEqual([['1'], ['2']]);
  });

  test('a key goes on after a failure, and the failure is its own call’s', async () => {
    const { publisher, sent } = harness(async ({ data }) => {
      if (data.includes('bad')) throw new GrpcFailure(3, 'no such schema');
    });
    const bad = expect(publisher.publish('listens', of('a', 'bad'))).rejects.toBeInstanceOf(PermanentError);
    await new Promise((resolve) => setImmediate(resolve));
    const good = publisher.publish('listens', of('a', 'good'));
    await Promise.all([bad, good]);
    expect(sent).toHaveLength(2);
  });
});

describe('failures', () => {
  test.each([
    ['unavailable', 14],
    ['too late', 4],
    ['aborted', 10],
    ['too much', 8],
    ['internal', 13],
    ['cancelled', 1],
  ])('that may pass are tried again with pauses that grow: %s', async (_, code) => {
    let failures = 4;
    const { publisher, sent, pauses } = harness(async () => {
      if (failures-- > 0) throw new GrpcFailure(code, 'not now');
    });
    await publisher.publish('listens', of('a', '1'));
    expect(sent).toHaveLength(5);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(new Set(pauses).size).toBe(4);
  });

  test('that do not pass in time are transient', async () => {
    const { publisher } = harness(async () => {
      throw new GrpcFailure(14, 'away');
    });
    const failed = publisher.publish('listens', of('a', '1'));
    await expect(failed).rejects.toBeInstanceOf(TransientError);
    await expect(failed).rejects.toThrow('Publishing to listens');
  });

  test.each([
    ['no topic', 5],
    ['no permission', 7],
    ['no valid message', 3],
    ['no credentials', 16],
  ])('that cannot pass are not tried again: %s', async (_, code) => {
    const { publisher, sent } = harness(async () => {
      throw new GrpcFailure(code, 'never');
    });
    await expect(publisher.publish('listens', of('a', '1'))).rejects.toBeInstanceOf(PermanentError);
    expect(sent).toHaveLength(1);
  });

  test('of one key are told when all keys of the call are through', async () => {
    const done: string[] = [];
    const { publisher } = harness(async ({ keys }) => {
      if (keys[0] === 'a') throw new GrpcFailure(3, 'never');
      await settle();
      done.push(keys[0] ?? '');
    });
    await expect(publisher.publish('listens', [...of('a', '1'), ...of('b', '2')])).rejects.toThrow('never');
    expect(done).toEqual(['b']);
  });
});

describe('what cannot be', () => {
  test.each<[string, WireMessage]>([
    ['a key with a control character', { orderingKey: 'k\n', data: 'x' }],
    ['a key that is too long', { orderingKey: 'x'.repeat(513), data: 'x' }],
    ['half a surrogate pair', { orderingKey: '\ud800', data: 'x' }],
    ['a message of nothing', { orderingKey: 'a', data: '' }],
    ['a message of ten megabytes', { orderingKey: 'a', data: 'x'.repeat(10_000_001) }],
    ['one of four million characters of three bytes', { orderingKey: 'a', data: '€'.repeat(4_000_000) }],
  ])('is refused with all of its call: %s', async (_, bad) => {
    const { publisher, sent } = harness();
    const published = publisher.publish('listens', [...of('a', 'good'), bad]);
    await expect(published).rejects.toBeInstanceOf(PermanentError);
    await expect(published).rejects.toThrow('/1/');
    if (bad.data.length < 1_000) await expect(published).rejects.toBeInstanceOf(InvalidInput);
    expect(sent).toEqual([]);
  });
});

test('closing waits for what is under way, and takes nothing more', async () => {
  const gate = Promise.withResolvers<void>();
  const { publisher, isClosed } = harness(() => gate.promise);
  let isPublished = false;
  const published = publisher.publish('listens', of('a', '1')).then(() => {
    isPublished = true;
  });
  await settle();
  const closed = publisher.close();
  await expect(publisher.publish('listens', of('a', '2'))).rejects.toBeInstanceOf(TransientError);
  await settle();
  expect([isPublished, isClosed()]).toEqual([false, false]);
  gate.resolve();
  await closed;
  await published;
  expect(isClosed()).toBe(true);
});

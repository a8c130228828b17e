import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDeadLetters } from '../../../shared/google/dead-letters.ts';
import type { WireMessage } from '../../../shared/google/pubsub-publisher.ts';

function harness() {
  const published: { topic: string; message: WireMessage }[] = [];
  const publish = async (topic: string, messages: readonly WireMessage[]) =>
    void published.push(...messages.map((message) => ({ topic, message })));
  return { published, bury: createDeadLetters({ publish }, 'update-signals') };
}

const message = { id: '77', orderingKey: 'ann', data: '{"a":1}', publishedAt: 0, attempt: 3 };

test('a letter holds the data as it came, why it died, and what it was', async () => {
  const { bury, published } = harness();
  await bury({ ...message, attributes: { origin: 'test', reason: 'forged' } }, 'unknown event version 2');
  expect(published).toEqual([
    {
      topic: 'update-signals-dead',
      message: {
        orderingKey: '',
        data: '{"a":1}',
        attributes: {
          origin: 'test',
          reason: 'unknown event version 2',
          messageId: '77',
          orderingKey: 'ann',
          CloudPubSubDeadLetterSourceSubscription: 'update-signals',
          CloudPubSubDeadLetterSourceDeliveryCount: '3',
        },
      },
    },
  ]);
});

test('a message of nothing and without a key can be kept, too', async () => {
  const { bury, published } = harness();
  await bury({ ...message, data: '', orderingKey: '' }, '');
  const [letter] = published;
  expect(letter?.message.data).not.toBe('');
  for (const value of Object.values(letter?.message.attributes ?? {})) expect(value).not.toBe('');
});

test('whatever the reason, its attribute is one that Pub/Sub takes', async () => {
  const reasons = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 3_000 }),
    fc.string({ unit: fc.constantFrom('🎧', '\ud800', '\udc00', 'é', 'x'), maxLength: 3_000 }),
  );
  await fc.assert(
    fc.asyncProperty(reasons, async (reason) => {
      const { bury, published } = harness();
      await bury(message, reason);
      const kept = published[0]?.message.attributes?.reason ?? '';
      expect(kept.isWellFormed()).toBe(true);
      expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(1_024);
      expect(kept.length).toBeGreaterThan(0);
    }),
  );
});

test('a letter that cannot be kept is not said to be', async () => {
  const away = new Error('away');
  const bury = createDeadLetters({ publish: () => Promise.reject(away) }, 'update-signals');
  await expect(bury(message, 'malformed')).rejects.toBe(away);
});

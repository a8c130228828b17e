/** What Topics owes when handlers fail: order, retries, dead letters. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  ACK,
  type Handler,
  type Outcome,
  type OutgoingMessage,
  type Topics,
} from '../../shared/ports/topics.ts';
import { MAX_DELIVERY_ATTEMPTS } from '../../shared/schema/topics.ts';
import { type Opened, withOpened } from './opened.ts';
import { eventually, messages, Recorder } from './topic-recorder.ts';

export interface TopicsCapabilities {
  /** False where dead letters are the service's own and cannot be listed or replayed through the port. */
  readonly deadLetters: boolean;
  /** False where backlog() lags behind. */
  readonly exactBacklog: boolean;
  /** False where there is nothing to close and open again. */
  readonly reopens: boolean;
}

const RETRY: Outcome = { kind: 'retry', reason: 'not yet' };
const DEAD: Outcome = { kind: 'dead', reason: 'malformed' };

/** Registers the tests. */
export function describeFailures(
  open: () => Promise<Opened<Topics>>,
  capabilities: TopicsCapabilities,
): void {
  const withTopics = (use: (topics: Topics) => Promise<void>) => () => withOpened(open, use);

  it(
    'keeps the order of publishing per key whatever fails, and redelivers until acknowledged',
    withTopics(async (topics) => {
      const keys = ['a', 'b', 'c', '', 'a'.repeat(70)];
      let handle: Handler = async () => [];
      topics.subscribe('controls-to-warehouse', (batch) => handle(batch), { maxBatch: 15 });
      await fc.assert(
        fc.asyncProperty(fc.infiniteStream(fc.nat(9)), fc.uuid(), async (dice, run) => {
          const roll = () => dice.next().value ?? 9;
          const effects: string[] = [];
          const attempts = new Map<string, number>();
          const thrown = new Set<string>();
          handle = async (batch) => {
            // At most one throw and two retries per message: fewer than it may have.
            const isFresh = batch.every(({ data }) => !thrown.has(data));
            if (isFresh && roll() < 2) {
              for (const { data } of batch) thrown.add(data);
              throw new Error('the handler fell over');
            }
            return batch.map((message) => {
              const tries = (attempts.get(message.data) ?? 0) + 1;
              attempts.set(message.data, tries);
              if (tries < 3 && roll() < 2) return RETRY;
              effects.push(message.data);
              return ACK;
            });
          };
          const published: OutgoingMessage[] = [];
          for (let i = 0; i < 4; i++) {
            const group = Array.from({ length: 10 }, (_, j) => {
              const orderingKey = keys[roll() % keys.length] ?? '';
              return { orderingKey, data: JSON.stringify([run, orderingKey, i * 10 + j]) };
            });
            published.push(...group);
            await topics.publish('controls', group);
          }
          await topics.settled('controls-to-warehouse');
          for (const key of keys) {
            const own = (data: string) => (JSON.parse(data) as string[])[1] === key;
            const sent = published.filter(({ orderingKey }) => orderingKey === key).map(({ data }) => data);
            // The last effect of each message: what was acknowledged behind a retry comes again after it.
            expect([...new Set(effects.filter(own).toReversed())].toReversed()).toEqual(sent);
            expect([...new Set(effects.filter(own))].toSorted()).toEqual(sent.toSorted());
          }
        }),
        { numRuns: 12 },
      );
    }),
  );

  it(
    'counts attempts and gives up after the last one with its reason',
    withTopics(async (topics) => {
      const recorder = new Recorder();
      topics.subscribe(
        'update-signals',
        recorder.handler(({ data }) => (data === 'a1' ? RETRY : ACK)),
      );
      await topics.publish('listens', messages('a', 3));
      await topics.settled('update-signals');
      const attempts = recorder.deliveries.filter(({ data }) => data === 'a1').map(({ attempt }) => attempt);
      expect(attempts).toEqual(Array.from({ length: MAX_DELIVERY_ATTEMPTS }, (_, i) => i + 1));
      expect(recorder.firstDeliveries()).toEqual(['a0', 'a1', 'a2']);
      if (!capabilities.deadLetters) return;
      expect(await topics.deadLetters()).toMatchObject([
        {
          subscription: 'update-signals',
          orderingKey: 'a',
          data: 'a1',
          attempts: MAX_DELIVERY_ATTEMPTS,
          reason: 'not yet',
        },
      ]);
    }),
  );

  it(
    'lets a message die at once when the handler says so, and goes on behind it',
    withTopics(async (topics) => {
      const recorder = new Recorder();
      topics.subscribe(
        'update-signals',
        recorder.handler(({ data }) => (data === 'a0' ? DEAD : ACK)),
      );
      await topics.publish('listens', messages('a', 2));
      await topics.settled('update-signals');
      expect(recorder.data()).toEqual(['a0', 'a1']);
      if (!capabilities.deadLetters) return;
      expect(await topics.deadLetters()).toMatchObject([{ data: 'a0', attempts: 1, reason: 'malformed' }]);
    }),
  );

  it(
    'lets only the message die that makes the handler throw, not the batch around it',
    withTopics(async (topics) => {
      const acknowledged: string[] = [];
      topics.subscribe('update-signals', async (batch) => {
        if (batch.some(({ data }) => data === 'b7')) throw new Error('cannot handle b7');
        acknowledged.push(...batch.map(({ data }) => data));
        return batch.map(() => ACK);
      });
      const all = ['a', 'b', 'c'].flatMap((key) => messages(key, 20));
      await topics.publish('listens', all);
      await topics.settled('update-signals');
      expect(acknowledged.toSorted()).toEqual(
        all
          .map(({ data }) => data)
          .filter((data) => data !== 'b7')
          .toSorted(),
      );
      if (!capabilities.deadLetters) return;
      expect(await topics.deadLetters()).toMatchObject([
        { data: 'b7', attempts: MAX_DELIVERY_ATTEMPTS, reason: 'cannot handle b7' },
      ]);
    }),
  );

  it(
    'takes a wrong number of outcomes for a failure and says so',
    withTopics(async (topics) => {
      topics.subscribe('update-signals', async () => [ACK, ACK]);
      await topics.publish('listens', messages('a', 1));
      await topics.settled('update-signals');
      if (!capabilities.deadLetters) return;
      const [letter] = await topics.deadLetters();
      expect(letter?.reason).toBe('The handler returned 2 outcomes for 1 messages.');
    }),
  );

  it(
    'does not let a poisoned key with thousands behind it hold up the others',
    withTopics(async (topics) => {
      const recorder = new Recorder();
      let isHealed = false;
      const decide = ({ orderingKey, attempt }: { orderingKey: string; attempt: number }) =>
        orderingKey === 'poisoned' && !isHealed && attempt < MAX_DELIVERY_ATTEMPTS ? RETRY : ACK;
      await topics.publish('listens', messages('poisoned', 5_000));
      await topics.publish('listens', messages('healthy', 50));
      topics.subscribe('update-signals', recorder.handler(decide));
      await eventually(() => recorder.acknowledged.filter((m) => m.orderingKey === 'healthy').length === 50);
      const poisoned = recorder.acknowledged.filter((m) => m.orderingKey === 'poisoned').length;
      expect(poisoned).toBeLessThan(50);
      isHealed = true;
      await topics.settled('update-signals');
      expect(recorder.firstDeliveries('poisoned')).toEqual(
        messages('poisoned', 5_000).map(({ data }) => data),
      );
    }),
  );

  if (capabilities.deadLetters)
    it(
      'lists dead letters oldest first and page by page, replays and discards them',
      withTopics(async (topics) => {
        const recorder = new Recorder();
        let isFixed = false;
        topics.subscribe(
          'update-signals',
          recorder.handler(() => (isFixed ? ACK : DEAD)),
        );
        for (const key of ['a', 'b', 'c']) {
          await topics.publish('listens', messages(key, 2));
          await topics.settled('update-signals');
        }
        const letters = await topics.deadLetters();
        expect(letters.map(({ data }) => data)).toEqual(['a0', 'a1', 'b0', 'b1', 'c0', 'c1']);
        const page = await topics.deadLetters({ limit: 2 });
        expect(page).toEqual(letters.slice(0, 2));
        expect(await topics.deadLetters({ limit: 3, after: page[1]?.id ?? '' })).toEqual(letters.slice(2, 5));

        isFixed = true;
        const ids = letters.map(({ id }) => id);
        expect(await topics.discard([ids[0] ?? '', 'unknown'])).toBe(1);
        expect(await topics.replay([ids[3] ?? '', ids[0] ?? ''])).toBe(1);
        await topics.settled('update-signals');
        expect(recorder.acknowledged).toMatchObject([{ data: 'b1', attempt: 1 }]);
        expect(await topics.replay()).toBe(4);
        await topics.settled('update-signals');
        expect(recorder.acknowledged.map(({ data }) => data).toSorted()).toEqual([
          'a1',
          'b0',
          'b1',
          'c0',
          'c1',
        ]);
        expect(await topics.deadLetters()).toEqual([]);
        expect(await topics.replay()).toBe(0);
      }),
    );
}

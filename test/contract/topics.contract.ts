/** The contract of Topics, for every adapter. */
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput, TransientError } from '../../shared/errors.ts';
import {
  ACK,
  type Handler,
  type Outcome,
  type OutgoingMessage,
  type Topics,
} from '../../shared/ports/topics.ts';
import { MAX_DELIVERY_ATTEMPTS } from '../../shared/schema/topics.ts';
import { type Opened, withOpened } from './opened.ts';
import { eventually, Recorder } from './topic-recorder.ts';

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

export function describeTopics(
  name: string,
  open: () => Promise<Opened<Topics>>,
  capabilities: TopicsCapabilities,
): void {
  const withTopics = (use: (topics: Topics, opened: Opened<Topics>) => Promise<void>) => () =>
    withOpened(open, use);

  describe(`Topics: ${name}`, () => {
    it(
      'delivers to every subscription of the topic and to no other',
      withTopics(async (topics) => {
        const signals = new Recorder();
        const warehouse = new Recorder();
        const catalogue = new Recorder();
        topics.subscribe('update-signals', signals.handler());
        topics.subscribe('catalogue-to-warehouse', catalogue.handler());
        await topics.publish('listens', messages('a', 3));
        topics.subscribe('listens-to-warehouse', warehouse.handler());
        await topics.settled('update-signals');
        await topics.settled('listens-to-warehouse');
        expect(signals.data()).toEqual(['a0', 'a1', 'a2']);
        expect(warehouse.data()).toEqual(['a0', 'a1', 'a2']);
        expect(catalogue.data()).toEqual([]);
        expect(signals.deliveries[0]).toMatchObject({ orderingKey: 'a', attempt: 1 });
        expect(signals.deliveries[0]?.publishedAt).toBeGreaterThan(0);
      }),
    );

    it(
      'hands over no more than maxBatch at once',
      withTopics(async (topics) => {
        const recorder = new Recorder();
        await topics.publish('listens', messages('a', 25));
        topics.subscribe('update-signals', recorder.handler(), { maxBatch: 10 });
        await topics.settled('update-signals');
        expect(Math.max(...recorder.batches.map((batch) => batch.length))).toBeLessThanOrEqual(10);
        expect(recorder.data()).toHaveLength(25);
      }),
    );

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
        const attempts = recorder.deliveries
          .filter(({ data }) => data === 'a1')
          .map(({ attempt }) => attempt);
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
        await eventually(
          () => recorder.acknowledged.filter((m) => m.orderingKey === 'healthy').length === 50,
        );
        const poisoned = recorder.acknowledged.filter((m) => m.orderingKey === 'poisoned').length;
        expect(poisoned).toBeLessThan(50);
        isHealed = true;
        await topics.settled('update-signals');
        expect(recorder.firstDeliveries('poisoned')).toEqual(
          messages('poisoned', 5_000).map(({ data }) => data),
        );
      }),
    );

    it(
      'does not let a handler that hangs on one key hold up the others',
      withTopics(async (topics) => {
        const hang = Promise.withResolvers<void>();
        const done: string[] = [];
        topics.subscribe('update-signals', async (batch) => {
          if (batch.some(({ orderingKey }) => orderingKey === 'slow')) await hang.promise;
          done.push(...batch.map(({ data }) => data));
          return batch.map(() => ACK);
        });
        await topics.publish('listens', messages('slow', 1));
        await sleep(20);
        await topics.publish('listens', [...messages('slow', 3), ...messages('quick', 3)]);
        await eventually(() => done.includes('quick2'));
        expect(done).toEqual(['quick0', 'quick1', 'quick2']);
        hang.resolve();
        await topics.settled('update-signals');
        expect(done.slice(3)).toEqual(['slow0', 'slow0', 'slow1', 'slow2']);
      }),
    );

    it(
      'settles when what was published before is acknowledged, not what comes after',
      withTopics(async (topics) => {
        const gate = Promise.withResolvers<void>();
        const done: string[] = [];
        topics.subscribe('update-signals', async (batch) => {
          if (batch.some(({ orderingKey }) => orderingKey === 'late')) await gate.promise;
          await sleep(5);
          done.push(...batch.map(({ data }) => data));
          return batch.map(() => ACK);
        });
        await topics.settled('update-signals');
        const publishing = topics.publish('listens', messages('early', 3));
        await topics.settled('update-signals');
        expect(done).toEqual(['early0', 'early1', 'early2']);
        await publishing;
        await topics.publish('listens', messages('late', 1));
        let isSettled = false;
        const settled = topics.settled('update-signals').then(() => {
          isSettled = true;
        });
        await sleep(50);
        expect(isSettled).toBe(false);
        gate.resolve();
        await settled;
        expect(done).toContain('late0');
      }),
    );

    it(
      'refuses bad messages and publishes none of the call',
      withTopics(async (topics) => {
        const recorder = new Recorder();
        topics.subscribe('update-signals', recorder.handler());
        for (const bad of ['k\n', 'x'.repeat(513), '\ud800'])
          await expect(
            topics.publish('listens', [...messages('a', 2), { orderingKey: bad, data: '{}' }]),
          ).rejects.toBeInstanceOf(InvalidInput);
        await topics.publish('listens', []);
        await topics.settled('update-signals');
        expect(recorder.data()).toEqual([]);
      }),
    );

    it(
      'takes one handler per subscription',
      withTopics(async (topics) => {
        topics.subscribe('update-signals', async (batch) => batch.map(() => ACK));
        expect(() => topics.subscribe('update-signals', async () => [])).toThrow(/handler already/);
      }),
    );

    it(
      'waits on close for deliveries in progress, and refuses to publish afterwards',
      withTopics(async (topics) => {
        const started = Promise.withResolvers<void>();
        let isDone = false;
        topics.subscribe('update-signals', async (batch) => {
          started.resolve();
          await sleep(50);
          isDone = true;
          return batch.map(() => ACK);
        });
        await topics.publish('listens', messages('a', 1));
        await started.promise;
        await topics.close();
        expect(isDone).toBe(true);
        await expect(topics.publish('listens', messages('a', 1))).rejects.toBeInstanceOf(TransientError);
      }),
    );

    if (capabilities.exactBacklog)
      it(
        'counts the backlog of each subscription',
        withTopics(async (topics) => {
          expect(await topics.backlog('update-signals')).toEqual({ messages: 0, oldestMs: 0 });
          await topics.publish('listens', messages('a', 7));
          await sleep(20);
          const waiting = await topics.backlog('update-signals');
          expect(waiting.messages).toBe(7);
          expect(waiting.oldestMs).toBeGreaterThanOrEqual(15);
          topics.subscribe('update-signals', async (batch) => batch.map(() => ACK));
          await topics.settled('update-signals');
          expect((await topics.backlog('update-signals')).messages).toBe(0);
          expect((await topics.backlog('listens-to-warehouse')).messages).toBe(7);
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
          expect(await topics.deadLetters({ limit: 3, after: page[1]?.id ?? '' })).toEqual(
            letters.slice(2, 5),
          );

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

    if (capabilities.reopens)
      it(
        'keeps the queue, attempts and dead letters when it is closed and opened again',
        withTopics(async (topics, opened) => {
          const before = new Recorder();
          topics.subscribe(
            'update-signals',
            before.handler(({ data }) => (data === 'a0' ? DEAD : RETRY)),
          );
          await topics.publish('listens', messages('a', 3));
          await eventually(() =>
            before.deliveries.some(({ data, attempt }) => data === 'a1' && attempt === 2),
          );
          const again = await opened.reopen?.();
          const reached = Math.max(...before.deliveries.map(({ attempt }) => attempt));
          const after = new Recorder();
          again?.subscribe('update-signals', after.handler());
          await again?.settled('update-signals');
          expect(after.data()).toEqual(['a1', 'a2']);
          expect(after.deliveries[0]?.attempt).toBeGreaterThanOrEqual(
            Math.min(reached, MAX_DELIVERY_ATTEMPTS),
          );
          if (capabilities.deadLetters)
            expect(await again?.deadLetters()).toMatchObject([{ data: 'a0', reason: 'malformed' }]);
        }),
      );
  });
}

function messages(orderingKey: string, count: number): OutgoingMessage[] {
  return Array.from({ length: count }, (_, i) => ({ orderingKey, data: orderingKey + i }));
}

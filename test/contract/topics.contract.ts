/** The contract of Topics, for every adapter. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { InvalidInput, TransientError } from '../../shared/errors.ts';
import { ACK, type Outcome, type Topics } from '../../shared/ports/topics.ts';
import { MAX_DELIVERY_ATTEMPTS } from '../../shared/schema/topics.ts';
import { type Opened, withOpened } from './opened.ts';
import { eventually, messages, Recorder } from './topic-recorder.ts';
import { describeFailures, type TopicsCapabilities } from './topics.failures.ts';

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
    describeFailures(open, capabilities);

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

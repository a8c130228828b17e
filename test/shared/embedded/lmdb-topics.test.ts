import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LmdbEnvironment, openLmdbEnvironment } from '../../../shared/embedded/lmdb-environment.ts';
import { LmdbTopics } from '../../../shared/embedded/lmdb-topics.ts';
import { TransientError } from '../../../shared/errors.ts';
import { ACK, type DeadLetter } from '../../../shared/ports/topics.ts';
import { temporaryDirectory } from '../../contract/embedded-stores.ts';
import { ManualClock } from '../../contract/manual-clock.ts';
import { eventually } from '../../contract/topic-recorder.ts';

describe('LmdbTopics', () => {
  const clock = new ManualClock(1_000_000);
  let directory: ReturnType<typeof temporaryDirectory>;
  let environment: LmdbEnvironment;
  let topics: LmdbTopics;
  let dead: DeadLetter[] = [];
  let errors: unknown[] = [];

  beforeEach(() => {
    directory = temporaryDirectory();
    environment = openLmdbEnvironment(directory.path);
    dead = [];
    errors = [];
    topics = new LmdbTopics(environment, {
      clock,
      random: () => 0.5,
      backoff: { baseMs: 8, capMs: 30 },
      onDead: (letter) => dead.push(letter),
      onError: (error) => errors.push(error),
    });
  });
  afterEach(async () => {
    await topics.close();
    await environment.close();
    directory.remove();
  });

  it('keeps messages alive through an outage of any length, in order', async () => {
    let isDown = true;
    const handled: string[] = [];
    topics.subscribe('update-signals', async (batch) => {
      if (isDown) throw new TransientError('no space left');
      handled.push(...batch.map(({ data }) => data));
      return batch.map(() => ACK);
    });
    const all = ['a', 'b', 'c'].flatMap((key) => [0, 1, 2].map((i) => ({ orderingKey: key, data: key + i })));
    await topics.publish('listens', all);
    await eventually(() => errors.length >= 20);
    isDown = false;
    await topics.settled('update-signals');
    expect(dead).toEqual([]);
    for (const key of ['a', 'b', 'c'])
      expect(handled.filter((data) => data.startsWith(key))).toEqual([`${key}0`, `${key}1`, `${key}2`]);
  });

  it('lets a message die whose handler always finds the store down while it works for others', async () => {
    topics.subscribe('update-signals', async (batch) => {
      if (batch.some(({ orderingKey }) => orderingKey === 'bad')) throw new TransientError('timed out');
      return batch.map(() => ACK);
    });
    await topics.publish('listens', [{ orderingKey: 'bad', data: 'bad' }]);
    await eventually(async () => {
      await topics.publish('listens', [{ orderingKey: 'good', data: 'good' }]);
      return dead.length > 0;
    });
    expect(dead).toMatchObject([{ data: 'bad', reason: 'timed out', attempts: 5 }]);
  });

  it('backs off exponentially up to the cap', async () => {
    const times: number[] = [];
    topics.subscribe('update-signals', async () => {
      times.push(performance.now());
      throw new Error('always');
    });
    await topics.publish('listens', [{ orderingKey: 'k', data: '{}' }]);
    await topics.settled('update-signals');
    const waits = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    expect(waits).toHaveLength(4);
    // 8, 16, 30, 30 ms, of which random() = 0.5 takes three quarters; timers may fire a millisecond early.
    [6, 12, 22.5, 22.5].forEach((least, i) => {
      expect(waits[i]).toBeGreaterThanOrEqual(least - 1);
    });
  });

  it('tells of dead letters once they are durable and of what handlers throw', async () => {
    topics.subscribe('update-signals', async () => {
      throw new Error('broken');
    });
    await topics.publish('listens', [{ orderingKey: 'k', data: '{}' }]);
    await eventually(() => dead.length === 1);
    expect(await topics.deadLetters()).toEqual(dead);
    expect(dead[0]).toMatchObject({ publishedAt: clock.now(), diedAt: clock.now(), reason: 'broken' });
    expect(errors).toHaveLength(5);
  });

  it('measures the age of the oldest by its clock', async () => {
    await topics.publish('listens', [{ orderingKey: 'k', data: '{}' }]);
    clock.advance(90_000);
    expect(await topics.backlog('update-signals')).toEqual({ messages: 1, oldestMs: 90_000 });
  });

  it('gathers what trickles in into batches while a delivery is under way', async () => {
    const batches: number[] = [];
    const published = Promise.withResolvers<void>();
    topics.subscribe('update-signals', async (batch) => {
      batches.push(batch.length);
      await published.promise;
      return batch.map(() => ACK);
    });
    for (let i = 0; i < 30; i++) await topics.publish('listens', [{ orderingKey: String(i), data: '{}' }]);
    published.resolve();
    await topics.settled('update-signals');
    expect(batches.reduce((a, b) => a + b)).toBe(30);
    expect(batches.length).toBeLessThan(15);
  });

  it('rejects settled() when closed before', async () => {
    await topics.publish('listens', [{ orderingKey: 'k', data: '{}' }]);
    const settled = topics.settled('update-signals');
    const rejected = expect(settled).rejects.toBeInstanceOf(TransientError);
    await sleep(5);
    await topics.close();
    await rejected;
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createHedging } from '../../../shared/google/hedging.ts';

describe('hedged requests', () => {
  test('a quick one is sent once; of a slow one’s two attempts the first answer wins and the other is aborted', async () => {
    const hedged = createHedging({ afterMs: 10, share: 1 });
    let sent = 0;
    expect(await hedged(async () => ++sent)).toBe(1);
    await sleep(20);
    expect(sent).toBe(1);
    const aborted: number[] = [];
    const answer = await hedged(async (signal) => {
      const mine = ++sent;
      signal.addEventListener('abort', () => aborted.push(mine));
      await sleep(mine === 2 ? 5_000 : 1, undefined, { signal }).catch(() => undefined);
      return mine;
    });
    expect([answer, aborted]).toEqual([3, [2]]);
  });

  test('when everything is slow, only so many second attempts are sent', async () => {
    const hedged = createHedging({ afterMs: 1, share: 0.1 });
    let sent = 0;
    await Promise.all(
      Array.from({ length: 100 }, () =>
        hedged(async () => {
          sent += 1;
          await sleep(30);
        }),
      ),
    );
    expect(sent).toBeGreaterThanOrEqual(105);
    expect(sent).toBeLessThanOrEqual(112);
  });

  test('it fails when every attempt has failed, with what the first one said', async () => {
    const hedged = createHedging({ afterMs: 5, share: 1 });
    let sent = 0;
    const second = Promise.withResolvers<void>();
    const failing = hedged(async () => {
      const mine = ++sent;
      if (mine === 1) await second.promise;
      else second.resolve();
      throw new Error(`attempt ${mine}`);
    });
    await expect(failing).rejects.toThrow('attempt 2');
    expect(sent).toBe(2);
    await expect(hedged(() => Promise.reject(new Error('at once')))).rejects.toThrow('at once');
  });

  test('a first attempt that fails while the second is out leaves it to the second', async () => {
    const hedged = createHedging({ afterMs: 5, share: 1 });
    let sent = 0;
    const answer = await hedged(async () => {
      const mine = ++sent;
      await sleep(mine === 1 ? 15 : 30);
      if (mine === 1) throw new Error('the first');
      return mine;
    });
    expect(answer).toBe(2);
  });
});

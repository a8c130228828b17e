import { describe, expect, it } from 'vitest';
import { runLoop, startLoop } from '../../../shared/simulation/closed-loop.ts';
import { createPopularityPolicy } from '../../../shared/simulation/closed-loop-popularity.ts';
import { createWorld, itemOf } from '../../../shared/simulation/closed-loop-world.ts';
import { policyOf, START, smallWorld } from './closed-loop-worlds.ts';

describe('the closed loop', () => {
  it('gives the same listens and measures for the same seed, and others for another', async () => {
    const run = async (seed: number) => runLoop(await startLoop(smallWorld(seed)), createPopularityPolicy());
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(again).toEqual(first);
    expect(other.listens.length).not.toBe(first.listens.length);
    expect(first.listens.length).toBeGreaterThan(500);
  });

  it('leaves the start as it was: a run that was cut short and one repeated give what an undisturbed one gives', async () => {
    const start = await startLoop(smallWorld());
    const undisturbed = await runLoop(await startLoop(smallWorld()), createPopularityPolicy());
    let weeks = 0;
    const cut = runLoop(start, createPopularityPolicy(), () => {
      weeks += 1;
      if (weeks === 2) throw new Error('killed');
    });
    await expect(cut).rejects.toThrow('killed');
    expect(await runLoop(start, createPopularityPolicy())).toEqual(undisturbed);
    expect(await runLoop(start, createPopularityPolicy())).toEqual(undisturbed);
  });

  it('finds no discovery where only heard tracks are served', async () => {
    const world = smallWorld();
    const policy = policyOf((_id, { count }, heard) => [...heard].slice(0, count));
    const { result, listens } = await runLoop(await startLoop(world), policy);
    expect(listens.filter(({ surface }) => surface !== null).length).toBeGreaterThan(50);
    for (const { measures } of result.weeks) {
      expect(measures.discoveryPlays).toBe(0);
      expect(measures.retainedDiscoveries).toBe(0);
      expect(measures.served).toBeGreaterThan(0);
    }
  });

  it('tells the policy of every event once, in time for the next request of the listener, and of nothing hidden', async () => {
    const world = smallWorld();
    const start = await startLoop(world);
    const told = new Map<string, number>();
    const policy = policyOf((id, { seed }) => {
      const own = policy.observed.filter(({ listenerId, type }) => listenerId === id && type === 'listen');
      // What is playing was told of before it is built upon.
      if (seed !== undefined) expect(own.at(-1)?.recordingId).toBe(recordingOf(seed));
      told.set(id, own.length);
      return [];
    });
    const recordingOf = (itemId: string) => itemOf(world, world.trackOfItem.get(itemId) ?? -1).recordingId;
    const { listens } = await runLoop(start, policy);
    const followed = START + (14 + 14) * 86_400_000;
    const served = listens.filter(({ day }) => day * 86_400_000 < followed);
    const ids = policy.observed.filter(({ type }) => type === 'listen').map(({ eventId }) => eventId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.sort()).toEqual([...start.history, ...served].map(({ eventId }) => eventId).sort());
    expect(told.size).toBe(12);
    const fields = new Set(policy.observed.flatMap((event) => Object.keys(event)));
    expect(fields.has('liking')).toBe(false);
  });

  it('hands weeks of its own: nobody is served after the last, and a week is of seven days', async () => {
    const world = smallWorld();
    const asked: number[] = [];
    const policy = { ...createPopularityPolicy(), refresh: async (at: number) => void asked.push(at) };
    const { result, listens } = await runLoop(await startLoop(world), policy);
    expect(asked).toEqual([START + 14 * 86_400_000, START + 21 * 86_400_000]);
    expect(result.weeks.map(({ week }) => week)).toEqual([1, 2]);
    const last = Math.max(...listens.map(({ day }) => day));
    const lastServed = Math.max(
      ...listens.filter(({ surface }) => surface !== null).map(({ day }) => day),
      0,
    );
    expect(last - START / 86_400_000).toBe(14 + 14 + 28);
    expect(lastServed - START / 86_400_000).toBeLessThan(28);
  });

  it('takes an item that the catalogue does not have for an error of the policy', async () => {
    const start = await startLoop(smallWorld());
    await expect(
      runLoop(
        start,
        policyOf(() => ['no such track']),
      ),
    ).rejects.toThrow('no such track');
  });

  it('counts events of one listener in order of time', async () => {
    const { listens } = await runLoop(await startLoop(smallWorld()), createPopularityPolicy());
    for (const own of Map.groupBy(listens, ({ listener }) => listener).values())
      for (let i = 1; i < own.length; i++) expect(own[i]?.at).toBeGreaterThanOrEqual(own[i - 1]?.at ?? 0);
  });

  it('refuses a size that is no positive whole number, naming it', () => {
    const size = { listeners: 0, tracks: 300, historyDays: 14, weeks: 2 };
    expect(() => createWorld(1, START, size, smallWorld().parameters)).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ pointer: '/listeners' })] }),
    );
  });
});

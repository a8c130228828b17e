import { describe, expect, it } from 'vitest';
import { openSeguePolicy, SEGUE_VARIANTS, type SegueVariant } from '../../infra/local/closed-loop-segue.ts';
import { runLoop, startLoop } from '../../shared/simulation/closed-loop.ts';
import { eventsOfListen } from '../../shared/simulation/closed-loop-listen.ts';
import type { LoopPolicy } from '../../shared/simulation/closed-loop-policy.ts';
import { itemOf } from '../../shared/simulation/closed-loop-world.ts';
import { DEFAULT_PARAMETERS } from '../../shared/sql/parameters.ts';
import { START, smallWorld } from '../shared/simulation/closed-loop-worlds.ts';

const DAY = 86_400_000;
const UNTRAINED = 'segue without ranking model';
const world = smallWorld();
const start = await startLoop(world);
const MONDAY = START + world.size.historyDays * DAY;
const [LISTENER] = world.listeners.map(({ profile }) => profile.listenerId);
const ID = LISTENER ?? '';

async function openPolicy(variant: SegueVariant = { name: 'segue' }) {
  const policy = await openSeguePolicy({
    engine: { threads: 1, memory: '512MiB' },
    seed: 1,
    items: world.catalogue.items,
    variant,
  });
  await policy.observe(start.history.flatMap((listen) => eventsOfListen(world, listen)));
  await policy.refresh(MONDAY);
  return policy;
}

const recordingOf = (itemId: string) =>
  world.catalogue.tracks[world.trackOfItem.get(itemId) ?? -1]?.item.recordingId ?? '';

describe('the service as a policy', () => {
  it('runs the loop, the same every time', async () => {
    const run = async () => {
      const policy = await openSeguePolicy({
        engine: { threads: 1, memory: '512MiB' },
        seed: 1,
        items: world.catalogue.items,
        variant: { name: 'segue' },
      });
      try {
        return await runLoop(start, policy);
      } finally {
        await policy.close();
      }
    };
    const first = await run();
    expect(await run()).toEqual(first);
    expect(first.result.weeks.every(({ measures }) => (measures.discoveryPlays ?? 0) > 0)).toBe(true);
  }, 120_000);

  it('serves only what the listener did not hear, on every surface of discovery, also since the build', async () => {
    const policy = await openPolicy();
    try {
      const own = start.history.filter(({ listener }) => listener === 0);
      const heard = new Set(
        own.map(({ track }) => recordingOf(world.catalogue.tracks[track]?.item.itemId ?? '')),
      );
      for (const surface of ['discover', 'weekly'] as const) {
        const served = await policy.serve(ID, MONDAY + DAY, { surface, count: 20 });
        expect(served.length).toBeGreaterThan(5);
        expect(served.filter((itemId) => heard.has(recordingOf(itemId)))).toEqual([]);
        const [first = ''] = served;
        const track = world.trackOfItem.get(first) ?? -1;
        const listen = own[0];
        if (listen === undefined) throw new Error('The listener has a history.');
        const event = {
          ...listen,
          eventId: `now ${surface}`,
          track,
          at: MONDAY + DAY,
          skipped: true,
          msPlayed: 900,
        };
        await policy.observe(eventsOfListen(world, { ...event, saved: false }));
        const again = await policy.serve(ID, MONDAY + DAY + 60_000, { surface, count: 20 });
        expect(again.map(recordingOf)).not.toContain(recordingOf(first));
      }
    } finally {
      await policy.close();
    }
  }, 60_000);

  it('continues what plays, without it', async () => {
    const policy = await openPolicy();
    try {
      const seed =
        world.catalogue.tracks[start.history.findLast(({ listener }) => listener === 0)?.track ?? 0];
      const itemId = seed?.item.itemId ?? '';
      const served = await policy.serve(ID, MONDAY + DAY, { surface: 'next', count: 5, seed: itemId });
      expect(served).toHaveLength(5);
      expect(served).not.toContain(itemId);
    } finally {
      await policy.close();
    }
  }, 60_000);

  it('has a variant without each part, that changes what it is named for', async () => {
    const lists = new Map<string, readonly string[]>();
    // One build alone has nothing to learn from.
    for (const variant of SEGUE_VARIANTS.filter(({ name }) => name !== UNTRAINED)) {
      const policy = await openPolicy(variant);
      try {
        // What is played since the build is what live signals are made of.
        const played = start.history.slice(-5).map((listen, place) => ({
          ...listen,
          eventId: `live ${place}`,
          at: MONDAY + place * 1000,
          skipped: false,
          msPlayed: listen.durationMs,
        }));
        await policy.observe(played.flatMap((listen) => eventsOfListen(world, listen)));
        const served = world.listeners.map(({ profile }) =>
          policy.serve(profile.listenerId, MONDAY + 60_000, { surface: 'discover', count: 20 }),
        );
        lists.set(variant.name, (await Promise.all(served)).flat());
      } finally {
        await policy.close();
      }
    }
    for (const [name, list] of lists)
      if (name !== 'segue') expect(list, name).not.toEqual(lists.get('segue'));
    for (const { parameters } of SEGUE_VARIANTS)
      for (const name of Object.keys(parameters ?? {})) expect(DEFAULT_PARAMETERS).toHaveProperty(name);
  }, 120_000);

  it('learns from what stayed of what it served, unless its ranking model is left out', async () => {
    const untrained = SEGUE_VARIANTS.find(({ name }) => name === UNTRAINED);
    const lists = new Map<string, readonly string[]>();
    for (const variant of [{ name: 'segue' }, untrained as SegueVariant]) {
      const policy = await openPolicy(variant);
      try {
        for (let day = 0; day < 9; day++) await playServed(policy, MONDAY + day * DAY);
        await policy.refresh(MONDAY + 21 * DAY);
        const request = { surface: 'discover', count: 10 } as const;
        const served = world.listeners.map(({ profile }) =>
          policy.serve(profile.listenerId, MONDAY + 21 * DAY, request),
        );
        lists.set(variant.name, (await Promise.all(served)).flat());
      } finally {
        await policy.close();
      }
    }
    expect(lists.get('segue')).not.toEqual(lists.get(UNTRAINED));
  }, 120_000);
});

const artistOf = (itemId: string) => itemOf(world, world.trackOfItem.get(itemId) ?? -1).artistId;
const artistsBefore = world.listeners.map(
  (_, index) =>
    new Set(
      start.history
        .filter(({ listener }) => listener === index)
        .map(({ track }) => itemOf(world, track).artistId),
    ),
);
const knows = (listener: number, itemId: string) => artistsBefore[listener]?.has(artistOf(itemId)) === true;

/** Everybody skips artists whom they knew, and comes back to the others on two later days. */
async function playServed(policy: LoopPolicy, at: number) {
  const [pattern] = start.history;
  if (pattern === undefined) throw new Error('There is a history.');
  for (const [listener, { profile }] of world.listeners.entries()) {
    const served = await policy.serve(profile.listenerId, at, { surface: 'discover', count: 20 });
    const listens = served.flatMap((itemId, place) => {
      const skipped = knows(listener, itemId);
      return (skipped ? [0] : [0, 1, 2]).map((later) => ({
        ...pattern,
        listener,
        eventId: `${at} ${listener} ${place} ${later}`,
        track: world.trackOfItem.get(itemId) ?? -1,
        at: at + later * DAY + (place + 1) * 300_000,
        skipped,
        saved: false,
        msPlayed: skipped ? 3_000 : 200_000,
      }));
    });
    await policy.observe(listens.flatMap((listen) => eventsOfListen(world, listen)));
  }
}

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { getBuild } from '../../../functions/rebuild/builds.ts';
import { collect } from '../../../functions/rebuild/publish.ts';
import { NotFound, PermanentError } from '../../../shared/errors.ts';
import { controlCell } from '../../../shared/rows/control-cells.ts';
import { liveEventCell } from '../../../shared/rows/live-events.ts';
import { readableBuilds } from '../../../shared/rows/pointer.ts';
import { listenerKey } from '../../../shared/schema/rows.ts';
import { acceptedEvent } from '../fakes/events.ts';
import { openRebuild } from './harness.ts';

const DAY = 86_400_000;

let h: ReturnType<typeof openRebuild>;
beforeEach(() => {
  h = openRebuild();
});
afterEach(() => h.close());

/** Every build that the pointer lets readers read has its cells. */
async function expectReadable(): Promise<void> {
  const pointer = await h.pointer();
  if (pointer === undefined) throw new Error('Nothing is published.');
  expect(readableBuilds(pointer)[0]).toBe(pointer.active);
  const there = await h.poolsOf('ann');
  for (const build of readableBuilds(pointer)) expect(there).toContain(build);
}

describe('publishing', () => {
  test('keeps the newest three builds readable and collects the cells of the rest', async () => {
    const builds = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) builds.push(await h.night(name));
    const cutoffs = builds.map(({ cutoff }) => cutoff).reverse();
    expect(await h.pointer()).toEqual({ active: cutoffs[0], accepted: cutoffs.slice(0, 3) });
    expect(await h.poolsOf('ann')).toEqual(cutoffs.slice(0, 3));
    await expectReadable();
  });

  test('again, by name, changes nothing', async () => {
    const { id } = await h.night('a');
    const pointer = await h.pointer();
    expect(await h.publish(id)).toEqual(pointer);
    expect((await getBuild(h.documents, id)).status).toBe('published');
  });

  test('of an unknown build is NotFound, of one that is not loaded an error that names its status', async () => {
    await expect(h.publish('b00000000000001')).rejects.toThrow(NotFound);
    h.warehouse.violations = 1;
    const rejected = await h.night('a');
    expect(rejected.status).toBe('rejected');
    await expect(h.publish(rejected.id)).rejects.toThrow(/is rejected/);
    expect(await h.pointer()).toBeUndefined();
  });

  test('of a loaded build whose cells newer builds have collected is refused', async () => {
    const held = await h.night('held', { publish: false });
    for (const name of ['b', 'c', 'd']) await h.night(name);
    const before = await h.pointer();
    expect(await h.poolsOf('ann')).not.toContain(held.cutoff);
    await expect(h.publish(held.id)).rejects.toThrow(PermanentError);
    expect(await h.pointer()).toEqual(before);
    await expectReadable();
  });

  test('of a build that was rolled back works until a newer one has collected its cells', async () => {
    await h.night('a');
    const b = await h.night('b');
    await h.rollback();
    await h.publish(b.id);
    await expectReadable();
    expect((await h.pointer())?.active).toBe(b.cutoff);
    await h.rollback();
    await h.night('c');
    await expect(h.publish(b.id)).rejects.toThrow(/collected/);
    await expectReadable();
  });

  test('of an older accepted build goes back to it, and the next night forward again', async () => {
    const [a, b] = [await h.night('a'), await h.night('b')];
    await h.publish(a.id);
    expect(readableBuilds((await h.pointer()) ?? { active: 0, accepted: [] })).toEqual([a.cutoff]);
    const c = await h.night('c');
    expect(await h.pointer()).toEqual({ active: c.cutoff, accepted: [c.cutoff, b.cutoff, a.cutoff] });
    await expectReadable();
  });
});

describe('rolling back', () => {
  test('goes to the accepted build before, names the one given up, and ends at the oldest', async () => {
    const [a, b, c] = [await h.night('a'), await h.night('b'), await h.night('c')];
    expect((await h.rollback()).active).toBe(b.cutoff);
    expect((await getBuild(h.documents, c.id)).status).toBe('rolled-back');
    expect((await h.rollback()).active).toBe(a.cutoff);
    await expect(h.rollback()).rejects.toThrow(PermanentError);
    expect((await h.pointer())?.active).toBe(a.cutoff);
    await expectReadable();
  });

  test('is refused while nothing was published', async () => {
    await expect(h.rollback()).rejects.toThrow(/no earlier/);
  });
});

describe('collecting', () => {
  test('keeps controls for ever and live events for 14 days beyond the oldest readable build', async () => {
    const first = await h.night('a');
    const at = (receivedAt: number) =>
      liveEventCell(acceptedEvent({ eventId: `e${receivedAt}`, receivedAt }));
    const edge = first.cutoff - 14 * DAY;
    await h.rows.write('listeners', [
      at(edge - 1),
      at(edge),
      at(first.cutoff),
      controlCell('ann', { kind: 'dislike', target: 'x', active: true, until: null, from: 1 }, 1),
    ]);
    expect((await collect(h.deps)).cells).toBe(1);
    const row = await h.rows.read('listeners', listenerKey('ann'));
    expect(row?.cells.filter(({ family }) => family === 'control')).toHaveLength(1);
    expect(row?.cells.filter(({ family }) => family === 'live').map(({ timestamp }) => timestamp)).toEqual(
      expect.arrayContaining([edge, first.cutoff]),
    );
  });

  test('keeps two finished workspaces, and those under way', async () => {
    for (const name of ['a', 'b', 'c']) await h.night(name);
    h.warehouse.dying.at = 'run:seeds';
    await expect(h.night('d')).rejects.toThrow('killed');
    expect(await h.warehouse.listBuilds()).toHaveLength(3);
    await collect(h.deps);
    expect(await h.warehouse.listBuilds()).toHaveLength(3);
  });

  test('does nothing while nothing was published', async () => {
    expect(await collect(h.deps)).toEqual({ cells: 0, workspaces: 0 });
  });
});

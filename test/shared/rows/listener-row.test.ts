import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LmdbRows } from '../../../shared/embedded/lmdb-rows.ts';
import type { CellWrite } from '../../../shared/ports/row-store.ts';
import { controlCell, controlOfCell } from '../../../shared/rows/control-cells.ts';
import { createListenerReader, LATELY_MS } from '../../../shared/rows/listener-row.ts';
import { liveEventCell } from '../../../shared/rows/live-events.ts';
import { listenerKey } from '../../../shared/schema/rows.ts';
import { openEmbedded } from '../../contract/embedded-stores.ts';
import type { Opened } from '../../contract/opened.ts';
import { acceptedEvent } from '../../functions/fakes/events.ts';
import { heardText, historyText, poolText, someLines, tasteText } from '../../functions/serve/pool-text.ts';

let opened: Opened<LmdbRows>;
beforeEach(async () => {
  opened = await openEmbedded((environment) => new LmdbRows(environment));
});
afterEach(() => opened.close());

const cell = (listener: string, qualifier: string, timestamp: number, value: string): CellWrite => ({
  key: listenerKey(listener),
  family: 'build',
  qualifier,
  timestamp,
  value,
});
const live = (eventId: string, receivedAt: number) => liveEventCell(acceptedEvent({ eventId, receivedAt }));
const idsOf = (events: readonly { eventId: string }[]) => events.map(({ eventId }) => eventId).sort();

describe('reading a row', () => {
  test('takes the best build that has the listener, and live events from that build’s cutoff on', async () => {
    await opened.store.write('listeners', [
      cell('ann', 'pool', 100, poolText(someLines('old', 1))),
      cell('ann', 'pool', 300, poolText(someLines('unpublished', 1))),
      ...[99, 100, 150, 200, 250].map((at) => live(`at${at}`, at)),
    ]);
    const reader = createListenerReader(opened.store);
    const row = await reader.read('ann', [200, 100]);
    expect(row.built?.build).toBe(100);
    expect(row.built?.candidates.map(({ itemId }) => itemId)).toEqual(['old0']);
    expect(idsOf(row.live)).toEqual(['at100', 'at150', 'at200', 'at250']);
    expect(idsOf((await reader.read('ann', [])).live)).toHaveLength(5);
    expect((await reader.read('ann', [300])).built?.candidates[0]?.itemId).toBe('unpublished0');
  });

  test('parses every part, and does without those that are absent', async () => {
    await opened.store.write('listeners', [
      cell('ann', 'pool', 100, poolText(someLines('p', 2), ['seed'])),
      cell('ann', 'heard', 100, heardText(['h'])),
      cell('ann', 'taste', 100, tasteText(90)),
      cell('ann', 'recent', 100, historyText(['r1', 'r2'], 20_000, ['r2'])),
      cell('bob', 'recent', 100, ''),
    ]);
    const reader = createListenerReader(opened.store);
    const { built } = await reader.read('ann', [100]);
    expect(built?.candidates).toHaveLength(2);
    expect(built?.heard?.has('h')).toBe(true);
    expect(built?.taste?.listens).toBe(100);
    expect([...(built?.recent ?? [])]).toEqual([
      ['r1', { lastDay: 20_000, plays: 3, forgottenFavourite: false }],
      ['r2', { lastDay: 19_999, plays: 3, forgottenFavourite: true }],
    ]);
    expect((await reader.read('bob', [100])).built).toEqual({
      build: 100,
      candidates: [],
      heard: undefined,
      taste: undefined,
      recent: new Map(),
    });
  });

  test('a listener without a row is nobody', async () => {
    expect(await createListenerReader(opened.store).read('nobody', [100], 50)).toEqual({
      built: undefined,
      live: [],
      earlier: [],
      controls: [],
      damaged: [],
    });
  });

  test('what was heard within a day before the cutoff is told apart from what the build does not cover', async () => {
    const build = 10 * LATELY_MS;
    await opened.store.write('listeners', [
      cell('ann', 'pool', build, poolText([])),
      live('long-before', build - LATELY_MS - 1),
      live('just-before', build - 1),
      live('at', build),
    ]);
    const row = await createListenerReader(opened.store).read('ann', [build]);
    expect(idsOf(row.earlier)).toEqual(['just-before']);
    expect(idsOf(row.live)).toEqual(['at']);
  });

  test('an erasure hides builds, events and controls up to its instant, and none after', async () => {
    const control = { kind: 'dislike', active: true, until: null, from: 0 } as const;
    await opened.store.write('listeners', [
      cell('ann', 'pool', 100, poolText([])),
      cell('ann', 'pool', 201, poolText([])),
      live('before', 199),
      live('at', 200),
      live('after', 201),
      controlCell('ann', { ...control, target: 'before' }, 200),
      controlCell('ann', { ...control, target: 'after' }, 201),
    ]);
    const reader = createListenerReader(opened.store);
    const row = await reader.read('ann', [100], 200);
    expect(row.built).toBeUndefined();
    expect(idsOf(row.live)).toEqual(['after']);
    expect(row.controls.map(({ target }) => target)).toEqual(['after']);
    expect((await reader.read('ann', [201, 100], 200)).built?.build).toBe(201);
  });

  test('damaged live cells are named and the rest is kept; nothing of them is repeated in the reason', async () => {
    await opened.store.write('listeners', [
      live('fine', 5),
      { ...live('a', 6), value: '{"secret":"listener"}' },
      { ...live('b', 7), qualifier: 'x#b' },
    ]);
    const row = await createListenerReader(opened.store).read('ann', []);
    expect(idsOf(row.live)).toEqual(['fine']);
    expect(row.damaged).toHaveLength(2);
    expect(row.damaged.join()).not.toContain('secret');
  });

  test('forgetting one listener leaves those whose id only ends alike', async () => {
    const reads: string[] = [];
    const reader = createListenerReader({
      ...opened.store,
      read: async (table, key, filters) => {
        if (filters?.[0]?.family === 'build') reads.push(key);
        return opened.store.read(table, key, filters);
      },
    } as LmdbRows);
    for (const listener of ['b', 'ab'])
      await opened.store.write('listeners', [cell(listener, 'pool', 1, '\n')]);
    for (const listener of ['b', 'ab', 'b', 'ab']) await reader.read(listener, [1]);
    expect(reads).toHaveLength(2);
    reader.forget('b');
    for (const listener of ['b', 'ab']) await reader.read(listener, [1]);
    expect(reads.slice(2)).toEqual([listenerKey('b')]);
    await opened.store.deleteRows('listeners', [listenerKey('b'), listenerKey('ab')]);
    expect((await reader.read('ab', [1])).built?.build).toBe(1);
    reader.forgetAll();
    for (const listener of ['b', 'ab']) expect((await reader.read(listener, [1])).built).toBeUndefined();
  });

  test('requests that come together read once, and what is forgotten meanwhile is not kept', async () => {
    let reads = 0;
    let forgetMeanwhile = () => {};
    const reader = createListenerReader({
      ...opened.store,
      read: async (table, key, filters) => {
        const row = await opened.store.read(table, key, filters);
        if (filters?.[0]?.family !== 'build') return row;
        reads += 1;
        forgetMeanwhile();
        return row;
      },
    } as LmdbRows);
    await opened.store.write('listeners', [cell('ann', 'pool', 1, '\n')]);
    forgetMeanwhile = () => reader.forget('ann');
    const read = () => reader.read('ann', [1]);
    const together = await Promise.all([read(), read(), read()]);
    expect(together.map(({ built }) => built?.build)).toEqual([1, 1, 1]);
    expect(reads).toBe(1);
    forgetMeanwhile = () => {};
    await read();
    expect(reads).toBe(2);
    await read();
    expect(reads).toBe(2);
  });
});

describe('controls as cells', () => {
  test('round trip, targets with any sign included', () => {
    const control = { kind: 'snooze-artist', target: 'a#b/c', active: true, until: 9, from: 3 } as const;
    const written = controlCell('ann', control, 5);
    expect(controlOfCell(written)).toEqual(control);
    expect(written).toMatchObject({ timestamp: 5, qualifier: 'snooze-artist#a#b/c' });
  });

  test('one that an event wrote holds since that event and until it is taken back', () => {
    const written = { family: 'control', qualifier: 'dislike#r', timestamp: 7, value: '{"active":true}' };
    expect(controlOfCell(written)).toEqual({
      kind: 'dislike',
      target: 'r',
      active: true,
      until: null,
      from: 7,
    });
  });

  test('an unknown kind is none', () => {
    for (const qualifier of ['mood#x', 'dislike', '#x', ''])
      expect(controlOfCell({ family: 'control', qualifier, timestamp: 1, value: '{}' })).toBeUndefined();
  });
});

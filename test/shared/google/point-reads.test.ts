import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createPointReads } from '../../../shared/google/point-reads.ts';
import type { FamilyFilter, Row } from '../../../shared/ports/row-store.ts';

function reads() {
  const requests: string[] = [];
  const read = createPointReads(async (table, keys, filters) => {
    requests.push(`${table} ${keys.join(',')} ${JSON.stringify(filters ?? null)}`);
    await setImmediate();
    if (keys.includes('bad')) throw new Error('no');
    return new Map(
      keys.filter((key) => key !== 'none').map((key): [string, Row] => [key, { key, cells: [] }]),
    );
  });
  return { read, requests };
}

describe('point reads', () => {
  test('of one moment, table and filter travel together, each row once; others do not', async () => {
    const { read, requests } = reads();
    const live: FamilyFilter[] = [{ family: 'live' }];
    const rows = await Promise.all([
      read('listeners', 'a', live),
      read('listeners', 'b', [{ family: 'live' }]),
      read('listeners', 'a', live),
      read('listeners', 'none', live),
      read('listeners', 'a'),
      read('catalog', 'a', live),
    ]);
    expect(rows.map((row) => row?.key)).toEqual(['a', 'b', 'a', undefined, 'a', 'a']);
    expect(requests).toEqual([
      'listeners a,b,none [{"family":"live"}]',
      'listeners a null',
      'catalog a [{"family":"live"}]',
    ]);
    await read('listeners', 'a', live);
    expect(requests).toHaveLength(4);
  });

  test('a failure is told to all of the request, and to nobody of the next', async () => {
    const { read } = reads();
    const [good, bad] = await Promise.allSettled([read('pools', 'good'), read('pools', 'bad')]);
    expect([good?.status, bad?.status]).toEqual(['rejected', 'rejected']);
    expect(await read('pools', 'good')).toEqual({ key: 'good', cells: [] });
  });

  test('while enough are under way others gather, and go as soon as one is back', async () => {
    const requests: string[][] = [];
    const gates: (() => void)[] = [];
    const read = createPointReads(async (_table, keys) => {
      requests.push([...keys]);
      await new Promise<void>((resolve) => gates.push(resolve));
      return new Map(keys.map((key): [string, Row] => [key, { key, cells: [] }]));
    });
    const reading: Promise<Row | undefined>[] = [];
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
      reading.push(read('listeners', key));
      await setImmediate();
    }
    expect(requests).toEqual([['a'], ['b'], ['c'], ['d']]);
    gates[0]?.();
    await setImmediate();
    expect(requests.slice(4)).toEqual([['e', 'f']]);
    for (const open of gates) open();
    expect((await Promise.all(reading)).map((row) => row?.key)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  test('nobody gathers for long behind requests that do not come back', async () => {
    const requests: (readonly string[])[] = [];
    const read = createPointReads((_table, keys) => {
      requests.push(keys);
      return new Promise(() => undefined);
    });
    for (const key of ['a', 'b', 'c', 'd']) {
      read('listeners', key);
      await setImmediate();
    }
    const late = Array.from({ length: 70 }, (_, i) => `late ${i}`);
    for (const key of late) read('listeners', key);
    const began = performance.now();
    while (requests.length < 7 && performance.now() - began < 2_000) await setImmediate();
    expect(requests.slice(4).map((keys) => keys.length)).toEqual([32, 32, 6]);
    expect(requests.slice(4).flat()).toEqual(late);
  });

  test('many go in requests of a bounded size, and each gets its own row', async () => {
    const { read, requests } = reads();
    const keys = Array.from({ length: 100 }, (_, i) => `k${i}`);
    const rows = await Promise.all(keys.map((key) => read('listeners', key)));
    expect(rows.map((row) => row?.key)).toEqual(keys);
    expect(requests.map((request) => request.split(',').length)).toEqual([32, 32, 32, 4]);
  });
});

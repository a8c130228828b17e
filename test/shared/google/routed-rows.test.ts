import { expect, test } from 'vitest';
import { routeRows } from '../../../shared/google/routed-rows.ts';
import type { RowStore } from '../../../shared/ports/row-store.ts';

/** Tells which of two stores was asked what. */
function named(name: string, calls: string[]): RowStore {
  return new Proxy({} as RowStore, {
    get: (_target, method) => (table: string) => {
      calls.push(`${name} ${String(method)} ${table}`);
      return Promise.resolve(undefined);
    },
  });
}

test('conditions, removals and tombstones go to one cluster, all else to the near one', async () => {
  const calls: string[] = [];
  const rows = routeRows(named('near', calls), named('one', calls));
  const cell = { key: 'k', family: 'f', qualifier: 'q', timestamp: 1, value: 'v' };
  await rows.read('listeners', 'k');
  await rows.readMany('catalog', ['k']);
  await rows.write('listeners', [cell]);
  await rows.write('erasures', [cell]);
  await rows.writeIfAbsent('listeners', [cell]);
  await rows.compareAndSet('pools', cell, undefined);
  await rows.deleteRows('listeners', ['k']);
  await rows.collect('listeners', 'live', 1, []);
  expect(calls).toEqual([
    'near read listeners',
    'near readMany catalog',
    'near write listeners',
    'one write erasures',
    'one writeIfAbsent listeners',
    'one compareAndSet pools',
    'one deleteRows listeners',
    'one collect listeners',
  ]);
});

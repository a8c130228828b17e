import { describe, expect, test } from 'vitest';
import { InvalidInput, TransientError } from '../../../shared/errors.ts';
import { CODE, GrpcFailure } from '../../../shared/google/grpc-channel.ts';
import type { CellWrite } from '../../../shared/ports/row-store.ts';
import { encoded, rowsMessage } from './bigtable-protocol.ts';
import { scripted } from './bigtable-script.ts';

const away = () => new GrpcFailure(CODE.UNAVAILABLE, 'away');
const cell = (key: string, change: Partial<CellWrite> = {}): CellWrite => ({
  ...{ key, family: 'live', qualifier: 'q', timestamp: 5, value: 'v' },
  ...change,
});
const chunk = (row: string) => ({ row, family: 'live', qualifier: 'q', at: 1, value: row, commit: true });

describe('conditional writes', () => {
  test('decide each cell by itself, the first of a qualifier before the next', async () => {
    const there = new Map<string, string>();
    const { store, sent } = scripted(function* ({ method, request }) {
      const name = (key: string, qualifier: string) => `${key} ${qualifier}`;
      if (method === 'ReadRows') {
        const [key = ''] = request.rows.rowKeys;
        const qualifier = request.filter.chain.filters[1]?.columnQualifierRegexFilter ?? '';
        const value = there.get(name(key, qualifier)) ?? '';
        yield rowsMessage([{ row: key, family: 'live', qualifier, at: 1, value, commit: true }]);
        return;
      }
      const [set] = request.falseMutations ?? [];
      const place = name(request.rowKey, set?.setCell.columnQualifier ?? '');
      const known = there.has(place);
      if (!known) there.set(place, set?.setCell.value ?? '');
      yield encoded('checked', { predicateMatched: known });
    });
    const found = await store.writeIfAbsent('listeners', [
      cell('a', { value: '1' }),
      cell('a', { value: '2' }),
      cell('a', { qualifier: 'p', value: '3' }),
      cell('b', { value: '4' }),
    ]);
    expect(found.map((one) => one?.value)).toEqual([undefined, '1', undefined, undefined]);
    expect(sent.filter(({ method }) => method === 'CheckAndMutateRow')).toHaveLength(4);
  });

  test('a cell that comes and goes is looked for again, but not for ever', async () => {
    const { store, sent } = scripted(function* ({ method }) {
      yield method === 'ReadRows' ? rowsMessage([]) : encoded('checked', { predicateMatched: true });
    });
    await expect(store.writeIfAbsent('listeners', [cell('a')])).rejects.toThrow(TransientError);
    expect(sent).toHaveLength(10);
  });

  test('another writer’s cell that a repeat meets is not taken for one’s own', async () => {
    const { store } = scripted(function* ({ method }, index) {
      if (index === 0) throw away();
      yield method === 'ReadRows'
        ? rowsMessage([{ ...chunk('a'), at: 4, value: 'theirs' }])
        : encoded('checked', { predicateMatched: true });
    });
    const [there] = await store.writeIfAbsent('listeners', [cell('a', { value: 'mine' })]);
    expect(there).toEqual({ family: 'live', qualifier: 'q', timestamp: 4, value: 'theirs' });
  });

  test('an identical cell is there already unless an answer of ours was lost', async () => {
    const same = rowsMessage([{ ...chunk('a'), at: 5, value: 'v' }]);
    const answer = (method: string) =>
      method === 'ReadRows' ? same : encoded('checked', { predicateMatched: true });
    const plain = scripted(function* ({ method }) {
      yield answer(method);
    });
    expect((await plain.store.writeIfAbsent('listeners', [cell('a')]))[0]?.value).toBe('v');
    const repeated = scripted(function* ({ method }, index) {
      if (index === 0) throw away();
      yield answer(method);
    });
    expect(await repeated.store.writeIfAbsent('listeners', [cell('a')])).toEqual([undefined]);
  });

  test('an expected value that Bigtable would not compare is refused by name, as the emulator does not', async () => {
    const { store, sent } = scripted(() => [encoded('checked', { predicateMatched: true })]);
    expect(await store.compareAndSet('listeners', cell('a'), 'x'.repeat(10_000))).toBe(true);
    const failing = store.compareAndSet('listeners', cell('a'), 'x'.repeat(11_000));
    await expect(failing).rejects.toSatisfy(
      (error) => error instanceof InvalidInput && error.problems[0]?.pointer === '/expected',
    );
    expect(sent).toHaveLength(1);
  });

  test('a value is compared as a range of itself, an empty one by a pattern: an empty bound is none', async () => {
    const { store, sent } = scripted(() => [encoded('checked', { predicateMatched: true })]);
    for (const expected of ['ä.*', '', undefined])
      await store.compareAndSet('listeners', cell('a'), expected);
    const column = [
      { familyNameRegexFilter: 'live' },
      { columnQualifierRegexFilter: 'q' },
      { cellsPerColumnLimitFilter: 1 },
    ];
    expect(sent.map(({ request }) => request.predicateFilter.chain.filters)).toEqual([
      [...column, { valueRangeFilter: { startValueClosed: 'ä.*', endValueClosed: 'ä.*' } }],
      [...column, { valueRegexFilter: '()' }],
      [...column, { stripValueTransformer: true }],
    ]);
    expect(sent.map(({ request }) => request.trueMutations?.length ?? 0)).toEqual([1, 1, 0]);
    expect(sent.map(({ request }) => request.falseMutations?.length ?? 0)).toEqual([0, 0, 1]);
  });

  test('removal on a condition looks at whole milliseconds after the instant', async () => {
    const { store, sent } = scripted(() => [encoded('checked', { predicateMatched: false })]);
    for (const unlessAfter of [20, 20.9, -5]) await store.deleteRows('listeners', ['a'], { unlessAfter });
    const starts = sent.map(
      ({ request }) =>
        request.predicateFilter.chain.filters[0]?.timestampRangeFilter?.startTimestampMicros ?? 0,
    );
    expect(starts).toEqual([21_000, 21_000, 0]);
    expect(sent[0]?.request.falseMutations).toEqual([{ deleteFromRow: {} }]);
    expect(sent[0]?.request.trueMutations).toBeUndefined();
    for (const unlessAfter of [Number.NaN, Number.POSITIVE_INFINITY])
      await expect(store.deleteRows('listeners', ['a'], { unlessAfter })).rejects.toThrow(InvalidInput);
  });
});

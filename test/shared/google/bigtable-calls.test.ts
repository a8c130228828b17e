import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { PermanentError, TransientError } from '../../../shared/errors.ts';
import { CODE, GrpcFailure } from '../../../shared/google/grpc-channel.ts';
import type { CellWrite } from '../../../shared/ports/row-store.ts';
import { rowsOf } from '../../contract/row-store.names.ts';
import { type Chunk, encoded, rowsMessage } from './bigtable-protocol.ts';
import { scripted } from './bigtable-script.ts';

const TABLE = 'projects/p/instances/segue/tables/listeners';
const away = () => new GrpcFailure(CODE.UNAVAILABLE, 'away');
const cell = (key: string, change: Partial<CellWrite> = {}): CellWrite => ({
  ...{ key, family: 'live', qualifier: 'q', timestamp: 5, value: 'v' },
  ...change,
});
const chunk = (row: string): Chunk => ({
  row,
  family: 'live',
  qualifier: 'q',
  at: 1,
  value: row,
  commit: true,
});
const statuses = (...codes: (readonly [index: number, code: number])[]) =>
  encoded('mutated', {
    entries: codes.map(([index, code]) => ({ index, status: { code, message: `code ${code}` } })),
  });
const keysOf = (request: { entries: readonly { rowKey: string }[] }) =>
  request.entries.map(({ rowKey }) => rowKey);

describe('bulk writes', () => {
  test('go out as the public definition has them, one entry a row in the order of its cells', async () => {
    const { store, sent } = scripted(function* ({ request }) {
      yield statuses(...request.entries.map((_, index) => [index, 0] as const));
    });
    await store.write('listeners', [
      cell('a', { value: '1' }),
      cell('b'),
      cell('a', { value: '2', qualifier: 'ü' }),
    ]);
    const set = (columnQualifier: string, value: string) => ({
      setCell: { familyName: 'live', columnQualifier, timestampMicros: 5_000, value },
    });
    expect(sent.map(({ request }) => request)).toEqual([
      {
        tableName: TABLE,
        appProfileId: 'writing',
        entries: [
          { rowKey: 'a', mutations: [set('q', '1'), set('ü', '2')] },
          { rowKey: 'b', mutations: [set('q', 'v')] },
        ],
      },
    ]);
    expect(sent[0]?.call.routing).toBe(
      'table_name=projects%2Fp%2Finstances%2Fsegue%2Ftables%2Flisteners&app_profile_id=writing',
    );
    await store.write('listeners', []);
    expect(sent).toHaveLength(1);
  });

  test('send again only what failed or was not answered, however the answers are ordered and the stream ends', async () => {
    const { store, sent, pauses } = scripted(function* (_, index) {
      if (index === 0) {
        yield statuses([3, CODE.UNAVAILABLE], [0, 0]);
        yield statuses([1, 0]);
        throw away();
      }
      if (index === 1) {
        yield statuses([1, 0]);
        return;
      }
      yield statuses([0, 0]);
      throw away();
    });
    await store.write(
      'listeners',
      ['a', 'b', 'c', 'd'].map((key) => cell(key)),
    );
    expect(sent.map(({ request }) => keysOf(request))).toEqual([['a', 'b', 'c', 'd'], ['c', 'd'], ['c']]);
    expect(pauses).toEqual([20, 40]);
  });

  test('an entry that is refused for good ends it, naming the table and no value', async () => {
    const { store, sent } = scripted(function* () {
      yield statuses([0, 0], [1, 3]);
    });
    const failing = store.write('listeners', [cell('a'), cell('b', { value: 'a secret' })]);
    await expect(failing).rejects.toThrow(PermanentError);
    await expect(failing).rejects.toThrow(/^Writing listeners: (?!.*secret)/);
    expect(sent).toHaveLength(1);
  });

  test('end with what may pass when their time is over, and never wait longer', async () => {
    const { store, sent, clock } = scripted(
      function* () {
        yield statuses([0, CODE.ABORTED]);
      },
      { writes: { attemptMs: 700, totalMs: 1_000 } },
    );
    await expect(store.write('listeners', [cell('a')])).rejects.toThrow(TransientError);
    expect(clock.now).toBeLessThanOrEqual(1_000);
    const timeouts = sent.map(({ call }) => call.timeoutMs);
    expect(timeouts).toEqual([700, 700, 700, 700, 700, 380]);
  });

  test('are cut into requests by cells and by bytes, a row never', async () => {
    const { store, sent } = scripted(function* ({ request }) {
      yield statuses(...request.entries.map((_, index) => [index, 0] as const));
    });
    const cells = Array.from({ length: 25_000 }, (_, i) => cell(`k${i % 5_000}`, { qualifier: `q${i}` }));
    await store.write('listeners', cells);
    const sizes = sent.map(({ request }) =>
      request.entries.reduce((sum, { mutations }) => sum + mutations.length, 0),
    );
    expect(sizes).toEqual([10_000, 10_000, 5_000]);
    expect(new Set(sent.flatMap(({ request }) => keysOf(request))).size).toBe(5_000);
    sent.length = 0;
    const megabytes = Array.from({ length: 9 }, (_, i) => cell(`m${i}`, { value: 'x'.repeat(1_000_000) }));
    await store.write('listeners', [
      ...megabytes,
      cell('m0', { qualifier: 'p', value: 'y'.repeat(5_000_000) }),
    ]);
    expect(sent.map(({ request }) => keysOf(request))).toEqual([
      ['m0'],
      ['m1', 'm2', 'm3', 'm4'],
      ['m5', 'm6', 'm7', 'm8'],
    ]);
  });

  test('through the profile of loads outlast minutes of outage, others do not', async () => {
    for (const [appProfile, least, most] of [
      ['batch', 120_000, 300_000],
      ['serving', 5_000, 10_000],
    ] as const) {
      const { store, clock } = scripted(
        () => {
          throw away();
        },
        { appProfile },
      );
      await expect(store.write('listeners', [cell('a')])).rejects.toThrow(TransientError);
      expect(clock.now).toBeGreaterThan(least);
      expect(clock.now).toBeLessThanOrEqual(most);
    }
  });
});

describe('reads of many rows', () => {
  test('ask for each key once, in requests that Bigtable takes, and answer by the caller’s order', async () => {
    const { store, sent } = scripted(function* ({ request }) {
      const keys: string[] = [...request.rows.rowKeys].sort();
      yield rowsMessage(keys.filter((key) => !key.endsWith('7')).map(chunk));
    });
    const keys = Array.from({ length: 1_200 }, (_, i) => `k${1_199 - i}`);
    const rows = await store.readMany('listeners', [...keys, 'k1', 'k7']);
    expect(rows.map((row) => row?.key)).toEqual(
      [...keys, 'k1', 'k7'].map((key) => (key.endsWith('7') ? undefined : key)),
    );
    expect(sent.map(({ request }) => request.rows.rowKeys.length)).toEqual([500, 500, 200]);
  });

  test('a stream that breaks the protocol, or off, is asked again; what it brought is not answered', async () => {
    const { store, sent } = scripted(function* (_, index) {
      if (index === 0) yield rowsMessage([chunk('b'), chunk('a')]);
      else if (index === 1) {
        yield rowsMessage([{ ...chunk('a'), commit: false }]);
      } else if (index === 2) {
        yield rowsMessage([{ ...chunk('a'), value: 'old' }]);
        throw away();
      } else yield rowsMessage([chunk('a')]);
    });
    const rows = await store.readMany('listeners', ['a', 'b']);
    expect(rows.map((row) => row?.cells[0]?.value)).toEqual(['a', undefined]);
    expect(sent).toHaveLength(4);
  });

  test('one that is not answered in time is sent a second time, and the loser is given up', async () => {
    const { store, sent } = scripted(
      async function* ({ call }, index) {
        if (index === 0) await once(call.signal as AbortSignal, 'abort');
        yield rowsMessage([{ ...chunk('a'), value: `answer ${index}` }]);
      },
      { hedgeAfterMs: 5 },
    );
    expect((await store.read('listeners', 'a'))?.cells[0]?.value).toBe('answer 1');
    expect(sent.map(({ call }) => call.signal?.aborted)).toEqual([true, false]);
    expect(sent[1]?.request).toEqual(sent[0]?.request);
  });

  test('nothing is asked where nothing can be the answer', async () => {
    const { store, sent } = scripted(() => []);
    expect(await store.readMany('listeners', [])).toEqual([]);
    expect(await store.readMany('listeners', ['a'], [])).toEqual([undefined]);
    expect(await store.read('listeners', 'a', [{ family: 'live', timestamps: [] }])).toBeUndefined();
    expect(await rowsOf(store.scan('listeners', { filters: [] }))).toEqual([]);
    expect(sent).toEqual([]);
  });
});

describe('scans', () => {
  const range = ({ rows }: { rows: { rowRanges: readonly object[] } }) => rows.rowRanges[0];

  test('go on after the last row, or what was scanned past, and give a row once', async () => {
    const { store, sent } = scripted(function* (_, index) {
      if (index === 0) {
        yield rowsMessage([chunk('a#1'), { ...chunk('a#2'), commit: false }]);
        throw away();
      }
      if (index === 1) {
        yield rowsMessage([chunk('a#2')], 'a#5');
        throw new GrpcFailure(CODE.INTERNAL, 'RST_STREAM');
      }
      yield rowsMessage([chunk('a#6')]);
    });
    const rows = await rowsOf(store.scan('listeners', { prefix: 'a#' }));
    expect(rows.map(({ key }) => key)).toEqual(['a#1', 'a#2', 'a#6']);
    expect(sent.map(({ request }) => range(request))).toEqual([
      { startKeyClosed: 'a#', endKeyOpen: 'a$' },
      { startKeyOpen: 'a#1', endKeyOpen: 'a$' },
      { startKeyOpen: 'a#5', endKeyOpen: 'a$' },
    ]);
  });

  test('a message that goes wrong half way costs no row that came before in it', async () => {
    const { store } = scripted(function* (_, index) {
      yield index === 0
        ? rowsMessage([chunk('a'), chunk('b'), chunk('a')])
        : rowsMessage([chunk('a'), chunk('b')]);
    });
    expect((await rowsOf(store.scan('listeners'))).map(({ key }) => key)).toEqual(['a', 'b']);
  });

  test('give up after six breaks without progress, and not while there is some', async () => {
    const { store, sent } = scripted(() => {
      throw away();
    });
    await expect(rowsOf(store.scan('listeners'))).rejects.toThrow('Scanning listeners: UNAVAILABLE: away');
    expect(sent).toHaveLength(6);
    const slow = scripted(function* (_, index) {
      if (index === 20) return;
      // Ten rows, one by one, then ten times mere progress.
      const key = `k${String(index).padStart(2, '0')}`;
      yield index < 10 ? rowsMessage([chunk(key)]) : rowsMessage([], key);
      throw away();
    });
    expect(await rowsOf(slow.store.scan('listeners'))).toHaveLength(10);
    expect(slow.sent).toHaveLength(21);
  });

  test('a stream that falls silent is left, and the scan goes on where it was; a slow reader is no silence', async () => {
    const left: boolean[] = [];
    const { store } = scripted(
      async function* ({ call }, index) {
        yield rowsMessage([chunk(`k${index}`)]);
        if (index === 2) return;
        await new Promise<void>((resolve) => call.signal?.addEventListener('abort', () => resolve()));
        left.push(true);
        throw new GrpcFailure(CODE.CANCELLED, 'given up by its caller');
      },
      { silenceMs: 30 },
    );
    const keys: string[] = [];
    for await (const { key } of store.scan('listeners')) {
      keys.push(key);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    expect([keys, left.length]).toEqual([['k0', 'k1', 'k2'], 2]);
  });

  test('what may not pass ends them at once', async () => {
    const { store, sent } = scripted(() => {
      throw new GrpcFailure(CODE.PERMISSION_DENIED, 'no');
    });
    await expect(rowsOf(store.scan('listeners'))).rejects.toThrow(PermanentError);
    expect(sent).toHaveLength(1);
  });
});

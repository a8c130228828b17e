import { describe, expect, test } from 'vitest';
import { TransientError } from '../../../shared/errors.ts';
import { rememberPointer } from '../../../shared/google/remembered-pointer.ts';
import type { Row } from '../../../shared/ports/row-store.ts';

const pointer = (value: string): Row => ({
  key: 'meta#active',
  cells: [{ family: 'pointer', qualifier: 'active', timestamp: 1, value }],
});

function remembering() {
  const state = { now: 0, value: undefined as string | undefined, fails: false, reads: 0 };
  const read = rememberPointer(
    async (_table, key) => {
      state.reads += 1;
      await Promise.resolve();
      if (state.fails) throw new TransientError('down');
      if (key !== 'meta#active') return { key, cells: [] };
      return state.value === undefined ? undefined : pointer(state.value);
    },
    { now: () => state.now, forMs: 1_000 },
  );
  const value = async () => (await read('pools', 'meta#active'))?.cells[0]?.value;
  return { state, read, value };
}

describe('the remembered pointer', () => {
  test('is read once a second however many ask, and is seen to move a second later', async () => {
    const { state, value } = remembering();
    state.value = 'a';
    expect(await Promise.all([value(), value(), value()])).toEqual(['a', 'a', 'a']);
    state.value = 'b';
    state.now = 999;
    expect(await value()).toBe('a');
    expect(state.reads).toBe(1);
    state.now = 1_000;
    expect(await value()).toBe('b');
    expect(state.reads).toBe(2);
  });

  test('the first build is seen at once', async () => {
    const { state, value } = remembering();
    expect(await value()).toBeUndefined();
    state.value = 'a';
    expect(await value()).toBe('a');
  });

  test('serves on through ten seconds of failures, not for ever, and recovers by itself', async () => {
    const { state, value } = remembering();
    state.value = 'a';
    await value();
    state.fails = true;
    state.now = 9_999;
    expect(await value()).toBe('a');
    state.now = 10_000;
    await expect(value()).rejects.toThrow('down');
    state.fails = false;
    expect(await value()).toBe('a');
  });

  test('other rows are read each time', async () => {
    const { state, read } = remembering();
    await read('pools', 'popular#tracks');
    await read('listeners', 'meta#active');
    await read('listeners', 'meta#active');
    expect(state.reads).toBe(3);
  });
});

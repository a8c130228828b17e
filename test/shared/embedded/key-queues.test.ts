import { describe, expect, it } from 'vitest';
import { KeyQueues } from '../../../shared/embedded/key-queues.ts';

function queues(...entries: string[]): KeyQueues {
  const made = new KeyQueues();
  for (const id of entries) made.add({ id, orderingKey: id.slice(0, 1) });
  return made;
}

const ids = (taken: ReturnType<KeyQueues['take']>) => taken.map(({ entries }) => entries.map(({ id }) => id));

describe('key queues', () => {
  it('hand out keys in the order they became ready, up to the limit', () => {
    const made = queues('a1', 'b1', 'a2', 'c1', 'b2');
    expect(made.available).toBe(5);
    expect(ids(made.take(3))).toEqual([['a1', 'a2'], ['b1']]);
    expect(made.available).toBe(1);
    expect(ids(made.take(3))).toEqual([['c1']]);
    expect(made.take(3)).toEqual([]);
  });

  it('hold back what arrives behind a key that is out, and give it on release', () => {
    const made = queues('a1');
    const [a] = made.take(10);
    made.add({ id: 'a2', orderingKey: 'a' });
    expect(made.available).toBe(0);
    a?.lane.drop(1);
    if (a) made.release(a.lane);
    expect(made.available).toBe(1);
    expect(ids(made.take(10))).toEqual([['a2']]);
  });

  it('hand out again what was not dropped', () => {
    const made = queues('a1', 'a2');
    const [a] = made.take(10);
    if (a) made.release(a.lane);
    expect(ids(made.take(10))).toEqual([['a1', 'a2']]);
  });

  it('hand out suspects one at a time, in turn with the others', () => {
    const made = queues('a1', 'a2', 'a3', 'b1');
    const [a, b] = made.take(10);
    if (!a || !b) throw new Error('nothing was taken');
    a.lane.deliverAloneUntil('a2');
    made.release(a.lane);
    made.release(b.lane);
    expect([ids(made.take(10)), ids(made.take(10))].toSorted()).toEqual([[['a1']], [['b1']]]);
    a.lane.drop(1);
    made.release(a.lane);
    expect(ids(made.take(10))).toEqual([['a2']]);
    a.lane.drop(1);
    made.release(a.lane);
    expect(ids(made.take(10))).toEqual([['a3']]);
  });

  it('keep order and count through thousands', () => {
    const all = Array.from({ length: 5_000 }, (_, i) => `a${String(i).padStart(5, '0')}`);
    const made = queues(...all);
    const seen: string[] = [];
    for (let taken = made.take(7); taken.length > 0; taken = made.take(7))
      for (const { lane, entries } of taken) {
        seen.push(...entries.map(({ id }) => id));
        lane.drop(entries.length);
        made.release(lane);
      }
    expect(seen).toEqual(all);
    expect(made.available).toBe(0);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LmdbRows } from '../../../shared/embedded/lmdb-rows.ts';
import {
  ACCEPTED_BUILDS,
  changePointer,
  type Pointer,
  readableBuilds,
  readPointer,
  withPublished,
  withRolledBack,
} from '../../../shared/rows/pointer.ts';
import { openEmbedded } from '../../contract/embedded-stores.ts';
import { withOpened } from '../../contract/opened.ts';

const withRows = (use: (rows: LmdbRows) => Promise<void>) =>
  withOpened(
    () => openEmbedded((environment) => new LmdbRows(environment)),
    (rows) => use(rows),
  );

/** Publishing and rolling back at will, as an operator may. */
const steps = fc.array(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constant('back' as const)), {
  maxLength: 20,
});

function apply(commands: readonly (number | 'back')[]): (Pointer | undefined)[] {
  const states: (Pointer | undefined)[] = [undefined];
  for (const command of commands) {
    const before = states.at(-1);
    if (command === 'back') states.push(before && (withRolledBack(before) ?? before));
    else states.push(withPublished(before, command));
  }
  return states;
}

describe('which builds may be read', () => {
  test('always the active one first, then accepted ones before it, newest first', () => {
    fc.assert(
      fc.property(steps, (commands) => {
        for (const pointer of apply(commands)) {
          if (pointer === undefined) continue;
          const readable = readableBuilds(pointer);
          expect(readable[0]).toBe(pointer.active);
          expect(readable).toEqual(readable.toSorted((a, b) => b - a));
          expect(readable.every((build) => pointer.accepted.includes(build))).toBe(true);
          expect(new Set(pointer.accepted).size).toBe(pointer.accepted.length);
          expect(pointer.accepted.length).toBeLessThanOrEqual(ACCEPTED_BUILDS);
        }
      }),
    );
  });

  test('a build older than all accepted ones is accepted by being published', () => {
    const pointer = withPublished({ active: 5, accepted: [5, 4, 3] }, 2);
    expect(pointer).toEqual({ active: 2, accepted: [5, 4, 2] });
    expect(readableBuilds(pointer)).toEqual([2]);
  });

  test('publishing goes forward, keeps three, and again changes nothing', () => {
    const pointers = [1, 2, 3, 4, 4].reduce<Pointer | undefined>(withPublished, undefined);
    expect(pointers).toEqual({ active: 4, accepted: [4, 3, 2] });
  });

  test('a rolled-back build is not readable, and is again once it is published again', () => {
    const back = withRolledBack({ active: 3, accepted: [3, 2, 1] });
    expect(back).toEqual({ active: 2, accepted: [2, 1] });
    expect(withPublished(back, 3)).toEqual({ active: 3, accepted: [3, 2, 1] });
    expect(withRolledBack({ active: 1, accepted: [3, 2, 1] })).toBeUndefined();
  });
});

describe('changing the pointer', () => {
  test('concurrent changes all take effect, one after the other', () =>
    withRows(async (rows) => {
      const builds = Array.from({ length: 20 }, (_, i) => i + 1);
      await Promise.all(
        builds.map((build) => changePointer(rows, 1000, (pointer) => withPublished(pointer, build))),
      );
      const changes: number[] = [];
      const all = await rows.read('pools', 'meta#active', [{ family: 'pointer', versions: 'all' }]);
      for (const { value } of all?.cells ?? []) changes.push((JSON.parse(value) as Pointer).active);
      expect(changes.toSorted((a, b) => a - b)).toEqual(builds);
      expect((await readPointer(rows))?.active).toBe(changes[0]);
    }));

  test('a clock that goes back does not hide the newer pointer', () =>
    withRows(async (rows) => {
      await changePointer(rows, 5000, (pointer) => withPublished(pointer, 1));
      await changePointer(rows, 10, (pointer) => withPublished(pointer, 2));
      expect(await readPointer(rows)).toEqual({ active: 2, accepted: [2, 1] });
    }));

  test('a change that refuses changes nothing', () =>
    withRows(async (rows) => {
      await expect(
        changePointer(rows, 1, () => {
          throw new Error('refused');
        }),
      ).rejects.toThrow('refused');
      expect(await readPointer(rows)).toBeUndefined();
    }));
});

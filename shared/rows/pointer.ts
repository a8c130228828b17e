/** The publish pointer: which build serves. Flipped by compare-and-set, so that publishing is one atomic step. */
import type { Cell, RowStore } from '../ports/row-store.ts';
import { POINTER_KEY, ROW_TABLES } from '../schema/rows.ts';

/** Builds are named by the instant they cover events up to (epoch ms), which is also their cells' timestamp. */
export interface Pointer {
  readonly active: number;
  /** Builds whose cells may be read, newest first, the active one among them. */
  readonly accepted: readonly number[];
}

/** How many builds stay readable for a rollback. */
export const ACCEPTED_BUILDS = 3;

const CELL = { key: POINTER_KEY, family: ROW_TABLES.pools.pointer, qualifier: 'active' } as const;

async function readCell(rows: RowStore): Promise<Cell | undefined> {
  const row = await rows.read('pools', CELL.key, [{ family: CELL.family, qualifiers: [CELL.qualifier] }]);
  return row?.cells[0];
}

/** The pointer, undefined while nothing was ever published. */
export async function readPointer(rows: RowStore): Promise<Pointer | undefined> {
  const cell = await readCell(rows);
  return cell === undefined ? undefined : (JSON.parse(cell.value) as Pointer);
}

/** Builds a reader may take, best first: accepted and not after the active one. */
export function readableBuilds(pointer: Pointer): number[] {
  return pointer.accepted.filter((build) => build <= pointer.active).sort((a, b) => b - a);
}

/**
 * Makes `change` of the pointer in one atomic step, trying again while others win. `change` gets undefined when
 * nothing was published yet and may throw to refuse.
 */
export async function changePointer(
  rows: RowStore,
  now: number,
  change: (pointer: Pointer | undefined) => Pointer,
): Promise<Pointer> {
  for (;;) {
    const cell = await readCell(rows);
    const next = change(cell === undefined ? undefined : (JSON.parse(cell.value) as Pointer));
    // A pointer never goes back in time, so that the newest cell is always the one written last.
    const timestamp = Math.max(now, (cell?.timestamp ?? 0) + 1);
    if (await rows.compareAndSet('pools', { ...CELL, timestamp, value: JSON.stringify(next) }, cell?.value))
      return next;
  }
}

/** The pointer after `build` is published: it and the newest of the others stay accepted. */
export function withPublished(pointer: Pointer | undefined, build: number): Pointer {
  const others = (pointer?.accepted ?? []).filter((accepted) => accepted !== build).sort((a, b) => b - a);
  return {
    active: build,
    accepted: [build, ...others.slice(0, ACCEPTED_BUILDS - 1)].sort((a, b) => b - a),
  };
}

/** The pointer after the active build is taken back, undefined where there is nothing to go back to. */
export function withRolledBack(pointer: Pointer): Pointer | undefined {
  const rest = readableBuilds(pointer).filter((build) => build !== pointer.active);
  const [previous] = rest;
  return previous === undefined ? undefined : { active: previous, accepted: rest };
}

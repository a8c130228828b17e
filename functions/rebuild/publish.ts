/** Flipping the pointer forward and back, and collecting what no reader can reach any more. */
import { buildIdOf } from '../../shared/domain/build-id.ts';
import { PermanentError } from '../../shared/errors.ts';
import type { DocumentStore } from '../../shared/ports/document-store.ts';
import type { RowStore } from '../../shared/ports/row-store.ts';
import type { Warehouse } from '../../shared/ports/warehouse.ts';
import {
  changePointer,
  type Pointer,
  readPointer,
  withPublished,
  withRolledBack,
} from '../../shared/rows/pointer.ts';
import { type Build, getBuild, listBuilds, saveBuild } from './builds.ts';

/** How long live events outlive the oldest build that may serve: a producer's late repeat must still be known. */
const LIVE_MARGIN_MS = 14 * 86_400_000;
/** Workspaces kept for looking into them with SQL. */
const KEPT_WORKSPACES = 2;

export interface PublishDeps {
  readonly rows: RowStore;
  readonly documents: DocumentStore;
  readonly warehouse: Warehouse;
  readonly now: () => number;
}

/** Publishes a loaded build (or one that served before). Throws PermanentError while it is not loaded. */
export async function publish(deps: PublishDeps, buildId: string): Promise<Pointer> {
  const build = await getBuild(deps.documents, buildId);
  if (!['loaded', 'published', 'rolled-back'].includes(build.status))
    throw new PermanentError(`Build ${buildId} is ${build.status}; only a loaded build can be published.`);
  const next = await changePointer(deps.rows, deps.now(), (current) => {
    if (current !== undefined && isCollected(current, build))
      throw new PermanentError(`The cells of build ${buildId} were collected; rebuild instead.`);
    return withPublished(current, build.cutoff);
  });
  await saveBuild(deps.documents, { ...build, status: 'published' });
  return next;
}

/** What lies before the active build and is not accepted has lost its cells to collect(), or will. */
function isCollected(pointer: Pointer, { cutoff }: Build): boolean {
  return cutoff < pointer.active && !pointer.accepted.includes(cutoff);
}

/** Makes the accepted build before the active one serve again. Throws PermanentError when there is none. */
export async function rollback(deps: PublishDeps): Promise<Pointer> {
  const before = await readPointer(deps.rows);
  const next = await changePointer(deps.rows, deps.now(), (current) => {
    const back = current === undefined ? undefined : withRolledBack(current);
    if (back === undefined) throw new PermanentError('There is no earlier accepted build to roll back to.');
    return back;
  });
  if (before !== undefined) {
    const build = await getBuild(deps.documents, buildIdOf(before.active));
    await saveBuild(deps.documents, { ...build, status: 'rolled-back' });
  }
  return next;
}

/** Removes cells of builds that can serve no more, live events that every readable build covers, old workspaces. */
export async function collect(deps: PublishDeps): Promise<{ cells: number; workspaces: number }> {
  const pointer = await readPointer(deps.rows);
  if (pointer === undefined) return { cells: 0, workspaces: 0 };
  let cells = 0;
  for (const table of ['listeners', 'catalog', 'pools'] as const)
    cells += await deps.rows.collect(table, 'build', pointer.active, pointer.accepted);
  const oldest = Math.min(...pointer.accepted);
  cells += await deps.rows.collect('listeners', 'live', oldest - LIVE_MARGIN_MS, []);

  const open = new Set((await listBuilds(deps.documents)).filter(isUnderWay).map(({ id }) => id));
  const done = (await deps.warehouse.listBuilds()).filter((id) => !open.has(id));
  const old = done.slice(0, Math.max(0, done.length - KEPT_WORKSPACES));
  for (const id of old) await deps.warehouse.dropBuild(id);
  return { cells, workspaces: old.length };
}

/** A build that a later run may take up where it stopped; one loaded to be published lacks only the flip. */
export function isUnderWay({ status, publishes }: Build): boolean {
  return status === 'building' || status === 'audited' || (status === 'loaded' && publishes);
}

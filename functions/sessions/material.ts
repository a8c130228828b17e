/** Retrieve and hydrate: everything a turn chooses from, read once, with what could not be read named. */

import type { BriefListener } from '../../shared/domain/brief-execution.ts';
import { type Candidate, parseCandidates } from '../../shared/domain/candidate.ts';
import type { CatalogueSnapshot, IndexedItem } from '../../shared/domain/indexed-item.ts';
import type { CatalogueItem } from '../../shared/domain/item.ts';
import { mergeCandidates, RANKING_WEIGHTS } from '../../shared/domain/ranking.ts';
import { TransientError } from '../../shared/errors.ts';
import { ROW_TABLES } from '../../shared/schema/rows.ts';
import { candidatesFor } from '../../shared/serving/candidates.ts';
import { type ListenerView, type Reading, readListener } from '../../shared/serving/reading.ts';
import { hasHeard } from '../../shared/serving/recommend.ts';
import type { SessionDeps } from './deps.ts';
import { BUDGETS, type Stages } from './stages.ts';

/** What does not depend on the session. */
export interface Material {
  readonly listenerId: string;
  readonly view: ListenerView;
  /** The build's catalogue; where it could not be read, empty. */
  readonly snapshot: CatalogueSnapshot;
  /** The listener's own pool; with no catalogue also what is popular. */
  readonly pool: readonly Candidate[];
}

/** Candidates beyond the catalogue of the build that are looked up: all there is to choose from, or a few more. */
const MOST_HYDRATED = { alone: 600, beside: 200 };

/** Throws TransientError where the listener cannot be read: nobody may be served what they may have ruled out. */
export async function readMaterial(
  deps: SessionDeps,
  reading: Reading,
  stages: Stages,
  listenerId: string,
): Promise<Material> {
  return stages.run('retrieve', async (part) => {
    const view = await readListener(deps, reading, listenerId);
    if (!view.isKnown) throw new TransientError('What the listener ruled out cannot be read.');
    const { build } = view;
    const find = async () => {
      const found = build === undefined ? undefined : await deps.snapshots.read(build);
      if (found === undefined) throw new Error('The build has no catalogue.');
      return found;
    };
    const snapshot = await part('snapshot', (deps.budgets ?? BUDGETS).snapshot, find, undefined);
    if (snapshot !== undefined) return { listenerId, view, snapshot, pool: view.built?.candidates ?? [] };
    const { candidates } = await candidatesFor(deps, reading, view, RANKING_WEIGHTS);
    return {
      listenerId,
      view,
      snapshot: { build: build ?? 0, items: [], byId: new Map() },
      pool: candidates,
    };
  });
}

/** What the build found to go with items and artists, by what it was asked for; none of it where it cannot be read. */
export interface Related {
  readonly items: ReadonlyMap<string, readonly Candidate[]>;
  readonly artists: ReadonlyMap<string, readonly Candidate[]>;
}

export async function readRelated(
  deps: SessionDeps,
  stages: Stages,
  build: number | undefined,
  asked: { readonly items: readonly string[]; readonly artists: readonly string[] },
): Promise<Related> {
  const none: ReadonlyMap<string, readonly Candidate[]> = new Map();
  if (build === undefined || asked.items.length + asked.artists.length === 0)
    return { items: none, artists: none };
  const read = async (
    table: 'catalog' | 'pools',
    qualifier: string,
    prefix: string,
    ids: readonly string[],
  ) => {
    const keys = ids.map((id) => prefix + id);
    const filter = [{ family: ROW_TABLES[table].build, qualifiers: [qualifier], timestamps: [build] }];
    const found = ids.length === 0 ? [] : await deps.rows.readMany(table, keys, filter);
    return new Map(
      ids.flatMap((id, i) => {
        const cell = found[i]?.cells[0];
        return cell === undefined ? [] : [[id, named(parseCandidates(cell.value), id)] as const];
      }),
    );
  };
  return stages.run('retrieve', (part) =>
    part<Related>(
      'related',
      (deps.budgets ?? BUDGETS).related,
      async () => ({
        items: await read('catalog', 'related', '', asked.items),
        artists: await read('pools', 'pool', 'artist#', asked.artists),
      }),
      { items: none, artists: none },
    ),
  );
}

function named(candidates: readonly Candidate[], seed: string): Candidate[] {
  return candidates.map((candidate) => ({
    ...candidate,
    evidence: candidate.evidence.map((evidence) => ({ ...evidence, seed: evidence.seed ?? seed })),
  }));
}

/** Descriptions by item id, of the build's catalogue and, for the rest, of the catalogue that is always there. */
export async function describeItems(
  deps: SessionDeps,
  stages: Stages,
  { byId }: CatalogueSnapshot,
  itemIds: readonly string[],
): Promise<{ readonly items: ReadonlyMap<string, IndexedItem>; readonly isComplete: boolean }> {
  const items = new Map<string, IndexedItem>();
  const missing: string[] = [];
  for (const itemId of new Set(itemIds)) {
    const known = byId.get(itemId);
    if (known === undefined) missing.push(itemId);
    else items.set(itemId, known);
  }
  if (missing.length === 0) return { items, isComplete: true };
  const found = await stages.run('hydrate', (part) =>
    part<ReadonlyMap<string, CatalogueItem> | undefined>(
      'catalogue',
      (deps.budgets ?? BUDGETS).catalogue,
      () => deps.catalogue.get(missing),
      undefined,
    ),
  );
  for (const item of found?.values() ?? []) items.set(item.itemId, { ...item, popularity: 0 });
  return { items, isComplete: found !== undefined };
}

/**
 * Candidates that the build's catalogue does not have, as a small catalogue of their own, best first; it knows the seeds
 * too, so that likeness to them can be told.
 */
export async function readBeside(
  deps: SessionDeps,
  stages: Stages,
  snapshot: CatalogueSnapshot,
  candidates: readonly Candidate[],
  seeds: readonly string[],
): Promise<CatalogueSnapshot> {
  const most = snapshot.items.length === 0 ? MOST_HYDRATED.alone : MOST_HYDRATED.beside;
  const beside = mergeCandidates(candidates.filter(({ itemId }) => !snapshot.byId.has(itemId)))
    .sort((a, b) => b.score - a.score || (a.itemId < b.itemId ? -1 : 1))
    .slice(0, most);
  if (beside.length === 0) return { build: snapshot.build, items: [], byId: new Map() };
  const ids = [...beside.map(({ itemId }) => itemId), ...seeds];
  const { items: known } = await describeItems(deps, stages, snapshot, ids);
  const items = beside.map((candidate) => known.get(candidate.itemId) ?? bareIndexed(candidate));
  return {
    build: snapshot.build,
    items,
    byId: new Map([...known, ...items.map((item) => [item.itemId, item] as const)]),
  };
}

/** What a candidate itself tells of an item that nobody describes. */
function bareIndexed(candidate: Candidate): IndexedItem {
  const { itemId, recordingId, artistId, genre, tempo, key, mode, energy, explicit } = candidate;
  return {
    ...{ itemId, recordingId, artistId, tempo, key, mode, energy, explicit },
    kind: 'track',
    title: null,
    artist: null,
    album: null,
    genres: genre === null ? [] : [genre],
    valence: null,
    year: null,
    durationMs: null,
    popularity: 0,
  };
}

const MILLIONTHS = 1_000_000;

/** The listener as briefs ask about them: the build's taste and what was heard since. */
export function briefListenerOf(view: ListenerView): BriefListener {
  const { built, signals, controls } = view;
  const artists = new Map(built?.taste?.artists.map((entry) => [entry.id, entry]));
  const genres = new Map(built?.taste?.genres.map((entry) => [entry.name, entry]));
  return {
    hasHeard: (recordingId, itemId) => hasHeard(view, { recordingId, itemId }),
    knowsArtist: (id) => (artists.get(id)?.plays ?? 0) + (signals.artists.get(id)?.plays ?? 0) > 0,
    affinityOf: (id) =>
      (artists.get(id)?.affinity ?? 0) / MILLIONTHS + (signals.artists.get(id)?.affinity ?? 0),
    genreAffinity: (name) =>
      (genres.get(name)?.affinity ?? 0) / MILLIONTHS + (signals.genres.get(name)?.affinity ?? 0),
    isBlocked: (item) => controls.blocking({ ...item, explicit: item.explicit ?? false }) !== undefined,
  };
}

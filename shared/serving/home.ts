/** Prepare Home: what could stand on each shelf, out of one listener's row, pool and catalogue. */

import type { Candidate, Evidence } from '../domain/candidate.ts';
import type { ListeningEvent } from '../domain/event.ts';
import { isSkip } from '../domain/event.ts';
import { compareEvents } from '../domain/event-order.ts';
import { standingFeedback } from '../domain/feedback.ts';
import { type ContextListen, contextListens } from '../domain/home-context.ts';
import type { Shelf } from '../domain/home-shelves.ts';
import type { CatalogueSnapshot, IndexedItem } from '../domain/indexed-item.ts';
import type { CatalogueItem } from '../domain/item.ts';
import { episodesByShow, nextEpisodes } from '../domain/podcast-queue.ts';
import { mergeCandidates, type RankingWeights } from '../domain/ranking.ts';
import { DAY_MS } from '../domain/time.ts';
import type { SnapshotReader } from '../rows/catalogue-snapshot.ts';
import { decodeLiveEvents } from '../rows/live-events.ts';
import { listenerKey, ROW_TABLES } from '../schema/rows.ts';
import { candidatesFor, relatedTo } from './candidates.ts';
import type { ListenerView, Reading, ReadingDeps } from './reading.ts';
import { type Choice, choose, hasHeard, type Request } from './recommend.ts';

/** What Home looks back on: as far as rows keep what was played. */
const LOOK_BACK_DAYS = 28;
const MOST_OF_A_SHELF = 60;

const UNHEARD: Request = {
  count: MOST_OF_A_SHELF,
  perArtist: 2,
  freshness: 'unheard',
  describe: () => undefined,
};

export interface HomeDeps extends ReadingDeps {
  readonly snapshots: SnapshotReader;
}

/** What stands on a shelf, before anybody asked for its titles. */
export interface Tile {
  readonly kind: 'track' | 'episode' | 'playlist' | 'artist';
  readonly itemId: string;
  readonly recordingId: string;
  readonly artistId: string | null;
  readonly explicit: boolean;
  readonly title: string | null;
  readonly artist: string | null;
  readonly durationMs: number | null;
  readonly progressMs: number | null;
  readonly href: string | null;
  readonly reason: string;
  readonly source: string;
  readonly seeds: readonly string[];
  readonly notion: string | null;
  readonly score: number;
}

/** The listener's own events of the last weeks, in the order of the fold. */
export async function recentEvents(
  deps: ReadingDeps,
  reading: Reading,
  listenerId: string,
  erasedAt: number | undefined,
): Promise<readonly ListeningEvent[]> {
  const from = Math.max(reading.now - LOOK_BACK_DAYS * DAY_MS, (erasedAt ?? -1) + 1);
  const row = await reading.attempt(
    'signals',
    () => deps.rows.read('listeners', listenerKey(listenerId), [{ family: ROW_TABLES.listeners.live, from }]),
    undefined,
  );
  return [...decodeLiveEvents(listenerId, row?.cells ?? []).events].sort(compareEvents);
}

export async function readSnapshot(
  deps: HomeDeps,
  reading: Reading,
  build: number | undefined,
): Promise<CatalogueSnapshot | undefined> {
  if (build === undefined) return undefined;
  const snapshot = await reading.attempt('snapshot', () => deps.snapshots.read(build), undefined);
  if (snapshot === undefined) reading.degraded.add('snapshot');
  return snapshot;
}

/** The events as Home's ranking sees them; `isEpisode` is told by the catalogue. */
export function listensForHome(
  events: readonly ListeningEvent[],
  view: ListenerView,
  snapshot: CatalogueSnapshot | undefined,
  offsetMs: number,
): ContextListen[] {
  return contextListens(events, {
    isEpisode: (itemId) => snapshot?.byId.get(itemId)?.kind === 'episode',
    heardBefore: (recordingId) => view.built?.recent.has(recordingId) ?? false,
    saved: standingFeedback(events).saved,
    offsetMs,
  });
}

/** Every shelf with what may stand on it, best first; nothing that the listener ruled out. */
export async function fillShelves(
  deps: HomeDeps,
  reading: Reading,
  view: ListenerView,
  input: {
    readonly listenerId: string;
    readonly week: string;
    readonly weights: RankingWeights;
    readonly events: readonly ListeningEvent[];
    readonly snapshot: CatalogueSnapshot | undefined;
  },
): Promise<Shelf<Tile>[]> {
  if (!view.isKnown) return [];
  const { snapshot, events } = input;
  const { candidates } = await candidatesFor(deps, reading, view, input.weights);
  const discoveries = choose(candidates, view, input.weights, UNHEARD);
  const shelves: Shelf<Tile>[] = [
    { id: 'made-for-you', items: discoveries.length > 0 ? [weeklyTile(input)] : [] },
    { id: 'new-releases', items: newReleases(candidates, view, input.weights) },
    { id: 'discover', items: discoveries.map((choice) => tileOfChoice(choice, 'New to you')) },
    { id: 'jump-back-in', items: jumpBackIn(events, view, snapshot) },
    { id: 'forgotten-favourites', items: forgotten(view, snapshot) },
    { id: 'podcasts', items: podcasts(events, view, snapshot) },
    { id: 'because-you-listened', items: await because(deps, reading, view, input.weights) },
  ];
  const known = await traitsOf(deps, reading, shelves);
  return shelves.map(({ id, items }) => ({
    id,
    items: items.filter(
      (tile) =>
        tile.kind === 'playlist' ||
        [tile, withTraits(tile, known)].every((one) => view.controls.blocking(one) === undefined),
    ),
  }));
}

/** Players name no artist, or one by another id: a control of the artist that the catalogue names holds all the same. */
function traitsOf(
  deps: HomeDeps,
  reading: Reading,
  shelves: readonly Shelf<Tile>[],
): Promise<ReadonlyMap<string, CatalogueItem>> {
  const played = shelves.flatMap(({ items }) => items).filter(({ source }) => source === 'recent');
  return reading.attempt(
    'catalogue',
    () => deps.catalogue.get(played.map(({ itemId }) => itemId)),
    new Map<string, CatalogueItem>(),
  );
}

function withTraits(tile: Tile, known: ReadonlyMap<string, CatalogueItem>): Tile {
  const item = known.get(tile.itemId);
  if (item === undefined) return tile;
  return {
    ...tile,
    artistId: item.artistId ?? tile.artistId,
    explicit: tile.explicit || item.explicit === true,
  };
}

/** What artists whom the listener plays or saves brought out lately. */
function newReleases(candidates: readonly Candidate[], view: ListenerView, weights: RankingWeights): Tile[] {
  const isRelease = ({ generator }: Evidence) => generator === 'release';
  const released = candidates.filter(({ evidence }) => evidence.some(isRelease));
  return choose(released, view, weights, UNHEARD).map(({ candidate, ...choice }) =>
    tileOfChoice(
      { ...choice, candidate: { ...candidate, evidence: candidate.evidence.filter(isRelease) } },
      'New from an artist you like',
    ),
  );
}

function weeklyTile({ listenerId, week }: { listenerId: string; week: string }): Tile {
  return {
    ...NOTHING,
    kind: 'playlist',
    itemId: `discover-weekly:${week}`,
    recordingId: `discover-weekly:${week}`,
    title: 'Discover Weekly',
    href: `/v1/listeners/${encodeURIComponent(listenerId)}/discover-weekly`,
    reason: 'Thirty tracks you have never heard, new every Monday',
    source: 'discover-weekly',
    score: 1,
  };
}

const NOTHING = {
  artistId: null,
  explicit: false,
  title: null,
  artist: null,
  durationMs: null,
  progressMs: null,
  href: null,
  seeds: [] as readonly string[],
  notion: null,
};

function tileOfChoice({ candidate, score, notion }: Choice, reason: string): Tile {
  const [strongest] = candidate.evidence.toSorted((a, b) => b.score - a.score);
  return {
    ...NOTHING,
    kind: 'track',
    itemId: candidate.itemId,
    recordingId: candidate.recordingId,
    artistId: candidate.artistId,
    explicit: candidate.explicit,
    reason,
    source: strongest?.generator ?? 'popular',
    seeds: strongest?.seed == null ? [] : [strongest.seed],
    notion,
    score,
  };
}

function tileOfItem(item: IndexedItem, rest: Pick<Tile, 'reason' | 'source' | 'notion' | 'score'>): Tile {
  return {
    ...NOTHING,
    kind: item.kind,
    itemId: item.itemId,
    recordingId: item.recordingId,
    artistId: item.artistId,
    explicit: item.explicit === true,
    ...rest,
  };
}

/** Music that was played last and not skipped, each once, newest first; of a history without live events, the build's. */
function jumpBackIn(
  events: readonly ListeningEvent[],
  view: ListenerView,
  snapshot: CatalogueSnapshot | undefined,
): Tile[] {
  const seen = new Set<string>();
  const tiles: Tile[] = [];
  for (const event of events.toReversed()) {
    if (event.type !== 'listen' || event.private || isSkip(event) || seen.has(event.recordingId)) continue;
    if (snapshot?.byId.get(event.itemId)?.kind === 'episode') continue;
    seen.add(event.recordingId);
    const { itemId, recordingId, artistId } = event;
    tiles.push({
      ...NOTHING,
      kind: 'track',
      itemId,
      recordingId,
      artistId,
      explicit: snapshot?.byId.get(itemId)?.explicit === true,
      reason: 'You played this lately',
      source: 'recent',
      notion: 'familiar',
      score: 1 / (1 + tiles.length),
    });
    if (tiles.length === MOST_OF_A_SHELF) return tiles;
  }
  const built = [...(view.built?.recent ?? [])].flatMap(([id, entry]) =>
    entry.forgottenFavourite ? [] : [id],
  );
  const known = snapshot && lookupsOf(snapshot).byRecording;
  for (const recordingId of built) {
    const item = known?.get(recordingId);
    if (item === undefined || item.kind === 'episode' || seen.has(recordingId)) continue;
    const rest = { reason: 'You played this lately', source: 'recent', notion: 'familiar' };
    tiles.push(tileOfItem(item, { ...rest, score: 1 / (1 + tiles.length) }));
    if (tiles.length === MOST_OF_A_SHELF) break;
  }
  return tiles;
}

/** Loved once, long unheard, as the build says; those played since are no longer forgotten. */
function forgotten(view: ListenerView, snapshot: CatalogueSnapshot | undefined): Tile[] {
  const entries = [...(view.built?.recent ?? [])].filter(
    ([recordingId, entry]) => entry.forgottenFavourite && !view.signals.heard.has(recordingId),
  );
  const known = snapshot && lookupsOf(snapshot).byRecording;
  return entries
    .toSorted(([, a], [, b]) => b.plays - a.plays)
    .flatMap(([recordingId, { plays }]) => {
      const item = known?.get(recordingId);
      const reason = `You played this ${plays} times, and not for long`;
      return item === undefined
        ? []
        : [tileOfItem(item, { reason, source: 'forgotten', notion: 'forgotten_favourite', score: plays })];
    })
    .slice(0, MOST_OF_A_SHELF);
}

/** What Home looks up in a catalogue besides ids, made once for each: it is scanned whole. */
interface Lookups {
  readonly byRecording: ReadonlyMap<string, IndexedItem>;
  readonly byShow: ReturnType<typeof episodesByShow>;
}

const lookups = new WeakMap<CatalogueSnapshot, Lookups>();

function lookupsOf(snapshot: CatalogueSnapshot): Lookups {
  const known = lookups.get(snapshot) ?? {
    byRecording: new Map(snapshot.items.map((item) => [item.recordingId, item])),
    byShow: episodesByShow(snapshot.items),
  };
  lookups.set(snapshot, known);
  return known;
}

function podcasts(
  events: readonly ListeningEvent[],
  view: ListenerView,
  snapshot: CatalogueSnapshot | undefined,
): Tile[] {
  if (snapshot === undefined) return [];
  const { byShow } = lookupsOf(snapshot);
  const { saved } = standingFeedback(events);
  const followed = new Set(
    [...byShow].flatMap(([show, episodes]) =>
      saved.has(show) || episodes.some(({ recordingId }) => saved.has(recordingId)) ? [show] : [],
    ),
  );
  const heardBefore = (episode: IndexedItem) =>
    hasHeard({ signals: { ...view.signals, heard: new Map() }, built: view.built }, episode);
  return nextEpisodes(byShow, events, { hasHeard: heardBefore, followed })
    .slice(0, MOST_OF_A_SHELF)
    .map(({ episode, progressMs, followed: follows, lastAt }, place) => ({
      ...tileOfItem(episode, {
        reason: reasonOf(progressMs, follows, lastAt),
        source: 'podcasts',
        notion: 'familiar',
        score: 1 / (1 + place),
      }),
      progressMs,
    }));
}

function reasonOf(progressMs: number, follows: boolean, lastAt: number): string {
  if (progressMs > 0) return 'You are in the middle of this';
  return follows && lastAt === 0 ? 'Of a show you follow' : 'Next of a show you listen to';
}

/** What goes with the last thing that was played to the end, or with the favourite of the build. */
async function because(
  deps: HomeDeps,
  reading: Reading,
  view: ListenerView,
  weights: RankingWeights,
): Promise<Tile[]> {
  const recent = view.signals.recent.find(({ skipped, private: hidden }) => !skipped && !hidden)?.itemId;
  const seed = recent ?? view.built?.taste?.tracks[0]?.id;
  if (seed === undefined) return [];
  const related = (await relatedTo(deps, reading, seed, view.build)) ?? [];
  return choose(mergeCandidates(related), view, weights, UNHEARD).map((choice) => ({
    ...tileOfChoice(choice, 'Goes with what you listened to'),
    seeds: [seed],
  }));
}

/** Titles for tiles, of the catalogue; what it does not know stays null. */
export function describeTile(tile: Tile, items: ReadonlyMap<string, CatalogueItem>): Tile {
  const item = items.get(tile.itemId);
  if (item === undefined) return tile;
  return {
    ...tile,
    title: item.title,
    artist: item.artist,
    artistId: tile.artistId ?? item.artistId,
    durationMs: item.durationMs,
  };
}

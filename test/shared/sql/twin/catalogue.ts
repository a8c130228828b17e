/** What a build knows of recordings, from the catalogue and the history: newest known attribute first. */
import type { CatalogueItem, ItemKind } from '../../../../shared/domain/item.ts';
import { listenerHash } from '../../../../shared/schema/rows.ts';
import type { History } from '../stage-fixture.ts';

export interface Recording {
  readonly recordingId: string;
  readonly itemId: string;
  /** Every item that is a release of it. */
  readonly itemIds: ReadonlySet<string>;
  readonly kind: ItemKind;
  readonly title: string | null;
  readonly artist: string | null;
  readonly artistId: string | null;
  readonly album: string | null;
  /** Each once, in the order of the description. */
  readonly genres: readonly string[];
  readonly tempo: number | null;
  readonly key: number | null;
  readonly mode: number | null;
  readonly energy: number | null;
  readonly valence: number | null;
  readonly year: number | null;
  readonly explicit: boolean;
  readonly durationMs: number | null;
  /** 0 to 100, as its source says. */
  readonly popularity: number | null;
  /** Epoch ms of the first day that a release names; null where a year tells of an earlier one. */
  readonly releasedAt: number | null;
  /** The recording's own or its artist's mean. */
  readonly audio: { readonly tempo: number | null; energy: number | null; valence: number | null };
}

const ascending = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** The newest known value, of values equally new the smallest. */
export function newest<T, V>(
  of: readonly T[],
  at: (entry: T) => number,
  value: (entry: T) => V | null,
): V | null {
  const known = of.filter((entry) => value(entry) !== null);
  known.sort((a, b) => at(b) - at(a) || ascending(value(a) as V, value(b) as V));
  return known[0] === undefined ? null : value(known[0]);
}

/** Instants of erasure by listener. */
export function erasedAt(history: History): ReadonlyMap<string, number> {
  const byHash = new Map<string, number>();
  for (const { listenerId, erasedAt: at } of history.erasures)
    byHash.set(listenerHash(listenerId), Math.max(at, byHash.get(listenerHash(listenerId)) ?? 0));
  return new Map(
    history.events.flatMap(({ listenerId }) => {
      const at = byHash.get(listenerHash(listenerId));
      return at === undefined ? [] : [[listenerId, at] as const];
    }),
  );
}

/** Receptions that the build covers: before the cutoff, after the listener's erasure. */
export function coveredEvents(history: History) {
  const erased = erasedAt(history);
  return history.events.filter(
    ({ listenerId, receivedAt }) =>
      receivedAt < history.cutoff && receivedAt > (erased.get(listenerId) ?? Number.NEGATIVE_INFINITY),
  );
}

/** Every recording that an item or a covered event names, by id ascending. */
export function recordingsOf(history: History): ReadonlyMap<string, Recording> {
  const events = coveredEvents(history);
  const ids = new Set([...history.items, ...events].map(({ recordingId }) => recordingId));
  return new Map([...ids].sort(ascending).map((id) => [id, recordingOf(id, history, events)]));
}

function recordingOf(
  recordingId: string,
  history: History,
  events: ReturnType<typeof coveredEvents>,
): Recording {
  const items = history.items.filter((item) => item.recordingId === recordingId);
  const heard = events.filter((event) => event.recordingId === recordingId);
  const known = <K extends keyof CatalogueItem>(name: K): CatalogueItem[K] | null =>
    newest<CatalogueItem, CatalogueItem[K]>(
      items,
      ({ updatedAt }) => updatedAt,
      (item) => item[name],
    );
  const genres = newest(
    items,
    ({ updatedAt }) => updatedAt,
    (item) => item.genres.join('|') || null,
  );
  const first = (values: readonly (string | null)[]) =>
    values.filter((value) => value !== null).sort(ascending)[0] ?? null;
  const artistId = known('artistId') ?? first(heard.map((event) => event.artistId));
  const features = history.artistFeatures.filter((entry) => entry.artistId === artistId);
  const mean = (name: 'tempo' | 'energy' | 'valence') =>
    newest(
      features,
      ({ updatedAt }) => updatedAt,
      (entry) => entry[name],
    );
  const tempo = known('tempo');
  const energy = known('energy');
  const valence = known('valence');
  return {
    recordingId,
    itemId: known('itemId') ?? first(heard.map(({ itemId }) => itemId)) ?? recordingId,
    itemIds: new Set(items.map(({ itemId }) => itemId)),
    kind: known('kind') ?? 'track',
    title: known('title'),
    artist: known('artist'),
    artistId,
    album: known('album'),
    genres: [...new Set(genres?.split('|') ?? [])],
    tempo,
    key: known('key'),
    mode: known('mode'),
    energy,
    valence,
    year: known('year'),
    explicit: known('explicit') ?? false,
    durationMs: known('durationMs'),
    popularity: known('popularity'),
    releasedAt: firstRelease(items),
    audio: {
      tempo: tempo ?? mean('tempo'),
      energy: energy ?? mean('energy'),
      valence: valence ?? mean('valence'),
    },
  };
}

/** Of every release the last that was said of it, and of those the first. */
function firstRelease(items: readonly CatalogueItem[]): number | null {
  const releases = [...Map.groupBy(items, ({ itemId }) => itemId).values()].map((said) => ({
    day: newest(said, at, ({ releasedAt }) => releasedAt),
    year: newest(said, at, ({ year }) => year),
  }));
  const days = releases.flatMap(({ day }) => day ?? []);
  if (days.length === 0) return null;
  const first = Math.min(...days);
  const isOlder = releases.some(({ year }) => year !== null && year < new Date(first).getUTCFullYear());
  return isOlder ? null : first;
}

const at = ({ updatedAt }: CatalogueItem): number => updatedAt;

/** Ids of artists that items, features or covered events name, ascending. */
export function artistIdsOf(history: History): readonly string[] {
  const named = [...history.items, ...history.artistFeatures, ...coveredEvents(history)];
  return [...new Set(named.flatMap(({ artistId }) => artistId ?? []))].sort(ascending);
}

/** What an event's item is: from the catalogue, else from what the event itself tells about it. */
import type { SubmittedEvent } from '../../shared/api/events.ts';
import { bareItem, type CatalogueItem } from '../../shared/domain/item.ts';
import { artistIdOf, recordingIdOf } from '../../shared/domain/recording.ts';
import type { ItemCatalogue } from '../../shared/ports/catalogue.ts';

export interface ResolvedItems {
  /** By item id; an item of which nothing is known is left out. */
  readonly items: ReadonlyMap<string, CatalogueItem>;
  /** The ones among them that the catalogue does not have like this. */
  readonly learnt: readonly CatalogueItem[];
}

const tells = (event: SubmittedEvent): boolean =>
  event.metadata !== null && (event.metadata.title !== null || event.metadata.artist !== null);

/** True where title or artist is missing: an event may then complete what an import left open. */
const isOpen = (item: CatalogueItem): boolean => item.title === null || item.artist === null;

/** The item with what the event tells filled in where nothing was known; never over what was. */
function complete(item: CatalogueItem, event: SubmittedEvent, source: string, now: number): CatalogueItem {
  const { metadata } = event;
  if (metadata === null) return item;
  const title = item.title ?? metadata.title;
  const artist = item.artist ?? metadata.artist;
  const canonical = item.recordingId !== item.itemId;
  return {
    ...item,
    title,
    artist,
    artistId: item.artistId ?? (artist === null ? null : artistIdOf(artist)),
    recordingId: canonical ? item.recordingId : recordingIdOf({ itemId: item.itemId, title, artist }),
    album: item.album ?? metadata.album,
    durationMs: item.durationMs ?? metadata.durationMs ?? event.durationMs,
    isrc: item.isrc ?? metadata.isrc,
    mbid: item.mbid ?? metadata.mbid,
    popularity: item.popularity ?? metadata.popularity,
    releasedAt: item.releasedAt ?? metadata.releasedAt,
    source,
    updatedAt: now,
  };
}

/** True where completing added a name; anything less is not worth a new description. */
const addsName = (before: CatalogueItem, after: CatalogueItem): boolean =>
  before.title !== after.title || before.artist !== after.artist;

/** Describes the items of a batch; of several events about an unknown one, the first that tells anything counts. */
export async function resolveItems(
  events: readonly SubmittedEvent[],
  options: { catalogue: ItemCatalogue; source: string; now: number },
): Promise<ResolvedItems> {
  const { catalogue, source, now } = options;
  const items = new Map(await catalogue.get([...new Set(events.map(({ itemId }) => itemId))]));
  const learnt = new Map<string, CatalogueItem>();
  for (const event of events) {
    if (!tells(event)) continue;
    const known = items.get(event.itemId);
    if (known !== undefined && !isOpen(known)) continue;
    const before = known ?? bareItem(event.itemId, source, now);
    const after = complete(before, event, source, now);
    if (!addsName(before, after)) continue;
    items.set(event.itemId, after);
    learnt.set(event.itemId, after);
  }
  return { items, learnt: [...learnt.values()] };
}

/** What the listener's latest listens sound like, which ranking compares candidates with. */
import type { ListenerView, Reading, ReadingDeps } from './reading.ts';
import type { Request } from './recommend.ts';

/** Describes the recent items of a view; without the catalogue, none of them. */
export async function soundsOfRecent(
  deps: Pick<ReadingDeps, 'catalogue'>,
  reading: Reading,
  view: ListenerView,
): Promise<Request['describe']> {
  const recent = view.signals.recent.map(({ itemId }) => itemId);
  const items = await reading.attempt('catalogue', () => deps.catalogue.get(recent), new Map());
  return (itemId) => items.get(itemId);
}

/** This week's discoveries with the reason of each, and an event for the first one, as a player would send it. */
import { lineOf, listener, segue } from './connect.ts';

const { data: weekly } = await segue.getListenerDiscoverWeekly({ id: listener });
console.log(`Discover Weekly ${weekly.week}: ${weekly.items.length} tracks`);
for (const item of weekly.items) {
  const [because] = item.seedArtists;
  console.log(
    `${item.position + 1}. ${lineOf(item)} (${item.notion}; like ${because?.name ?? 'others play'})`,
  );
}

const [first] = weekly.items;
if (first !== undefined) {
  const { data } = await segue.postEvents({
    body: [
      {
        type: 'listen',
        // Made of what happened, so that sending it again is harmless.
        eventId: `${listener}-${first.impressionId}-${first.position}`,
        listenerId: listener,
        itemId: first.itemId,
        occurredAt: new Date().toISOString(),
        msPlayed: first.durationMs ?? 180_000,
        context: { surface: weekly.surface, position: first.position, impressionId: first.impressionId },
      },
    ],
  });
  console.log(`Sent: ${data.accepted} event`);
}

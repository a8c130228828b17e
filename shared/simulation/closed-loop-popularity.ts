/** The rival: the most played tracks that the listener did not hear yet, recounted every week. */
import { isPlay, type ListeningEvent } from '../domain/event.ts';
import type { LoopPolicy } from './closed-loop-policy.ts';

/** At most this many of one artist in a list, as the service has it: a list of one artist would sate anyone. */
const PER_ARTIST = 2;

interface Popular {
  readonly itemId: string;
  readonly recordingId: string;
  readonly artistId: string | null;
  plays: number;
}

/** Serves every surface alike. What was heard a minute ago is known; plays count once a week. */
export function createPopularityPolicy(): LoopPolicy {
  const counts = new Map<string, Popular>();
  const heard = new Map<string, Set<string>>();
  let ranked: readonly Popular[] = [];
  return {
    name: 'popularity',
    observe(events) {
      for (const event of events) {
        if (event.type !== 'listen') continue;
        const own = heard.get(event.listenerId);
        if (own === undefined) heard.set(event.listenerId, new Set([event.recordingId]));
        else own.add(event.recordingId);
        if (isPlay(event)) count(counts, event);
      }
    },
    async refresh() {
      ranked = [...counts.values()].sort(
        (a, b) => b.plays - a.plays || (a.recordingId < b.recordingId ? -1 : 1),
      );
    },
    async serve(listenerId, _at, request) {
      return firstUnheard(ranked, heard.get(listenerId) ?? new Set(), request.count);
    },
    async close() {},
  };
}

function count(counts: Map<string, Popular>, { itemId, recordingId, artistId }: ListeningEvent): void {
  const known = counts.get(recordingId);
  if (known === undefined) counts.set(recordingId, { itemId, recordingId, artistId, plays: 1 });
  else known.plays += 1;
}

function firstUnheard(ranked: readonly Popular[], heard: ReadonlySet<string>, count: number): string[] {
  const chosen: string[] = [];
  const byArtist = new Map<string, number>();
  for (const { itemId, recordingId, artistId } of ranked) {
    if (chosen.length === count) break;
    const used = artistId === null ? 0 : (byArtist.get(artistId) ?? 0);
    if (heard.has(recordingId) || used === PER_ARTIST) continue;
    if (artistId !== null) byArtist.set(artistId, used + 1);
    chosen.push(itemId);
  }
  return chosen;
}

/** Prepare a shuffle: the playlist's tracks with when they were last played, and what goes with them. */

import { squash } from '../domain/affinity.ts';
import { type Candidate, parseCandidates } from '../domain/candidate.ts';
import type { CatalogueItem } from '../domain/item.ts';
import { mergeCandidates } from '../domain/ranking.ts';
import type { OwnTrack, ShuffleCandidate } from '../domain/smart-shuffle.ts';
import { DAY_MS } from '../domain/time.ts';
import type { ListenerView, Reading, ReadingDeps } from './reading.ts';
import { notionOf } from './recommend.ts';

/** Own tracks whose neighbours are read; of longer playlists a drawn sample. */
const SEEDS = 60;
/** Seeds that a recommendation names. */
const SEEDS_TOLD = 3;

/** Each recording once, in the order given; `repeated` are the ids that were left out. */
export function distinctTracks(
  itemIds: readonly string[],
  items: ReadonlyMap<string, CatalogueItem>,
): { kept: string[]; repeated: string[] } {
  const kept = new Map<string, string>();
  const repeated = new Set<string>();
  for (const itemId of itemIds) {
    const recording = items.get(itemId)?.recordingId ?? itemId;
    if (kept.has(recording)) repeated.add(itemId);
    else kept.set(recording, itemId);
  }
  return { kept: [...kept.values()], repeated: [...repeated] };
}

/** What is known of the playlist's tracks; of one the catalogue does not know, its id. */
export function ownTracks(
  itemIds: readonly string[],
  items: ReadonlyMap<string, CatalogueItem>,
  view: ListenerView,
): OwnTrack[] {
  const { now } = view.signals;
  return itemIds.map((itemId) => {
    const item = items.get(itemId);
    const names = [item?.recordingId ?? itemId, itemId];
    const live = names.flatMap((name) => view.lately.get(name)?.lastAt ?? []);
    const built = names.flatMap((name) => (view.built?.recent.get(name)?.lastDay ?? 0) * DAY_MS || []);
    const last = Math.max(0, ...live, ...built);
    return {
      itemId,
      artistId: item?.artistId ?? null,
      daysSincePlay: last === 0 ? null : Math.max(0, now - last) / DAY_MS,
      tempo: item?.tempo ?? null,
      key: item?.key ?? null,
      mode: item?.mode ?? null,
      energy: item?.energy ?? null,
    };
  });
}

export interface Proposal {
  readonly candidate: Candidate;
  readonly sound: ShuffleCandidate;
  readonly notion: string;
}

/**
 * What goes with the playlist's tracks: their neighbours of the build, without what is on the playlist or ruled out. A
 * playlist without neighbours (new, or unknown to the build) draws on the listener's own pool.
 */
export async function shuffleCandidates(
  deps: ReadingDeps,
  reading: Reading,
  view: ListenerView,
  tracks: readonly OwnTrack[],
  items: ReadonlyMap<string, CatalogueItem>,
  random: () => number,
): Promise<Proposal[]> {
  const pool = new Map((view.built?.candidates ?? []).map((candidate) => [candidate.recordingId, candidate]));
  const related = await relatedToAll(deps, reading, view.build, drawn(tracks, random));
  const merged = related.length > 0 ? mergeCandidates(related) : [...pool.values()];
  const most = merged.reduce((max, { score }) => Math.max(max, score), 0) || 1;
  const listed = new Set(tracks.flatMap(({ itemId }) => [itemId, items.get(itemId)?.recordingId ?? itemId]));
  return merged.flatMap((candidate): Proposal[] => {
    if (listed.has(candidate.recordingId) || listed.has(candidate.itemId)) return [];
    if (view.controls.blocking(candidate) !== undefined) return [];
    return [
      {
        candidate: { ...candidate, evidence: strongest(candidate) },
        notion: notionOf(view, candidate),
        sound: {
          itemId: candidate.itemId,
          artistId: candidate.artistId,
          similarity: candidate.score / most,
          affinity: affinityOf(candidate, pool.get(candidate.recordingId), view),
          tempo: candidate.tempo,
          key: candidate.key,
          mode: candidate.mode,
          energy: candidate.energy,
        },
      },
    ];
  });
}

function drawn(tracks: readonly OwnTrack[], random: () => number): string[] {
  const ids = tracks.map(({ itemId }) => itemId);
  for (let i = 0; i < Math.min(SEEDS, ids.length); i++) {
    const j = i + Math.floor(random() * (ids.length - i));
    [ids[i], ids[j]] = [ids[j] as string, ids[i] as string];
  }
  return ids.slice(0, SEEDS);
}

async function relatedToAll(
  deps: ReadingDeps,
  reading: Reading,
  build: number | undefined,
  itemIds: readonly string[],
): Promise<Candidate[]> {
  if (build === undefined) return [];
  const filter = [{ family: 'build', qualifiers: ['related'], timestamps: [build] }];
  const rows = await reading.attempt('related', () => deps.rows.readMany('catalog', itemIds, filter), []);
  return rows.flatMap((row) =>
    parseCandidates(row?.cells[0]?.value ?? '\n').map((candidate) => ({
      ...candidate,
      evidence: candidate.evidence.map((evidence) => ({ ...evidence, seed: row?.key ?? null })),
    })),
  );
}

const strongest = ({ evidence }: Candidate) =>
  evidence.toSorted((a, b) => b.score - a.score).slice(0, SEEDS_TOLD);

/** 0 to 1: how the build placed it for this listener, and how its artist has gone down since. */
function affinityOf(candidate: Candidate, pooled: Candidate | undefined, { signals }: ListenerView): number {
  const artist = candidate.artistId === null ? undefined : signals.artists.get(candidate.artistId);
  const live = squash(artist?.affinity ?? 0);
  return Math.min(1, Math.max(0, (pooled?.score ?? 0) / 1000 + live));
}

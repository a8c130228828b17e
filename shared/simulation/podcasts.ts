/** Podcasts of the generated community: shows and their episodes, which carry no audio features. */
import { bareItem, type CatalogueItem } from '../domain/item.ts';
import { artistIdOf, recordingIdOf } from '../domain/recording.ts';
import type { Random } from '../random.ts';
import { episodeTitle, podcastShow } from './names.ts';
import { SOURCE } from './tracks.ts';

const MINUTE_MS = 60_000;
/** Episodes last 20 to 60 minutes. */
export const EPISODE_MINUTES = { shortest: 20, longest: 60 } as const;

export interface SimulatedEpisode {
  readonly item: CatalogueItem;
  readonly durationMs: number;
}

export interface SimulatedShow {
  readonly name: string;
  /** In order of publication. */
  readonly episodes: readonly SimulatedEpisode[];
}

/** `shows` shows that share `episodes` episodes evenly, with ids `episode-0000` on. */
export function generateShows(
  random: Random,
  shows: number,
  episodes: number,
  updatedAt: number,
): SimulatedShow[] {
  const names = new Set<string>();
  let made = 0;
  return Array.from({ length: shows }, (_, index) => {
    let show = podcastShow(random);
    while (names.has(show.name)) show = { ...podcastShow(random), name: `${show.name} ${index}` };
    names.add(show.name);
    const upTo = Math.round((episodes * (index + 1)) / shows);
    const list: SimulatedEpisode[] = [];
    for (let number = 1; made < upTo; number++, made++)
      list.push(generateEpisode(random, show, number, made, updatedAt));
    return { name: show.name, episodes: list };
  });
}

function generateEpisode(
  random: Random,
  show: { name: string; topic: string },
  number: number,
  index: number,
  updatedAt: number,
): SimulatedEpisode {
  const itemId = `episode-${String(index).padStart(4, '0')}`;
  const title = episodeTitle(random, number);
  const { shortest, longest } = EPISODE_MINUTES;
  const durationMs = Math.round((shortest + random.next() * (longest - shortest)) * MINUTE_MS);
  const item: CatalogueItem = {
    ...bareItem(itemId, SOURCE, updatedAt),
    kind: 'episode',
    recordingId: recordingIdOf({ itemId, title, artist: show.name }),
    title,
    artist: show.name,
    artistId: artistIdOf(show.name),
    genres: [show.topic],
    year: new Date(updatedAt).getUTCFullYear(),
    explicit: false,
    durationMs,
  };
  return { item, durationMs };
}

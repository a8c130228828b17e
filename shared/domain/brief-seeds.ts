/** Likeness of a track to what a brief was given as examples: by artist, genre and sound. */
import type { Brief } from './brief.ts';
import type { Columns } from './brief-columns.ts';
import { tempoScore } from './harmony.ts';
import type { IndexedItem } from './indexed-item.ts';

/** Shares of a likeness; an artist who is a seed counts fully whatever the track sounds like. */
const OWN = 0.45;
const GENRE = 0.35;
const SOUND = 0.2;
/** Seed artists whose likeness is told apart. */
const MOST_GROUPS = 10;
/** What an unknown sound or genre counts: less than one that fits, more than one that does not. */
const UNKNOWN = 0.3;

/** Of a row, 0 to 1: its likeness to the seed artist it is most like; undefined where the brief names no seeds that the catalogue has. */
export function createSeedLikeness(
  brief: Pick<Brief, 'seedArtists' | 'seedTracks'>,
  columns: Columns,
  byId: ReadonlyMap<string, IndexedItem>,
): ((row: number) => number) | undefined {
  const { artist, artistNumbers, items } = columns;
  const artists = new Set(brief.seedArtists.flatMap((id) => artistNumbers.get(id) ?? []));
  const seeds = brief.seedTracks.flatMap((itemId) => byId.get(itemId) ?? []);
  const examples = [...seeds];
  if (artists.size > 0)
    for (const [row, number] of artist.entries())
      if (artists.has(number)) examples.push(items[row] as IndexedItem);
  if (examples.length === 0) return undefined;
  for (const { artistId } of seeds) artists.add(artistNumbers.get(artistId ?? '') ?? -2);
  const groups = [...Map.groupBy(examples, ({ artistId, itemId }) => artistId ?? itemId).values()];
  const likenesses = groups.slice(0, MOST_GROUPS).map((group) => {
    const [genre, sound] = [genreLikeness(columns, group), soundLikeness(columns, group)];
    return (row: number) => GENRE * genre(row) + SOUND * sound(row);
  });
  const nearest = (row: number) => {
    let best = 0;
    for (const likeness of likenesses) best = Math.max(best, likeness(row));
    return best;
  };
  return (row) => OWN * (artists.has(artist[row] as number) ? 1 : 0) + nearest(row);
}

/** Share of the examples that have the row's best genre, the commonest genre counting 1. */
function genreLikeness(
  { genres, genre, genreStart }: Columns,
  examples: readonly IndexedItem[],
): (row: number) => number {
  const counts = new Map<string, number>();
  for (const example of examples)
    for (const name of example.genres) counts.set(name, (counts.get(name) ?? 0) + 1);
  const most = Math.max(1, ...counts.values());
  const shares = Float64Array.from(genres, (name) => (counts.get(name) ?? 0) / most);
  return (row) => {
    const end = genreStart[row + 1] as number;
    let at = genreStart[row] as number;
    if (at === end || counts.size === 0) return UNKNOWN;
    let best = 0;
    for (; at < end; at++) best = Math.max(best, shares[genre[at] as number] as number);
    return best;
  };
}

/** Nearness to the examples' mean energy, valence and tempo. */
function soundLikeness(
  { energy, valence, tempo }: Columns,
  examples: readonly IndexedItem[],
): (row: number) => number {
  const mean = (read: (item: IndexedItem) => number | null) => {
    const all = examples.flatMap((item) => read(item) ?? []);
    return all.length === 0 ? Number.NaN : all.reduce((sum, value) => sum + value, 0) / all.length;
  };
  const centre = {
    energy: mean((i) => i.energy),
    valence: mean((i) => i.valence),
    tempo: mean((i) => i.tempo),
  };
  const near = (a: number, b: number) => (Number.isNaN(a) || Number.isNaN(b) ? UNKNOWN : 1 - Math.abs(a - b));
  return (row) => {
    const beat = tempo[row] as number;
    const paced = Number.isNaN(beat) || Number.isNaN(centre.tempo) ? UNKNOWN : tempoScore(beat, centre.tempo);
    return (
      (near(energy[row] as number, centre.energy) + near(valence[row] as number, centre.valence) + paced) / 3
    );
  };
}

/** Shuffles that do not clump: each artist's tracks spread over the whole, with jitter, and never two in a row. */

/** Share of an artist's spacing by which a track may stray from its place: drawn between these. */
const JITTER = [0.2, 0.3] as const;
/** Bits of an index within a sort key; playlists have at most this many tracks. */
const INDEX_SPAN = 2 ** 14;
const FRACTION_SPAN = 2 ** 38;

/** Most tracks that can be spread. */
export const MOST_SPREAD = INDEX_SPAN;

/** Indices by artist, a track of unknown artist being an artist of its own. */
export function groupByArtist(artists: readonly (string | null)[]): number[][] {
  const groups = new Map<string | number, number[]>();
  for (const [index, artist] of artists.entries()) {
    const name = artist ?? index;
    const known = groups.get(name);
    if (known === undefined) groups.set(name, [index]);
    else known.push(index);
  }
  return [...groups.values()];
}

/**
 * One dithered order of all indices in `groups`: a group of m starts at a random offset within 1/m and goes on in steps of
 * 1/m, each with jitter of 20 to 30% (algorithms: Smart Shuffle). `random` is uniform in [0, 1).
 */
export function ditheredOrder(groups: readonly (readonly number[])[], random: () => number): number[] {
  const count = groups.reduce((sum, group) => sum + group.length, 0);
  // Place and index in one number each, so that the engine sorts numbers and calls nobody back.
  const keys = new Float64Array(count);
  let filled = 0;
  for (const group of groups) {
    const step = 1 / group.length;
    const offset = random() * step;
    const shuffled = group.length === 1 ? group : shuffle(group, random);
    for (let place = 0; place < shuffled.length; place++) {
      const index = shuffled[place] as number;
      const jitter = (JITTER[0] + (JITTER[1] - JITTER[0]) * random()) * (random() < 0.5 ? -1 : 1);
      const at = offset + (place + jitter) * step;
      keys[filled++] = Math.floor((at - Math.floor(at)) * FRACTION_SPAN) * INDEX_SPAN + index;
    }
  }
  keys.sort();
  const order = new Array<number>(count);
  for (let place = 0; place < count; place++) order[place] = (keys[place] as number) % INDEX_SPAN;
  return order;
}

/** Fisher and Yates; a new array. */
function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const shuffled = [...items];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
  }
  return shuffled;
}

/**
 * The order with no two neighbours of one artist, where that is possible: who follows their like is taken out and put back
 * at the nearest place between others. Nothing is moved where one artist has more than half of all.
 */
export function separateArtists(order: readonly number[], artists: readonly (string | null)[]): number[] {
  const counts = new Map<string, number>();
  for (const index of order) {
    const artist = artists[index];
    if (artist != null) counts.set(artist, (counts.get(artist) ?? 0) + 1);
  }
  if (Math.max(0, ...counts.values()) > (order.length + 1) / 2) return [...order];
  const alike = (a: number | undefined, b: number) =>
    a !== undefined && artists[a] != null && artists[a] === artists[b];
  const kept: number[] = [];
  const taken: { readonly index: number; readonly at: number }[] = [];
  for (const index of order) {
    if (alike(kept.at(-1), index)) taken.push({ index, at: kept.length });
    else kept.push(index);
  }
  for (const { index, at } of taken) {
    const fits = (place: number) =>
      place >= 0 && place <= kept.length && !alike(kept[place - 1], index) && !alike(kept[place], index);
    let distance = 0;
    while (distance <= kept.length && !fits(at + distance) && !fits(at - distance)) distance += 1;
    const place = fits(at + distance) ? at + distance : at - distance;
    kept.splice(distance > kept.length ? kept.length : place, 0, index);
  }
  return kept;
}

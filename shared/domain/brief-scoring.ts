/** How well a track fits a brief and its listener, beyond what is demanded: the sum of named parts. */
import { squash } from './affinity.ts';
import type { Brief } from './brief.ts';
import { type Columns, columnsOf, hashOf } from './brief-columns.ts';
import { genreTest } from './brief-constraints.ts';
import type { BriefListener } from './brief-execution.ts';
import { createSeedLikeness } from './brief-seeds.ts';
import type { CatalogueSnapshot, IndexedItem } from './indexed-item.ts';

/** Addends of a score at their largest. Rough and our own; the order of their sizes is what matters. */
export const BRIEF_WEIGHTS = {
  /** Of a seed artist, or like the seeds by genre and sound. */
  seeds: 2,
  /** What the build found to go with the seeds. */
  related: 0.6,
  /** The listener's affinity for artist and genre. */
  taste: 0.4,
  /** Where the brief wishes the known or the unknown; a fifteenth of it where it does not care. */
  popularity: 0.9,
  /** What is new to the listener, or what is not, as the discovery dial is set. */
  novelty: 1.2,
  /** For a genre or an artist of which there should be less; −1 for both kinds at once. */
  less: -1,
  /** For each of genre and energy that is not known where something of the kind is ruled out, or an arc needs it. */
  doubt: -0.15,
  /** Per demand that had to give way, and per step of widening that it had to give. */
  gaveWay: -0.2,
  /**
   * Scale of the luck, by seed: Gumbel noise, with which the best of many are a draw by softmax. A track that scores
   * this much more is e times as likely to be drawn, so that what is a little better does not crowd out all else.
   */
  chance: 0.05,
} as const;
export type BriefPart = keyof typeof BRIEF_WEIGHTS;
export type BriefParts = Readonly<Record<BriefPart, number>>;

export interface BriefScorer {
  /** Of a row, without what only the listener's history can tell; `shortfall`: see Levels. */
  score(row: number, shortfall: number): number;
  /** What having heard it, or not, adds. Costs a look-up in the history. */
  heardPart(item: IndexedItem): number;
  parts(row: number, shortfall: number): BriefParts;
}

export interface ScoringInput {
  readonly brief: Brief;
  readonly snapshot: CatalogueSnapshot;
  readonly listener: BriefListener;
  readonly candidates: ReadonlyMap<string, number>;
  readonly seed: number;
}

export function createBriefScorer({
  brief,
  snapshot,
  listener,
  candidates,
  seed,
}: ScoringInput): BriefScorer {
  const weights = BRIEF_WEIGHTS;
  const columns = columnsOf(snapshot);
  const { items, artist, hash } = columns;
  const likeness = createSeedLikeness(brief, columns, snapshot.byId);
  const dial = brief.discovery === null ? 0 : 2 * brief.discovery - 1;
  const lessGenre = genreTest(columns, brief.less.genres);
  const lessArtists = new Set(brief.less.artists.flatMap((id) => columns.artistNumbers.get(id) ?? []));
  const wish = brief.popularity === 0 ? 1 / 15 : brief.popularity;
  const last = Math.max(1, items.length - 1);
  const salt = hashOf(String(seed));
  const isKnownArtist = perArtist(columns, (id) => (listener.knowsArtist(id) ? 1 : 0));
  const taste = createTaste(columns, listener);
  /** Who asks for the unknown is not asking for what they like already, and the other way round. */
  const tasteWeight = weights.taste * (brief.discovery === null ? 1 : 1.5 - brief.discovery);
  const asksOfGenres = brief.exclude.genres.length + brief.less.genres.length > 0;
  const asksOfMoods = brief.exclude.moods.length > 0 || brief.arc !== null;

  const seeds = (row: number) => (likeness === undefined ? 0 : weights.seeds * likeness(row));
  const related = (row: number) =>
    candidates.size === 0 ? 0 : weights.related * (candidates.get((items[row] as IndexedItem).itemId) ?? 0);
  const popularity = (row: number) => weights.popularity * wish * (1 - (2 * row) / last);
  const newArtist = (row: number) => weights.novelty * dial * (0.5 - isKnownArtist(artist[row] as number));
  const less = (row: number) =>
    (lessGenre(row) ? weights.less : 0) + (lessArtists.has(artist[row] as number) ? weights.less : 0);
  const doubt = (row: number) =>
    (asksOfGenres && columns.genreStart[row] === columns.genreStart[row + 1] ? weights.doubt : 0) +
    (asksOfMoods && Number.isNaN(columns.energy[row]) ? weights.doubt : 0);
  const chance = (row: number) => weights.chance * gumbel(luck(hash[row] as number, salt));
  const heardPart = ({ recordingId, itemId }: IndexedItem) =>
    dial === 0 ? 0 : weights.novelty * dial * (listener.hasHeard(recordingId, itemId) ? -0.5 : 0.5);

  return {
    score: (row, shortfall) =>
      seeds(row) +
      related(row) +
      tasteWeight * taste(row) +
      popularity(row) +
      newArtist(row) +
      less(row) +
      doubt(row) +
      weights.gaveWay * shortfall +
      chance(row),
    heardPart,
    parts: (row, shortfall) => ({
      seeds: seeds(row),
      related: related(row),
      taste: tasteWeight * taste(row),
      popularity: popularity(row),
      novelty: newArtist(row) + heardPart(items[row] as IndexedItem),
      less: less(row),
      doubt: doubt(row),
      gaveWay: weights.gaveWay * shortfall,
      chance: chance(row),
    }),
  };
}

/** −1 to 1: affinity for the artist, and for the genre that moves most. */
function createTaste(columns: Columns, listener: BriefListener): (row: number) => number {
  const { artist, genre, genreStart, genres } = columns;
  const artistTaste = perArtist(columns, (id) => squash(listener.affinityOf(id)));
  const genreTaste = Float64Array.from(genres, (name) => squash(listener.genreAffinity(name)));
  return (row) => {
    let best = 0;
    const end = genreStart[row + 1] as number;
    for (let at = genreStart[row] as number; at < end; at++) {
      const own = genreTaste[genre[at] as number] as number;
      if (Math.abs(own) > Math.abs(best)) best = own;
    }
    return 0.6 * artistTaste(artist[row] as number) + 0.4 * best;
  };
}

/** By artist number, each asked for once; 0 for none. */
function perArtist({ artists }: Columns, ask: (artistId: string) => number): (number: number) => number {
  const answers = new Float64Array(artists.length).fill(Number.NaN);
  return (number) => {
    if (number < 0) return 0;
    let answer = answers[number] as number;
    if (Number.isNaN(answer)) {
      answer = ask(artists[number] as string);
      answers[number] = answer;
    }
    return answer;
  };
}

/** A standard Gumbel variate of a uniform one. */
function gumbel(uniform: number): number {
  return -Math.log(-Math.log(Math.max(1e-9, uniform)));
}

/** Uniform in [0, 1) by both: MurmurHash3's finish. */
function luck(hash: number, salt: number): number {
  let mixed = hash ^ Math.imul(salt, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}

/** What a session leans towards: an exponential moving average of sound, genres and artists played, skips against it. */

/** What is known of a track that was played or could be; null where it is not known. */
export interface SessionTraits {
  readonly artistId: string | null;
  readonly genres: readonly string[];
  /** Beats per minute. */
  readonly tempo: number | null;
  /** 0 to 1. */
  readonly energy: number | null;
  /** 0 to 1. */
  readonly valence: number | null;
}

export const SOUND_FEATURES = ['tempo', 'energy', 'valence'] as const;
export type SoundFeature = (typeof SOUND_FEATURES)[number];

/** Where liked (or skipped) tracks lie, and how much that counts, 0 to 1. */
export interface Pull {
  readonly centre: number;
  readonly mass: number;
}

export interface SoundAverage {
  readonly towards: Pull | null;
  readonly away: Pull | null;
}

/** Strengths −1 to 1 by name, strongest first. A list, since names are anybody's. */
export type Leanings = readonly (readonly [name: string, strength: number])[];

export interface SessionAverage {
  readonly sound: Readonly<Record<SoundFeature, SoundAverage>>;
  readonly genres: Leanings;
  readonly artists: Leanings;
}

const NOTHING: SoundAverage = { towards: null, away: null };
export const NO_MOVING_AVERAGE: SessionAverage = {
  sound: { tempo: NOTHING, energy: NOTHING, valence: NOTHING },
  genres: [],
  artists: [],
};

/** Versioned configuration of the averages. */
export interface AverageWeights {
  /** Share of the newest event in what it is about. */
  readonly newest: number;
  /** What is left, per event, of what the event was not about. */
  readonly rest: number;
  /** Below this a leaning is forgotten. */
  readonly least: number;
  readonly mostNames: number;
  /** Half-widths of nearness: BPM, and shares of 0 to 1. */
  readonly widths: Readonly<Record<SoundFeature, number>>;
}

export const AVERAGE_WEIGHTS: AverageWeights = {
  newest: 0.4,
  rest: 0.95,
  least: 0.01,
  mostNames: 100,
  widths: { tempo: 15, energy: 0.15, valence: 0.2 },
};

/** The average after one event of `strength` −1 (skipped at once) to 1 (saved): `(1−α)·before + α·strength`. */
export function foldEvent(
  average: SessionAverage,
  traits: SessionTraits,
  strength: number,
  weights: AverageWeights = AVERAGE_WEIGHTS,
): SessionAverage {
  const sound = (feature: SoundFeature) =>
    foldSound(average.sound[feature], traits[feature], strength, weights);
  return {
    sound: { tempo: sound('tempo'), energy: sound('energy'), valence: sound('valence') },
    genres: foldNames(average.genres, traits.genres, strength, weights),
    artists: foldNames(average.artists, traits.artistId === null ? [] : [traits.artistId], strength, weights),
  };
}

function foldSound(
  { towards, away }: SoundAverage,
  value: number | null,
  strength: number,
  { newest }: AverageWeights,
): SoundAverage {
  if (value === null || strength === 0) return { towards, away };
  const fold = (pull: Pull | null, weight: number): Pull | null => {
    const before = (1 - newest) * (pull?.mass ?? 0);
    const added = newest * Math.max(0, weight);
    if (before + added === 0) return null;
    return {
      centre: (before * (pull?.centre ?? 0) + added * value) / (before + added),
      mass: before + added,
    };
  };
  return { towards: fold(towards, strength), away: fold(away, -strength) };
}

function foldNames(
  leanings: Leanings,
  names: readonly string[],
  strength: number,
  { newest, rest, least, mostNames }: AverageWeights,
): Leanings {
  const folded = new Map(leanings.map(([name, before]) => [name, rest * before]));
  const before = new Map(leanings);
  for (const name of new Set(names))
    folded.set(name, (1 - newest) * (before.get(name) ?? 0) + newest * strength);
  return strongest(folded, least, mostNames);
}

function strongest(leanings: ReadonlyMap<string, number>, least: number, most: number): Leanings {
  return [...leanings]
    .filter(([, strength]) => Math.abs(strength) >= least)
    .sort(([a, x], [b, y]) => Math.abs(y) - Math.abs(x) || (a < b ? -1 : 1))
    .slice(0, most);
}

/** What a playlist leans towards: its mean sound, and its genres and artists by their share, the commonest at half strength. */
export function averageOf(
  tracks: readonly SessionTraits[],
  weights: AverageWeights = AVERAGE_WEIGHTS,
): SessionAverage {
  const sound = (feature: SoundFeature): SoundAverage => {
    const known = tracks.flatMap((track) => track[feature] ?? []);
    if (known.length === 0) return NOTHING;
    return { towards: { centre: known.reduce((a, b) => a + b, 0) / known.length, mass: 0.5 }, away: null };
  };
  const shares = (namesOf: (track: SessionTraits) => readonly string[]): Leanings => {
    const counts = new Map<string, number>();
    for (const track of tracks)
      for (const name of new Set(namesOf(track))) counts.set(name, (counts.get(name) ?? 0) + 1);
    const most = [...counts.values()].reduce((a, b) => Math.max(a, b), 1);
    const halves = new Map([...counts].map(([name, count]) => [name, count / most / 2]));
    return strongest(halves, weights.least, weights.mostNames);
  };
  return {
    sound: { tempo: sound('tempo'), energy: sound('energy'), valence: sound('valence') },
    genres: shares(({ genres }) => genres),
    artists: shares(({ artistId }) => (artistId === null ? [] : [artistId])),
  };
}

/** How near a track lies to what was liked rather than skipped, each −1 to 1, 0 where nothing is known. */
export interface Closeness {
  readonly sound: number;
  readonly genre: number;
  readonly artist: number;
}

/** A function of tracks, made once for an average: names are looked up by the thousand. */
export function closenessTo(
  average: SessionAverage,
  weights: AverageWeights = AVERAGE_WEIGHTS,
): (track: SessionTraits) => Closeness {
  const genres = new Map(average.genres);
  const artists = new Map(average.artists);
  const near = (pull: Pull | null, value: number, width: number) =>
    pull === null ? 0 : pull.mass * Math.exp(-0.5 * ((value - pull.centre) / width) ** 2);
  return (track) => {
    let sound = 0;
    let features = 0;
    for (const feature of SOUND_FEATURES) {
      const { towards, away } = average.sound[feature];
      if (towards === null && away === null) continue;
      features += 1;
      const value = track[feature];
      const width = weights.widths[feature];
      if (value !== null) sound += near(towards, value, width) - near(away, value, width);
    }
    let genre = 0;
    for (const name of track.genres) genre += (genres.get(name) ?? 0) / track.genres.length;
    return {
      sound: features === 0 ? 0 : sound / features,
      genre,
      artist: track.artistId === null ? 0 : (artists.get(track.artistId) ?? 0),
    };
  };
}

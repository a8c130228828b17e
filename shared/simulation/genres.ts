/** The genres of the generated community, each with distributions of its own. Figures are rough and our own. */

export interface GenreProfile {
  readonly name: string;
  /** Relative share of artists and of listeners' first choices. */
  readonly weight: number;
  /** Beats per minute: mean and standard deviation. */
  readonly tempo: readonly [number, number];
  /** 0 to 1: mean and standard deviation. */
  readonly energy: readonly [number, number];
  readonly valence: readonly [number, number];
  /** Pitch classes (0 = C) the genre favours; half of its tracks are in one of them. */
  readonly keys: readonly number[];
  readonly majorShare: number;
  readonly explicitShare: number;
  /** Seconds: mean and standard deviation. */
  readonly duration: readonly [number, number];
  /** Typical year of an artist's first album: mean and standard deviation. */
  readonly debut: readonly [number, number];
  /** Genres whose artists and listeners it shares. */
  readonly related: readonly string[];
}

// biome-ignore format: one genre per line keeps the table readable
export const GENRES: readonly GenreProfile[] = [
  { name: 'pop', weight: 1.6, tempo: [117, 14], energy: [.66, .14], valence: [.58, .2], keys: [0, 2, 7, 9], majorShare: .66, explicitShare: .12, duration: [205, 32], debut: [2009, 8], related: ['r&b', 'indie', 'electronic'] },
  { name: 'rock', weight: 1.3, tempo: [126, 20], energy: [.76, .14], valence: [.52, .2], keys: [2, 4, 7, 9], majorShare: .72, explicitShare: .06, duration: [238, 48], debut: [1992, 13], related: ['indie', 'metal', 'folk'] },
  { name: 'indie', weight: 1.1, tempo: [120, 18], energy: [.6, .17], valence: [.48, .2], keys: [0, 2, 7], majorShare: .68, explicitShare: .08, duration: [226, 40], debut: [2010, 6], related: ['rock', 'folk', 'pop'] },
  { name: 'hip hop', weight: 1.3, tempo: [92, 16], energy: [.64, .14], valence: [.5, .2], keys: [1, 6, 8, 11], majorShare: .5, explicitShare: .66, duration: [212, 42], debut: [2008, 8], related: ['r&b', 'pop', 'latin'] },
  { name: 'r&b', weight: .8, tempo: [98, 17], energy: [.52, .14], valence: [.5, .2], keys: [1, 3, 8, 10], majorShare: .46, explicitShare: .28, duration: [218, 38], debut: [2006, 9], related: ['hip hop', 'pop', 'jazz'] },
  { name: 'electronic', weight: .9, tempo: [122, 15], energy: [.72, .15], valence: [.42, .21], keys: [5, 7, 9], majorShare: .44, explicitShare: .05, duration: [248, 60], debut: [2009, 7], related: ['house', 'techno', 'ambient', 'pop'] },
  { name: 'house', weight: .7, tempo: [124, 4], energy: [.8, .1], valence: [.55, .2], keys: [5, 7, 9], majorShare: .4, explicitShare: .05, duration: [330, 75], debut: [2008, 8], related: ['techno', 'electronic', 'latin'] },
  { name: 'techno', weight: .5, tempo: [132, 5], energy: [.84, .08], valence: [.28, .16], keys: [5, 6, 9], majorShare: .34, explicitShare: .01, duration: [372, 80], debut: [2010, 7], related: ['house', 'electronic', 'ambient'] },
  { name: 'jazz', weight: .6, tempo: [112, 32], energy: [.36, .17], valence: [.5, .2], keys: [3, 5, 10], majorShare: .55, explicitShare: 0, duration: [318, 95], debut: [1978, 18], related: ['r&b', 'classical', 'ambient'] },
  { name: 'classical', weight: .5, tempo: [98, 28], energy: [.18, .12], valence: [.26, .17], keys: [0, 2, 3, 10], majorShare: .6, explicitShare: 0, duration: [340, 130], debut: [1990, 15], related: ['ambient', 'jazz'] },
  { name: 'folk', weight: .7, tempo: [110, 22], energy: [.36, .15], valence: [.46, .2], keys: [0, 2, 7], majorShare: .78, explicitShare: .02, duration: [222, 42], debut: [2002, 12], related: ['indie', 'rock', 'classical'] },
  { name: 'metal', weight: .6, tempo: [138, 24], energy: [.92, .06], valence: [.3, .15], keys: [2, 4, 11], majorShare: .38, explicitShare: .16, duration: [282, 68], debut: [1999, 10], related: ['rock'] },
  { name: 'latin', weight: .8, tempo: [101, 14], energy: [.73, .11], valence: [.68, .17], keys: [2, 7, 9, 11], majorShare: .48, explicitShare: .3, duration: [208, 30], debut: [2011, 7], related: ['pop', 'hip hop', 'house'] },
  { name: 'ambient', weight: .4, tempo: [84, 22], energy: [.16, .1], valence: [.2, .14], keys: [0, 5, 9], majorShare: .52, explicitShare: 0, duration: [305, 110], debut: [2007, 9], related: ['electronic', 'classical', 'techno'] },
];

/** Place of a genre in GENRES. Throws RangeError for a name that is not there. */
export function genreIndex(name: string): number {
  const index = GENRES.findIndex((genre) => genre.name === name);
  if (index < 0) throw new RangeError(`No genre is called ${name}.`);
  return index;
}

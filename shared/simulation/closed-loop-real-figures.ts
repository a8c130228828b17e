/** Figures of real listening that the simulator is held against, with their source and how near it has to come. */

/**
 * Share of the skips (under 30 s) that came within so many seconds, in the account export below. Responses draw from
 * it, so that it agrees by construction.
 */
export const SKIP_TIMES: readonly (readonly [seconds: number, share: number])[] = [
  [1, 0.44],
  [2, 0.654],
  [5, 0.791],
  [10, 0.878],
  [20, 0.955],
  [30, 1],
];

export const SOURCES = {
  plays: 'one listener’s year, 54,429 listens, Spotify account export of April 2022',
  artists: 'HetRec 2011 Last.fm, 1,892 listeners by their 50 most played artists',
  sessions: '#nowplaying sessions, 128,077 of them, first part of the public set',
} as const;
export type FigureSource = keyof typeof SOURCES;

export interface RealFigure {
  /** As historyFigures(), sessionFigures() and alignmentFigures() name it. */
  readonly name: string;
  readonly source: FigureSource;
  readonly value: number;
  /** Largest difference at which simulated and real agree. */
  readonly tolerance: number;
  readonly meaning: string;
}

// biome-ignore format: one figure per line keeps the table readable
export const REAL_FIGURES: readonly RealFigure[] = [
  { name: 'skipped', source: 'plays', value: .402, tolerance: .03, meaning: 'listens under 30 s' },
  { name: 'skippedNew', source: 'plays', value: .403, tolerance: .05, meaning: 'of those of recordings not heard before' },
  { name: 'skippedKnown', source: 'plays', value: .402, tolerance: .05, meaning: 'of those of recordings heard before' },
  { name: 'skippedWithin1s', source: 'plays', value: .439, tolerance: .02, meaning: 'skips within a second' },
  { name: 'skippedWithin5s', source: 'plays', value: .791, tolerance: .02, meaning: 'skips within five seconds' },
  { name: 'completed', source: 'plays', value: .673, tolerance: .05, meaning: 'plays to 95% of the longest listen' },
  { name: 'repeated', source: 'plays', value: .876, tolerance: .05, meaning: 'plays of something played before, second half' },
  { name: 'repeat.sameDay', source: 'plays', value: .342, tolerance: .1, meaning: 'of those, on the day of the last play' },
  { name: 'repeat.nextDay', source: 'plays', value: .189, tolerance: .1, meaning: 'a day after' },
  { name: 'repeat.withinWeek', source: 'plays', value: .201, tolerance: .1, meaning: 'two to seven days after' },
  { name: 'repeat.withinMonth', source: 'plays', value: .125, tolerance: .1, meaning: 'eight to 28 days after' },
  { name: 'repeat.later', source: 'plays', value: .143, tolerance: .1, meaning: 'later' },
  { name: 'playedAgain.oneDay', source: 'plays', value: .27, tolerance: .05, meaning: 'first plays repeated on a later day of 28' },
  { name: 'playedAgain.twoDays', source: 'plays', value: .134, tolerance: .05, meaning: 'on two later days' },
  { name: 'ownTracks.gini', source: 'plays', value: .734, tolerance: .1, meaning: 'of listens over the listener’s tracks' },
  { name: 'ownTracks.top10', source: 'plays', value: .648, tolerance: .1, meaning: 'listens to the listener’s first tenth' },
  { name: 'artists.gini', source: 'artists', value: .893, tolerance: .1, meaning: 'of plays over artists' },
  { name: 'artists.top10', source: 'artists', value: .85, tolerance: .1, meaning: 'plays of the first tenth' },
  { name: 'artists.slope', source: 'artists', value: -.841, tolerance: .15, meaning: 'log plays over log rank' },
  { name: 'artistListeners.gini', source: 'artists', value: .541, tolerance: .1, meaning: 'of listeners over artists, 300 listeners' },
  { name: 'artistListeners.top10', source: 'artists', value: .514, tolerance: .1, meaning: 'listeners of the first tenth, 300 listeners' },
  { name: 'recall.lift', source: 'artists', value: 2.253, tolerance: .4, meaning: 'recall of neighbours over that of popularity' },
  { name: 'tracks.gini', source: 'sessions', value: .571, tolerance: .15, meaning: 'of listens over tracks' },
  { name: 'tracks.top10', source: 'sessions', value: .483, tolerance: .15, meaning: 'listens to the first tenth' },
  { name: 'tracks.slope', source: 'sessions', value: -.441, tolerance: .15, meaning: 'log listens over log rank' },
  { name: 'session.repeats', source: 'sessions', value: .053, tolerance: .1, meaning: 'listens that repeat within a session' },
  { name: 'session.tracks', source: 'sessions', value: 7.44, tolerance: 4, meaning: 'listens of a session' },
];

/**
 * Parameters of the listeners of the closed loop, fitted to closed-loop-real-figures.ts before any policy was run. What no
 * public data shows is assumed: saves, satiation, exposure, who returns, how much of the listening the service gets.
 */

export const LOOP_VERSION = 'loop-1';

export interface LoopParameters {
  /** Weights of what makes a track appeal, each of a part with mean 0 and deviation 1 over the catalogue. */
  readonly fit: number;
  readonly quality: number;
  /** Of renown, times the listener's mainstreamness (0 to 1). */
  readonly renown: number;
  readonly sound: number;
  /** What only this listener finds in this track; nobody can know it beforehand. */
  readonly whim: number;
  /** Correlation of quality with renown: good tracks are known more often. */
  readonly qualityShown: number;
  /** Spread of artists around their genre and of tracks around their artist, the genres' own being 1. */
  readonly artistSpread: number;
  readonly trackSpread: number;
  /** Spread of a listener around the mixture of their genres. */
  readonly personalSpread: number;

  /** Liking gained by many plays, and plays after which two thirds of it are there. */
  readonly exposureGain: number;
  readonly exposurePlays: number;
  /** Liking lost by one listen to the track, and days until half of that is forgotten. */
  readonly fatigue: number;
  readonly fatigueHalfDays: number;
  /** Liking lost by one listen to the artist, and hours until half of that is forgotten. */
  readonly satiation: number;
  readonly satiationHalfHours: number;

  /** Share of listens jumped over whatever they are, by how they came to play. */
  readonly jumpFamiliar: number;
  readonly jumpChosen: number;
  readonly jumpServed: number;
  /** Logit of a skip at liking 0, and what a unit of liking takes from it. */
  readonly skipAtZero: number;
  readonly skipSlope: number;
  /** Logit of hearing out what was not skipped, likewise. */
  readonly completeAtZero: number;
  readonly completeSlope: number;
  /** Logit of keeping what was heard out, at liking 0, and per unit. */
  readonly saveAtZero: number;
  readonly saveSlope: number;

  /** Chance of a familiar track where the listener chooses; the rest is new to them. */
  readonly familiarShare: number;
  /** Of the familiar: chance of something heard lately rather than anything known. */
  readonly recentShare: number;
  /** Place among the lately heard: size·u^recentPower. */
  readonly recentPower: number;
  /** How much liking decides among familiar tracks (inverse temperature). */
  readonly choosiness: number;
  /** Of the new: chance of another track by an artist already liked. */
  readonly artistShare: number;

  /** Logit of listening on a day, and what satisfaction adds to it. */
  readonly activeAtZero: number;
  readonly activeSlope: number;
  /** Weight of a session in the running satisfaction. */
  readonly satisfactionRate: number;
  /** Mean tracks of a session, for a listener of mean activity, and chance of another session on the day. */
  readonly sessionTracks: number;
  readonly anotherSession: number;
  /** Skips in a row after which a served session is left. */
  readonly patience: number;

  /** Share of sessions given to what the service offers, and chance that it continues one that was chosen. */
  readonly servedShare: number;
  readonly autoplayShare: number;
  readonly autoplayTracks: number;
  readonly slateTracks: number;
}

export const LOOP_PARAMETERS: LoopParameters = {
  fit: 0.65,
  quality: 0.3,
  renown: 0.8,
  sound: 0.15,
  whim: 0.45,
  qualityShown: 0.5,
  artistSpread: 0.7,
  trackSpread: 0.4,
  personalSpread: 0.5,

  exposureGain: 0.5,
  exposurePlays: 3,
  fatigue: 0.4,
  fatigueHalfDays: 1,
  satiation: 0.06,
  satiationHalfHours: 18,

  jumpFamiliar: 0.36,
  jumpChosen: 0.25,
  jumpServed: 0.27,
  skipAtZero: -0.6,
  skipSlope: 1.1,
  completeAtZero: -0.5,
  completeSlope: 0.5,
  saveAtZero: -4.6,
  saveSlope: 1.1,

  familiarShare: 0.7,
  recentShare: 0.75,
  recentPower: 3,
  choosiness: 1.5,
  artistShare: 0.5,

  activeAtZero: 0.6,
  activeSlope: 1.5,
  satisfactionRate: 0.15,
  sessionTracks: 11,
  anotherSession: 0.45,
  patience: 5,

  servedShare: 0.3,
  autoplayShare: 0.35,
  autoplayTracks: 5,
  slateTracks: 20,
};

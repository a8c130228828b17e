/** What a listener does with a track that starts to play: skips it, hears some of it or all, keeps it. */
import { PLAY_THRESHOLD_MS } from '../domain/event.ts';
import type { Random } from '../random.ts';
import type { LoopParameters } from './closed-loop-parameters.ts';
import { SKIP_TIMES } from './closed-loop-real-figures.ts';

/** How the track came to play. */
export type Origin = 'familiar' | 'chosen' | 'served';

export interface LoopResponse {
  readonly msPlayed: number;
  readonly skipped: boolean;
  readonly completed: boolean;
  readonly saved: boolean;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

const JUMPS = { familiar: 'jumpFamiliar', chosen: 'jumpChosen', served: 'jumpServed' } as const;

/** Chance of a skip: a jump that has nothing to do with the track, or a judgement that falls with liking. */
export function loopSkipChance(parameters: LoopParameters, origin: Origin, liking: number): number {
  const jump = parameters[JUMPS[origin]];
  return jump + (1 - jump) * logistic(parameters.skipAtZero - parameters.skipSlope * liking);
}

/** Every call draws the same number of variates, so that one response never shifts the next. */
export function respondTo(
  random: Random,
  parameters: LoopParameters,
  heard: {
    readonly origin: Origin;
    readonly liking: number;
    readonly durationMs: number;
    readonly saved: boolean;
  },
): LoopResponse {
  const { origin, liking, durationMs, saved } = heard;
  const [skips, extent, finishes, keeps] = [random.next(), random.next(), random.next(), random.next()];
  if (skips < loopSkipChance(parameters, origin, liking))
    return { msPlayed: skipTime(extent), skipped: true, completed: false, saved: false };
  const completed = finishes < logistic(parameters.completeAtZero + parameters.completeSlope * liking);
  const msPlayed = completed
    ? durationMs
    : Math.round(PLAY_THRESHOLD_MS + extent * (0.94 * durationMs - PLAY_THRESHOLD_MS));
  const wanted = keeps < logistic(parameters.saveAtZero + parameters.saveSlope * liking);
  return { msPlayed, skipped: false, completed, saved: completed && wanted && !saved };
}

/** Milliseconds until a skip, by the real distribution; linear within its steps. */
function skipTime(u: number): number {
  let from = 0;
  let below = 0;
  for (const [seconds, share] of SKIP_TIMES) {
    if (u < share) {
      const within = (u - below) / (share - below);
      return Math.floor(1000 * (from + within * (seconds - from)));
    }
    from = seconds;
    below = share;
  }
  return PLAY_THRESHOLD_MS - 1;
}

/** What a listener does with what plays: hears it out, skips it, keeps it, or sends it away. */
import type { EventType } from '../domain/event.ts';
import type { Random } from '../random.ts';

export interface Response {
  readonly msPlayed: number;
  /** The player's own flag; some skips under 30 s come without it. */
  readonly skipped: boolean;
  /** True for what counts as a skip, flagged or not. */
  readonly rejected: boolean;
  readonly feedback: EventType | undefined;
}

/** How one track stands with one listener. */
export interface Standing {
  /** In the library. */
  readonly familiar: boolean;
  /** By one of the favourite artists. */
  readonly favourite: boolean;
  /** Share of the listener's taste that the genre holds, 0 to 1. */
  readonly genreShare: number;
  /** Octaves of tempo between this track and the one before. */
  readonly tempoJump: number;
  /** 0 to 1, from the profile. */
  readonly impatience: number;
}

const FLAGGED_SHARE = 0.75;
/** Share of skips that come after 30 s. */
const LATE_SKIP_SHARE = 0.18;
const SKIP_EARLIEST_MS = 900;

/** Chance of a skip: half of the impatience for an old friend, up to double for a stranger out of place. */
export function skipChance(standing: Standing): number {
  const { familiar, favourite, genreShare, tempoJump, impatience } = standing;
  const fit = familiar ? 0.62 : favourite ? 0.95 : 1.7 - Math.min(0.5, genreShare);
  return Math.min(0.95, impatience * (fit + Math.min(0.4, tempoJump * 0.6)));
}

/** How long a track of `durationMs` is heard, and what is said about it. */
export function respond(random: Random, standing: Standing, durationMs: number): Response {
  if (random.chance(skipChance(standing))) return skip(random, standing, durationMs);
  const msPlayed = random.chance(0.86)
    ? durationMs
    : Math.round(Math.max(30_000, durationMs * (0.4 + 0.55 * random.next())));
  return { msPlayed, skipped: false, rejected: false, feedback: praise(random, standing) };
}

function skip(random: Random, standing: Standing, durationMs: number): Response {
  const late = random.chance(LATE_SKIP_SHARE);
  const heard = late
    ? 30_000 + random.next() * 0.4 * durationMs
    : SKIP_EARLIEST_MS + Math.min(28_000, -9000 * Math.log(1 - random.next()));
  const resents = !standing.familiar && random.chance(0.02);
  return {
    msPlayed: Math.round(Math.min(heard, durationMs * 0.9)),
    skipped: late || random.chance(FLAGGED_SHARE),
    rejected: true,
    feedback: resents ? 'dislike' : undefined,
  };
}

function praise(random: Random, { familiar }: Standing): EventType | undefined {
  const luck = random.next() * (familiar ? 2 : 1);
  if (luck < 0.03) return 'save';
  if (luck < 0.055) return 'like';
  if (luck < 0.08) return 'playlist_add';
  return familiar && random.chance(0.001) ? 'unsave' : undefined;
}

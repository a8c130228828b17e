/** When a listener sits down to listen: days, hours and lengths, with more than 30 minutes between sittings. */
import { drawIndex, type Random } from '../random.ts';
import type { ListenerProfile } from './tastes.ts';

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;
/** The gap that ends a session is 30 minutes; sittings keep a little more apart. */
export const SITTING_GAP_MS = 31 * MINUTE_MS;
/** Mean number of tracks in a sitting. */
const MEAN_TRACKS = 8;

export interface Sitting {
  readonly start: number;
  /** How many tracks are intended; 1 for a podcast. */
  readonly tracks: number;
  readonly podcast: boolean;
}

/** Sittings in order of their start, for a window of `days` that ends at `endAt`; starts may need to be put off. */
export function planSittings(
  random: Random,
  profile: ListenerProfile,
  window: { readonly endAt: number; readonly days: number },
): Sitting[] {
  const from = Math.ceil(window.endAt - window.days * DAY_MS * (1 - profile.joinedAfter));
  const sittings: Sitting[] = [];
  for (let planned = 0; planned < profile.plannedListens; ) {
    const podcast = random.chance(profile.podcastShare);
    const wanted = podcast ? 1 : 1 + Math.floor(-MEAN_TRACKS * Math.log(1 - random.next()));
    const tracks = Math.min(wanted, Math.ceil(profile.plannedListens - planned));
    sittings.push({ start: drawStart(random, profile, from, window.endAt), tracks, podcast });
    planned += tracks;
  }
  return sittings.sort((a, b) => a.start - b.start);
}

function drawStart(random: Random, profile: ListenerProfile, from: number, to: number): number {
  let start = from;
  for (let attempt = 0; attempt < 4; attempt++) {
    const day = Math.floor((from + random.next() * (to - from)) / DAY_MS) * DAY_MS;
    start = Math.floor(day + (drawIndex(random, profile.hourSums) + random.next()) * HOUR_MS);
    const weekday = new Date(start).getUTCDay();
    const weekend = weekday === 0 || weekday === 6;
    const welcome = weekend ? profile.weekend / 2 : 1 / (1 + profile.weekend);
    if (start >= from && start < to && random.chance(0.3 + 0.7 * welcome)) return start;
  }
  return Math.min(Math.max(start, from), to - 1);
}

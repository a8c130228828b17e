/** The day on which something came out, as catalogues and events tell it. */
import { DAY_MS, dayOf } from './time.ts';

/** Nothing was recorded before. */
export const FIRST_RECORDING_YEAR = 1860;
/** What is announced lies no farther ahead. */
const MAX_ANNOUNCED_MS = 366 * DAY_MS;

/** Start of the day (UTC) of a date YYYY-MM-DD; undefined for none, or one that no release can have as of `now`. */
export function releaseDayOf(date: string, now: number): number | undefined {
  const at = dayOf(date);
  if (at === undefined || at < Date.UTC(FIRST_RECORDING_YEAR, 0) || at > now + MAX_ANNOUNCED_MS)
    return undefined;
  return at;
}

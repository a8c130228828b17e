/** How a listener's music sounds by the hour: the build's profile and the live one together. */
import { camelot, camelotLabel } from './harmony.ts';
import type { HourSlot } from './listening-profile.ts';
import type { TasteHour } from './taste.ts';

export interface HourSummary {
  /** Of the day, UTC. */
  readonly hour: number;
  readonly plays: number;
  /** Mean BPM of the plays of known tempo. */
  readonly tempo: number | null;
  /** Mean energy, 0 to 1. */
  readonly energy: number | null;
  /** Most frequent Camelot key, null where none is known. */
  readonly key: string | null;
}

/** Hours with any play, ascending. `live` has 24 slots. */
export function hourlyProfile(built: readonly TasteHour[], live: readonly HourSlot[]): HourSummary[] {
  const byHour = new Map(built.map((entry) => [entry.hour, entry]));
  return Array.from({ length: 24 }, (_, hour) => summarise(hour, byHour.get(hour), live[hour])).filter(
    ({ plays }) => plays > 0,
  );
}

function summarise(hour: number, built: TasteHour | undefined, live: HourSlot | undefined): HourSummary {
  const tempoWeight = (built?.tempoPlays ?? 0) + (live?.tempoWeight ?? 0);
  const energyWeight = (built?.energyPlays ?? 0) + (live?.energyWeight ?? 0);
  return {
    hour,
    plays: round((built?.plays ?? 0) + (live?.weight ?? 0)),
    tempo:
      tempoWeight > 0 ? round(((built?.tempoSum ?? 0) / 10 + (live?.tempoSum ?? 0)) / tempoWeight) : null,
    energy:
      energyWeight > 0
        ? round(((built?.energySum ?? 0) / 1000 + (live?.energySum ?? 0)) / energyWeight)
        : null,
    key: favouriteKey(built, live),
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function favouriteKey(built: TasteHour | undefined, live: HourSlot | undefined): string | null {
  // 12·mode + pitch class, as the live profile counts.
  const weights = live === undefined ? new Array<number>(24).fill(0) : [...live.keyWeights];
  for (const { k, n } of built?.keys ?? []) {
    if (k < 0) continue;
    const index = 12 * (k % 2) + Math.floor(k / 2);
    weights[index] = (weights[index] ?? 0) + n;
  }
  const most = Math.max(...weights);
  if (!(most > 0)) return null;
  const index = weights.indexOf(most);
  const key = camelot(index % 12, Math.floor(index / 12));
  return key === null ? null : camelotLabel(key);
}

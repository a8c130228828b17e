/** Whether a playlist's energy takes the asked course; says nothing about how the order was made. */
import type { EnergyArc } from '../../domain/energy-arc.ts';

export interface Verdict {
  readonly met: boolean;
  /** Why, with the figures. */
  readonly detail: string;
}

/** Fewer tracks with a known energy show no course. */
export const LEAST_KNOWN = 4;
const TREND = 0.5;
/** Mean step between neighbours that still feels like one level. */
const STEADY_STEP = 0.15;
/** Smoothed swing of a wave, in standard deviations of the playlist's energies. */
const WAVE_SWING = 1.6;
/** A turn of a wave: this share of the smoothed swing up or down. */
const WAVE_TURN = 0.4;

/**
 * Checks the energies (0 to 1, null: unknown) in playing order. Rise and fall: Spearman correlation with the place of
 * at least 0.5 either way. Wind-down: the last quarter is calmer than the rest. Work-out: the middle is above the first
 * and the last sixth. Wave: the smoothed course swings and turns at least twice. Steady: small steps.
 * Not met where fewer than half of the tracks, or fewer than four, have a known energy.
 */
export function checkArc(arc: EnergyArc, energies: readonly (number | null)[]): Verdict {
  const known = energies.filter((energy) => energy !== null);
  if (known.length < LEAST_KNOWN || known.length < energies.length / 2)
    return { met: false, detail: `energy is known of ${known.length} of ${energies.length} tracks` };
  switch (arc) {
    case 'rise':
    case 'fall': {
      const trend = spearman(known);
      return {
        met: arc === 'rise' ? trend >= TREND : trend <= -TREND,
        detail: `rank correlation with the place ${trend.toFixed(2)}`,
      };
    }
    case 'wind-down': {
      const [rest, end] = [part(known, 0, 0.75), part(known, 0.75, 1)];
      return { met: end < rest, detail: `mean ${rest.toFixed(2)}, at the end ${end.toFixed(2)}` };
    }
    case 'workout': {
      const [warmUp, middle, coolDown] = [
        part(known, 0, 1 / 6),
        part(known, 1 / 4, 3 / 4),
        part(known, 5 / 6, 1),
      ];
      return {
        met: middle > warmUp && middle > coolDown,
        detail: `mean ${warmUp.toFixed(2)}, then ${middle.toFixed(2)}, at the end ${coolDown.toFixed(2)}`,
      };
    }
    case 'wave': {
      const { turns, swing } = wave(known);
      return {
        met: turns >= 2 && swing >= WAVE_SWING,
        detail: `${turns} turns, swing of ${swing.toFixed(2)} standard deviations`,
      };
    }
    case 'steady': {
      const steps = known.slice(1).map((energy, index) => Math.abs(energy - (known[index] ?? energy)));
      const step = mean(steps);
      return { met: step <= STEADY_STEP, detail: `mean step ${step.toFixed(3)}` };
    }
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean of the stretch between two shares of the list; never empty. */
function part(values: readonly number[], from: number, to: number): number {
  const start = Math.min(values.length - 1, Math.floor(from * values.length));
  return mean(values.slice(start, Math.max(start + 1, Math.ceil(to * values.length))));
}

/** Rank correlation of the values with their places; ties share their mean rank, and equal values give 0. */
function spearman(values: readonly number[]): number {
  const ranks = values.map(
    (value) =>
      values.filter((other) => other < value).length +
      (values.filter((other) => other === value).length - 1) / 2,
  );
  const centre = (values.length - 1) / 2;
  let product = 0;
  let ranksSquared = 0;
  let placesSquared = 0;
  for (const [place, rank] of ranks.entries()) {
    product += (rank - centre) * (place - centre);
    ranksSquared += (rank - centre) ** 2;
    placesSquared += (place - centre) ** 2;
  }
  return ranksSquared === 0 ? 0 : product / Math.sqrt(ranksSquared * placesSquared);
}

/** Turns of the course smoothed over a sixth of the list, and its swing in standard deviations of the values. */
function wave(values: readonly number[]): { turns: number; swing: number } {
  const reach = Math.max(0, Math.round(values.length / 12));
  const smooth = values.map((_, place) => mean(values.slice(Math.max(0, place - reach), place + reach + 1)));
  const swing = Math.max(...smooth) - Math.min(...smooth);
  const centre = mean(values);
  const deviation = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
  if (deviation === 0) return { turns: 0, swing: 0 };
  let [low, high, heading, turns] = [smooth[0] ?? 0, smooth[0] ?? 0, 0, 0];
  for (const value of smooth) {
    low = Math.min(low, value);
    high = Math.max(high, value);
    const next =
      value - low >= WAVE_TURN * swing && heading <= 0
        ? 1
        : high - value >= WAVE_TURN * swing && heading >= 0
          ? -1
          : 0;
    if (next === 0) continue;
    if (heading !== 0) turns += 1;
    heading = next;
    low = value;
    high = value;
  }
  return { turns, swing: swing / deviation };
}

/** How a listener listens: skip and completion rates, and what sounds at which hour of the day. */
import { isCompleted, isSkip, type ListeningEvent } from './event.ts';
import type { TrackSound } from './harmony.ts';
import { utcHour } from './time.ts';

/** Counts behind the rates; counts of two spans of time add up. */
export interface RateCounts {
  readonly listens: number;
  readonly skips: number;
  /** Listens of which both the time heard and the duration are known. */
  readonly measured: number;
  /** Of the measured, those completed and not skipped. */
  readonly completed: number;
}

export interface ListeningRates extends RateCounts {
  /** skips / listens, null without listens. */
  readonly skipRate: number | null;
  /** completed / measured, null without measured listens. */
  readonly completionRate: number | null;
}

const withRates = (counts: RateCounts): ListeningRates => ({
  ...counts,
  skipRate: counts.listens === 0 ? null : counts.skips / counts.listens,
  completionRate: counts.measured === 0 ? null : counts.completed / counts.measured,
});

/** Rates of listens; an aggregated listen counts as the listens it stands for. */
export function ratesOf(listens: readonly ListeningEvent[]): ListeningRates {
  const counts = { listens: 0, skips: 0, measured: 0, completed: 0 };
  for (const listen of listens) {
    const skip = isSkip(listen);
    counts.listens += listen.plays;
    if (skip) counts.skips += listen.plays;
    if (listen.msPlayed === null || listen.durationMs === null || listen.durationMs <= 0) continue;
    counts.measured += listen.plays;
    if (!skip && isCompleted(listen)) counts.completed += listen.plays;
  }
  return withRates(counts);
}

/** Rates over two spans of time that share no listen. */
export function mergeRates(a: RateCounts, b: RateCounts): ListeningRates {
  return withRates({
    listens: a.listens + b.listens,
    skips: a.skips + b.skips,
    measured: a.measured + b.measured,
    completed: a.completed + b.completed,
  });
}

/** What was played in one hour of the day. Weights are affinity values: completion share × decay × plays. */
export interface HourSlot {
  /** Of all plays. */
  readonly weight: number;
  /** Of plays of known tempo; tempoSum / tempoWeight is the mean BPM. */
  readonly tempoWeight: number;
  readonly tempoSum: number;
  /** Of plays of known energy; energySum / energyWeight is the mean energy. */
  readonly energyWeight: number;
  readonly energySum: number;
  /** 24 weights, index = 12·mode + pitch class: C minor … B minor, C major … B major. */
  readonly keyWeights: readonly number[];
}

/** 12·mode + pitch class, 0 to 23; null where the key or the mode is unknown. */
export function keyModeIndex(key: number | null, mode: number | null): number | null {
  if (key === null || !Number.isInteger(key) || key < 0 || key > 11 || (mode !== 0 && mode !== 1))
    return null;
  return 12 * mode + key;
}

/** Collects plays into 24 slots, index = hour of the day in UTC. */
export class HourProfile {
  readonly #slots = Array.from({ length: 24 }, () => ({
    weight: 0,
    tempoWeight: 0,
    tempoSum: 0,
    energyWeight: 0,
    energySum: 0,
    keyWeights: new Array<number>(24).fill(0),
  }));

  /** occurredAt in epoch milliseconds; sound undefined where nothing is known of the item. */
  add(occurredAt: number, weight: number, sound: TrackSound | undefined): void {
    const slot = this.#slots[utcHour(occurredAt)];
    if (slot === undefined) throw new RangeError(`occurredAt is not an instant: ${occurredAt}`);
    slot.weight += weight;
    if (sound === undefined) return;
    if (sound.tempo !== null && sound.tempo > 0) {
      slot.tempoWeight += weight;
      slot.tempoSum += weight * sound.tempo;
    }
    if (sound.energy !== null) {
      slot.energyWeight += weight;
      slot.energySum += weight * sound.energy;
    }
    const key = keyModeIndex(sound.key, sound.mode);
    if (key !== null) slot.keyWeights[key] = (slot.keyWeights[key] ?? 0) + weight;
  }

  get slots(): readonly HourSlot[] {
    return this.#slots;
  }
}

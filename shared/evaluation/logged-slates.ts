/** Logged slates, and what other policies than the logging one would have put at each place of them. */

import { messageOf } from '../errors.ts';
import { type BootstrapOptions, bootstrapInterval, type Estimate } from './bootstrap.ts';
import { effectiveSampleSize, importanceWeights, ips, rips, snips } from './off-policy.ts';

export interface LoggedItem {
  readonly itemId: string;
  readonly score: number;
  /** Probability with which the logging policy put it here, given what stands above. */
  readonly propensity: number;
  /** What the listener did with it, 0 to 1. */
  readonly reward: number;
}

/** What was served at once, by place. */
export interface LoggedSlate {
  readonly listener: string;
  readonly items: readonly LoggedItem[];
}

/** Probability of each item at its place, given what stands above: orders of what was served, and nothing else. */
export type TargetPolicy = (items: readonly LoggedItem[]) => readonly number[];

/** By score, ties by item id: the best of what does not stand above, always. */
export function greedyTarget(items: readonly LoggedItem[]): readonly number[] {
  const order = items
    .map((_, place) => place)
    .sort((a, b) => {
      const [left, right] = [items[a] as LoggedItem, items[b] as LoggedItem];
      return right.score - left.score || (left.itemId < right.itemId ? -1 : 1);
    });
  const placed = new Set<number>();
  let next = 0;
  return items.map((_, place) => {
    while (placed.has(order[next] as number)) next += 1;
    placed.add(place);
    return order[next] === place ? 1 : 0;
  });
}

/** Any of what does not stand above, each with the same probability. */
export function uniformTarget(items: readonly LoggedItem[]): readonly number[] {
  return items.map((_, place) => 1 / (items.length - place));
}

/** True where chance had no part in what was served: nothing can then be told of another policy. */
export function isDeterministic(slates: readonly LoggedSlate[]): boolean {
  return slates.every(({ items }) => items.every(({ propensity }) => propensity === 1));
}

export interface TargetOptions extends BootstrapOptions {
  /** Upper bound of a weight; ∞ unless told. Clipping trades variance for bias towards 0. */
  readonly clip?: number;
  /** Slates are cut to so many places for RIPS; shorter ones are left out of it. */
  readonly places: number;
}

export interface TargetValue {
  /** Mean reward of an item when the target decides its place alone, what stands above being as it was logged. */
  readonly ips: Estimate;
  readonly snips: Estimate | null;
  /** Sum of the rewards of a slate's first `places` when the target decides all of them; null where no slate is so long. */
  readonly rips: (Estimate & { readonly supportedPlaces: number; readonly slates: number }) | null;
  readonly effectiveSampleSize: number;
  readonly items: number;
  readonly largestWeight: number;
}

/** Mean logged reward of an item, with its interval over listeners. Throws RangeError without any item. */
export function loggedValue(slates: readonly LoggedSlate[], options: BootstrapOptions): Estimate {
  const { sums, counts, all } = byListener(slates, ({ items }) => items.map(({ reward }) => reward));
  if (all.length === 0) throw new RangeError('There is no logged item to estimate from.');
  return {
    mean: ips(
      all.map(() => 1),
      all,
    ),
    ...mustHave(bootstrapInterval(sums.length, (times) => ratio(times, sums, counts), options)),
  };
}

/**
 * What `target` would have earned, with percentile intervals over listeners. Throws RangeError without any item, and
 * naming slate and place for a propensity outside (0, 1].
 */
export function targetValue(
  slates: readonly LoggedSlate[],
  target: TargetPolicy,
  options: TargetOptions,
): TargetValue {
  const weights = slates.map(({ items }, slate) => {
    try {
      return importanceWeights(
        target(items),
        items.map(({ propensity }) => propensity),
        options.clip,
      );
    } catch (error) {
      throw new RangeError(`Slate ${slate}: ${messageOf(error)}`, { cause: error });
    }
  });
  const all = weights.flat();
  if (all.length === 0) throw new RangeError('There is no logged item to estimate from.');
  const rewards = slates.map(({ items }) => items.map(({ reward }) => reward));
  const earned = byListener(slates, (_, slate) =>
    (weights[slate] as number[]).map(
      (weight, place) => weight * ((rewards[slate] as number[])[place] as number),
    ),
  );
  const weighed = byListener(slates, (_, slate) => weights[slate] as number[]);
  const listeners = earned.sums.length;
  const mean = ips(all, rewards.flat());
  const normalised = snips(all, rewards.flat());
  return {
    ips: {
      mean,
      ...mustHave(bootstrapInterval(listeners, (times) => ratio(times, earned.sums, earned.counts), options)),
    },
    snips:
      normalised === null
        ? null
        : {
            mean: normalised,
            ...mustHave(
              bootstrapInterval(listeners, (times) => ratio(times, earned.sums, weighed.sums), options),
            ),
          },
    rips: slateValue(slates, weights, rewards, options),
    effectiveSampleSize: effectiveSampleSize(all),
    items: all.length,
    largestWeight: all.reduce((most, weight) => Math.max(most, weight), 0),
  };
}

function slateValue(
  slates: readonly LoggedSlate[],
  weights: readonly (readonly number[])[],
  rewards: readonly (readonly number[])[],
  options: TargetOptions,
): TargetValue['rips'] {
  const { places } = options;
  const long = slates.flatMap(({ items }, slate) => (items.length >= places ? [slate] : []));
  if (long.length === 0) return null;
  const cut = (rows: readonly (readonly number[])[]) =>
    long.map((slate) => (rows[slate] as readonly number[]).slice(0, places));
  const [cutWeights, cutRewards] = [cut(weights), cut(rewards)];
  const listenerOf = new Map<string, number>();
  const owners = long.map((slate) => {
    const { listener } = slates[slate] as LoggedSlate;
    const known = listenerOf.get(listener) ?? listenerOf.size;
    listenerOf.set(listener, known);
    return known;
  });
  const found = rips(cutWeights, cutRewards);
  const times = new Int32Array(long.length);
  const bounds = bootstrapInterval(
    listenerOf.size,
    (drawn) => {
      for (const [index, owner] of owners.entries()) times[index] = drawn[owner] as number;
      return rips(cutWeights, cutRewards, times).value;
    },
    options,
  );
  return {
    mean: found.value,
    ...mustHave(bounds),
    supportedPlaces: found.supportedPlaces,
    slates: long.length,
  };
}

/** Sum and number of the values of every listener, in the order of their first slates. */
function byListener(
  slates: readonly LoggedSlate[],
  values: (slate: LoggedSlate, index: number) => readonly number[],
): { sums: number[]; counts: number[]; all: number[] } {
  const places = new Map<string, number>();
  const sums: number[] = [];
  const counts: number[] = [];
  const all: number[] = [];
  for (const [index, slate] of slates.entries()) {
    const place = places.get(slate.listener) ?? places.size;
    places.set(slate.listener, place);
    for (const value of values(slate, index)) {
      sums[place] = (sums[place] ?? 0) + value;
      counts[place] = (counts[place] ?? 0) + 1;
      all.push(value);
    }
    sums[place] ??= 0;
    counts[place] ??= 0;
  }
  return { sums, counts, all };
}

function ratio(times: Int32Array, above: readonly number[], below: readonly number[]): number | null {
  let top = 0;
  let bottom = 0;
  for (const [listener, drawn] of times.entries()) {
    top += drawn * (above[listener] as number);
    bottom += drawn * (below[listener] as number);
  }
  return bottom === 0 ? null : top / bottom;
}

/** Some resample has a value wherever the whole has one, but for the rarest of draws. */
function mustHave<T>(bounds: T | null): T {
  if (bounds === null) throw new RangeError('No resample holds what the target policy would have served.');
  return bounds;
}

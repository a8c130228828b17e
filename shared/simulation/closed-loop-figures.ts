/** Figures of listening histories, computed alike for real and simulated ones, so that they can be compared. */
import { COMPLETED_SHARE, PLAY_THRESHOLD_MS } from '../domain/event.ts';
import { DAY_MS, utcDay } from '../domain/time.ts';

/** One listen of one listener. */
export interface HeardOnce {
  /** Epoch ms. */
  readonly at: number;
  readonly recording: string;
  readonly msPlayed: number;
}

/** By name: shares from 0 to 1. */
export type Figures = Readonly<Record<string, number>>;

/** Days since the last listen up to which a repeat is counted with each name. */
const LAGS = [
  ['sameDay', 0],
  ['nextDay', 1],
  ['withinWeek', 7],
  ['withinMonth', 28],
] as const;
/** Listens from which a recording's longest one stands for its length. */
const LENGTH_KNOWN_FROM = 5;
/** Share of the span that passes before first plays count as discoveries. */
const SETTLED_AFTER = 0.25;
const RETAINED_WITHIN_DAYS = 28;

/**
 * Figures of one history in order of time: skips under 30 s (of all, of new and of known recordings), plays heard to
 * 95% of the recording's longest listen, in the second half of the span the share of plays that repeat and how many
 * days after, and first plays with plays on so many later days within 28. Throws RangeError for an empty history.
 */
export function historyFigures(listens: readonly HeardOnce[]): Figures {
  const [first, last] = [listens[0], listens.at(-1)];
  if (first === undefined || last === undefined)
    throw new RangeError('A history without listens has no figures.');
  const plays = listens.filter(({ msPlayed }) => msPlayed >= PLAY_THRESHOLD_MS);
  return {
    ...skipFigures(listens),
    completed: completedShare(listens),
    ...repeatFigures(plays, (first.at + last.at) / 2),
    ...retainedFigures(plays, first.at + SETTLED_AFTER * (last.at - first.at), last.at),
    ...spread(
      'ownTracks',
      countBy(listens, ({ recording }) => recording),
    ),
  };
}

function skipFigures(listens: readonly HeardOnce[]): Figures {
  const seen = new Set<string>();
  const counts = { skips: 0, news: 0, newSkips: 0, at1: 0, at5: 0 };
  for (const { recording, msPlayed } of listens) {
    const skip = msPlayed < PLAY_THRESHOLD_MS ? 1 : 0;
    counts.skips += skip;
    counts.at1 += msPlayed < 1000 ? 1 : 0;
    counts.at5 += msPlayed < 5000 ? 1 : 0;
    if (seen.has(recording)) continue;
    seen.add(recording);
    counts.news += 1;
    counts.newSkips += skip;
  }
  return {
    skipped: counts.skips / listens.length,
    skippedNew: counts.newSkips / counts.news,
    skippedKnown: (counts.skips - counts.newSkips) / Math.max(1, listens.length - counts.news),
    skippedWithin1s: counts.at1 / Math.max(1, counts.skips),
    skippedWithin5s: counts.at5 / Math.max(1, counts.skips),
  };
}

function completedShare(listens: readonly HeardOnce[]): number {
  const longest = new Map<string, number>();
  for (const { recording, msPlayed } of listens)
    longest.set(recording, Math.max(longest.get(recording) ?? 0, msPlayed));
  const counts = countBy(listens, ({ recording }) => recording);
  let plays = 0;
  let completed = 0;
  for (const { recording, msPlayed } of listens) {
    if (msPlayed < PLAY_THRESHOLD_MS || (counts.get(recording) ?? 0) < LENGTH_KNOWN_FROM) continue;
    plays += 1;
    if (msPlayed >= COMPLETED_SHARE * (longest.get(recording) ?? 0)) completed += 1;
  }
  return completed / Math.max(1, plays);
}

function repeatFigures(plays: readonly HeardOnce[], from: number): Figures {
  const lastDay = new Map<string, number>();
  const byLag = new Map<string, number>();
  let total = 0;
  let repeats = 0;
  for (const { at, recording } of plays) {
    const day = utcDay(at);
    const before = lastDay.get(recording);
    lastDay.set(recording, day);
    if (at < from) continue;
    total += 1;
    if (before === undefined) continue;
    repeats += 1;
    const lag = LAGS.find(([, most]) => day - before <= most)?.[0] ?? 'later';
    byLag.set(lag, (byLag.get(lag) ?? 0) + 1);
  }
  const shares = [...LAGS.map(([name]) => name), 'later'].map(
    (name) => [`repeat.${name}`, (byLag.get(name) ?? 0) / Math.max(1, repeats)] as const,
  );
  return { repeated: repeats / Math.max(1, total), ...Object.fromEntries(shares) };
}

function retainedFigures(plays: readonly HeardOnce[], from: number, to: number): Figures {
  const discoveries = new Map<string, { readonly day: number; readonly later: Set<number> }>();
  for (const { at, recording } of plays) {
    const found = discoveries.get(recording);
    const day = utcDay(at);
    if (found === undefined) discoveries.set(recording, { day, later: new Set() });
    else if (day > found.day && day <= found.day + RETAINED_WITHIN_DAYS) found.later.add(day);
  }
  const matured = [...discoveries.values()].filter(
    ({ day }) => day >= utcDay(from) && day <= utcDay(to - RETAINED_WITHIN_DAYS * DAY_MS),
  );
  const share = (days: number) =>
    matured.filter(({ later }) => later.size >= days).length / Math.max(1, matured.length);
  return { 'playedAgain.oneDay': share(1), 'playedAgain.twoDays': share(2) };
}

/** How many listens fall to each key. */
export function countBy<T, K>(list: Iterable<T>, keyOf: (entry: T) => K): Map<K, number> {
  const counts = new Map<K, number>();
  for (const entry of list) counts.set(keyOf(entry), (counts.get(keyOf(entry)) ?? 0) + 1);
  return counts;
}

/**
 * Concentration of amounts over those that have any: Gini coefficient, share of the largest 1% and 10%, and slope of
 * the logarithm of the amount over the logarithm of the rank within the upper tenth. Names begin with `name.`.
 */
export function spread(name: string, amounts: ReadonlyMap<unknown, number>): Figures {
  const sorted = Float64Array.from(amounts.values()).sort().reverse();
  const total = sorted.reduce((sum, amount) => sum + amount, 0);
  const size = sorted.length;
  let ranked = 0;
  for (const [index, amount] of sorted.entries()) ranked += (size - 2 * index - 1) * amount;
  const top = (share: number) => {
    const count = Math.max(1, Math.round(size * share));
    return sorted.subarray(0, count).reduce((sum, amount) => sum + amount, 0) / Math.max(1, total);
  };
  return {
    [`${name}.gini`]: total === 0 ? 0 : ranked / (size * total),
    [`${name}.top1`]: top(0.01),
    [`${name}.top10`]: top(0.1),
    [`${name}.slope`]: zipfSlope(sorted),
  };
}

/** Least squares over ranks 1, 1.2, 1.2², … so that each stretch of the curve counts alike. */
function zipfSlope(descending: Float64Array): number {
  const ranks = new Set<number>();
  for (let rank = 1; rank <= descending.length / 10; rank *= 1.2) ranks.add(Math.round(rank));
  const points = [...ranks].map((rank) => [Math.log(rank), Math.log(descending[rank - 1] ?? 1)] as const);
  const meanOf = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [meanOf(0), meanOf(1)];
  const products = points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  const squares = points.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
  return squares === 0 ? 0 : products / squares;
}

/** Mean of each figure over several histories. Throws RangeError for none. */
export function meanFigures(all: readonly Figures[]): Figures {
  const [first] = all;
  if (first === undefined) throw new RangeError('There is no history to take figures of.');
  const mean = (name: string) => all.reduce((sum, figures) => sum + (figures[name] ?? 0), 0) / all.length;
  return Object.fromEntries(Object.keys(first).map((name) => [name, mean(name)]));
}

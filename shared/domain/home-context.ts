/** When and on what a listener listens to what: how likely a shelf is to be played now, and how well it would go. */
import { isCompleted, isSkip, type ListeningEvent } from './event.ts';
import { HOUR_MS, utcDay, utcHour } from './time.ts';

/** What shelves are made of, in the listener's eyes. */
export const LISTENING_KINDS = ['familiar', 'discovery', 'podcast'] as const;
export type ListeningKind = (typeof LISTENING_KINDS)[number];

export const DEVICES = ['phone', 'desktop', 'speaker', 'car', 'tv', 'watch'] as const;
export type Device = (typeof DEVICES)[number];

export interface HomeContext {
  /** Of the listener's day, 0 to 23. */
  readonly hour: number;
  /** 1 Monday to 7 Sunday. */
  readonly weekday: number;
  readonly device: Device | null;
}

/** Versioned configuration of the ranking of shelves. */
export interface HomeWeights {
  readonly version: string;
  /** Shares of listening before anything is known, and for how many listens they stand. */
  readonly mixPrior: Readonly<Record<ListeningKind, number>>;
  readonly mixPriorListens: number;
  /** Reward before anything is known, and for how many listens it stands. */
  readonly rewardPrior: Readonly<Record<ListeningKind, number>>;
  readonly rewardPriorListens: number;
  /** Weight of a listen at another hour, by hours away (wrapping), and on the other kind of day. */
  readonly hourWeights: readonly number[];
  readonly otherDay: number;
  /** By device, times the chance to be played. */
  readonly devices: Readonly<Partial<Record<Device, Readonly<Partial<Record<ListeningKind, number>>>>>>;
}

export const HOME_WEIGHTS: HomeWeights = {
  version: 'home-1',
  mixPrior: { familiar: 0.45, discovery: 0.4, podcast: 0.15 },
  mixPriorListens: 10,
  rewardPrior: { familiar: 0.75, discovery: 0.5, podcast: 0.55 },
  rewardPriorListens: 10,
  hourWeights: [1, 0.7, 0.3],
  otherDay: 0.3,
  devices: {
    car: { podcast: 1.3, familiar: 1.1 },
    speaker: { familiar: 1.2, podcast: 0.8 },
    tv: { podcast: 0.6 },
    watch: { podcast: 1.2, discovery: 0.8 },
  },
};

/** A listen as Home sees it. */
export interface ContextListen {
  readonly kind: ListeningKind;
  readonly hour: number;
  readonly weekday: number;
  /** 1 heard to its end or saved, 0 skipped, in between by how much was heard. */
  readonly reward: number;
}

/** 1 Monday to 7 Sunday, UTC; the Epoch was a Thursday. */
export function utcWeekday(at: number): number {
  return ((((utcDay(at) + 3) % 7) + 7) % 7) + 1;
}

/**
 * The listener's listens, oldest first, as Home sees them. `offsetMs` is the listener's clock ahead of UTC. A recording's
 * first listen here is a discovery unless `heardBefore`; saves make their recording's listens worth 1.
 */
export function contextListens(
  events: readonly ListeningEvent[],
  options: {
    readonly isEpisode: (itemId: string) => boolean;
    readonly heardBefore: (recordingId: string) => boolean;
    readonly saved: ReadonlySet<string>;
    readonly offsetMs: number;
  },
): ContextListen[] {
  const met = new Set<string>();
  return events
    .filter(({ type, private: hidden, plays }) => type === 'listen' && !hidden && plays === 1)
    .map((event): ContextListen => {
      const { itemId, recordingId } = event;
      const isNew = !met.has(recordingId) && !options.heardBefore(recordingId);
      met.add(recordingId);
      const kind = options.isEpisode(itemId) ? 'podcast' : isNew ? 'discovery' : 'familiar';
      const at = event.occurredAt + options.offsetMs;
      const reward = options.saved.has(recordingId) ? 1 : rewardOf(event);
      return { kind, hour: utcHour(at), weekday: utcWeekday(at), reward };
    });
}

/** 0 to 1: how much of it was heard; a skip is 0, a listen of unknown length or duration 1, as a scrobble is a play. */
function rewardOf(event: ListeningEvent): number {
  if (isSkip(event)) return 0;
  if (event.msPlayed === null || event.durationMs === null || event.durationMs <= 0) return 1;
  return isCompleted(event) ? 1 : Math.min(1, event.msPlayed / event.durationMs);
}

const isWeekend = (weekday: number): boolean => weekday > 5;

/** How much a listen tells of the context: less the further its hour, and on a work day of a weekend. */
function bearing(listen: ContextListen, { hour, weekday }: HomeContext, weights: HomeWeights): number {
  const apart = Math.abs(listen.hour - hour);
  const near = weights.hourWeights[Math.min(apart, 24 - apart)] ?? 0;
  return near * (isWeekend(listen.weekday) === isWeekend(weekday) ? 1 : weights.otherDay);
}

export interface KindValue {
  /** Chance that what is played now is of this kind, 0 to 1; the device's factor included. */
  readonly stream: number;
  /** Expected reward when it is played, 0 to 1. */
  readonly reward: number;
}

/**
 * `P(stream)` by the listener's own mix at this hour and weekday, Dirichlet-smoothed, and `E[reward]`, the Beta-smoothed
 * rate of completion and saves of the kind (algorithms §6; rewards proper come with their own stage).
 */
export function kindValues(
  listens: readonly ContextListen[],
  context: HomeContext,
  weights: HomeWeights = HOME_WEIGHTS,
): Readonly<Record<ListeningKind, KindValue>> {
  let all = weights.mixPriorListens;
  const mix = new Map<ListeningKind, number>();
  const rewards = new Map<ListeningKind, { sum: number; count: number }>();
  for (const listen of listens) {
    const weight = bearing(listen, context, weights);
    all += weight;
    mix.set(listen.kind, (mix.get(listen.kind) ?? 0) + weight);
    const { sum, count } = rewards.get(listen.kind) ?? { sum: 0, count: 0 };
    rewards.set(listen.kind, { sum: sum + listen.reward, count: count + 1 });
  }
  const valueFor = (kind: ListeningKind): KindValue => {
    const { sum, count } = rewards.get(kind) ?? { sum: 0, count: 0 };
    const factor = (context.device === null ? undefined : weights.devices[context.device]?.[kind]) ?? 1;
    return {
      stream: (factor * ((mix.get(kind) ?? 0) + weights.mixPrior[kind] * weights.mixPriorListens)) / all,
      reward:
        (sum + weights.rewardPrior[kind] * weights.rewardPriorListens) / (count + weights.rewardPriorListens),
    };
  };
  return { familiar: valueFor('familiar'), discovery: valueFor('discovery'), podcast: valueFor('podcast') };
}

/** The context of an instant where an app does not name it: the hour and weekday of UTC. */
export function contextAt(
  now: number,
  named: Partial<HomeContext>,
): HomeContext & { readonly offsetMs: number } {
  const hour = named.hour ?? utcHour(now);
  const weekday = named.weekday ?? utcWeekday(now);
  // The nearest instant that has this hour: a clock between 12 hours behind and 12 ahead.
  const ahead = ((hour - utcHour(now) + 36) % 24) - 12;
  return { hour, weekday, device: named.device ?? null, offsetMs: ahead * HOUR_MS };
}

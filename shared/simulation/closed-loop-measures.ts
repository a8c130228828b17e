/** Measures of the weeks in which a policy served: what was heard, found and kept, and how evenly it was shared. */
import type { ListeningEvent } from '../domain/event.ts';
import { gini } from '../domain/gini.ts';
import { DAY_MS, utcDay } from '../domain/time.ts';
import { eventsOfListen, type LoopListen } from './closed-loop-listen.ts';
import { SERVED_SURFACES } from './closed-loop-policy.ts';
import type { WeekResult } from './closed-loop-result.ts';
import { type Discovery, retainedByChoice, retainedDiscoveries } from './closed-loop-retention.ts';
import { itemOf, type LoopWorld } from './closed-loop-world.ts';
import { GENRES } from './genres.ts';

const WEEK_DAYS = 7;

/** A played discovery and what became of it. */
interface Outcome {
  readonly listen: LoopListen;
  readonly retained: boolean;
  readonly byChoice: boolean;
}

/**
 * Measures by week. `listens` are those since the policy began at `startAt` (epoch ms), with at least 28 days more than
 * the weeks, so that the last discoveries too had the time to stay.
 */
export function weekResults(
  world: LoopWorld,
  listens: readonly LoopListen[],
  startAt: number,
  weeks: number,
): WeekResult[] {
  const first = utcDay(startAt);
  const weekOf = ({ day }: LoopListen) => Math.floor((day - first) / WEEK_DAYS);
  const byWeek = Map.groupBy(listens, weekOf);
  const outcomes = Map.groupBy(
    outcomesOf(world, listens, startAt + weeks * WEEK_DAYS * DAY_MS),
    ({ listen }) => weekOf(listen),
  );
  return Array.from({ length: weeks }, (_, week) => ({
    week: week + 1,
    measures: {
      ...listeningMeasures(world, byWeek.get(week) ?? []),
      ...servedMeasures(
        world,
        (byWeek.get(week) ?? []).filter(({ surface }) => surface !== null),
      ),
      ...discoveryMeasures(world, outcomes.get(week) ?? []),
      returned: returnRate(byWeek.get(week) ?? [], byWeek.get(week + 1) ?? []),
    },
  }));
}

function listeningMeasures({ size }: LoopWorld, listens: readonly LoopListen[]): Record<string, number> {
  const plays = listens.filter(({ skipped }) => !skipped);
  const days = new Set(listens.map(({ listener, day }) => `${listener} ${day}`)).size;
  return {
    listens: listens.length / size.listeners,
    plays: plays.length / size.listeners,
    skipRate: share(listens, ({ skipped }) => skipped),
    completion: share(plays, ({ completed }) => completed),
    saves: listens.filter(({ saved }) => saved).length / size.listeners,
    activeDays: days / size.listeners,
  };
}

function servedMeasures(world: LoopWorld, served: readonly LoopListen[]): Record<string, number> {
  const { size, catalogue } = world;
  const exposures = new Float64Array(catalogue.tracks.length);
  const artists = new Float64Array(catalogue.artists.length);
  for (const { canonical, artist } of served) {
    exposures[canonical] = (exposures[canonical] ?? 0) + 1;
    artists[artist] = (artists[artist] ?? 0) + 1;
  }
  return {
    served: served.length / size.listeners,
    servedSkipRate: share(served, ({ skipped }) => skipped),
    servedCompletion: share(
      served.filter(({ skipped }) => !skipped),
      ({ completed }) => completed,
    ),
    exposureGini: gini(exposures),
    artistExposureGini: gini(artists),
    genreEntropy: genreEntropy(world, served),
    ...Object.fromEntries(
      SERVED_SURFACES.map((surface) => [
        `served.${surface}`,
        served.filter((listen) => listen.surface === surface).length / size.listeners,
      ]),
    ),
  };
}

function discoveryMeasures({ size }: LoopWorld, outcomes: readonly Outcome[]): Record<string, number> {
  const retained = outcomes.filter((outcome) => outcome.retained).length;
  const byChoice = outcomes.filter((outcome) => outcome.byChoice).length;
  const offered = outcomes.filter(({ listen }) => listen.surface !== 'next');
  return {
    discoveryPlays: outcomes.length / size.listeners,
    retainedDiscoveries: retained / size.listeners,
    retainedByChoice: byChoice / size.listeners,
    // On the surfaces that offer nothing heard: what continues a session may as well be something known.
    'discoveryPlays.offered': offered.length / size.listeners,
    'retainedDiscoveries.offered': offered.filter((outcome) => outcome.retained).length / size.listeners,
    retainedShare: outcomes.length === 0 ? 0 : retained / outcomes.length,
  };
}

/** Served tracks of which no earlier event told, by their first play before `until`, and whether they stayed. */
function outcomesOf(world: LoopWorld, listens: readonly LoopListen[], until: number): Outcome[] {
  return [...Map.groupBy(listens, ({ listener }) => listener).values()].flatMap((own) => {
    const found = own.filter(
      ({ at, first, skipped, surface }) => surface !== null && first && !skipped && at < until,
    );
    const history = own.flatMap((listen) => eventsOfListen(world, listen)).sort(byTime);
    const discoveries = found.map((listen): Discovery => {
      const { recordingId, artistId, genres } = itemOf(world, listen.track);
      return { item: { recordingId, artistId, genres }, at: listen.at, msPlayed: listen.msPlayed };
    });
    const retained = retainedDiscoveries(history, discoveries);
    const byChoice = retainedByChoice(history, isServed, discoveries);
    return found.map((listen, index) => ({
      listen,
      retained: retained[index] ?? false,
      byChoice: byChoice[index] ?? false,
    }));
  });
}

const byTime = (a: ListeningEvent, b: ListeningEvent) => a.occurredAt - b.occurredAt;

const isServed = ({ context }: ListeningEvent) =>
  SERVED_SURFACES.some((surface) => surface === context.surface);

/** Bits: mean over listeners of the entropy of the genres of what they were served and played. */
function genreEntropy({ catalogue }: LoopWorld, served: readonly LoopListen[]): number {
  const entropies = [...Map.groupBy(served, ({ listener }) => listener).values()].map((own) => {
    const counts = new Float64Array(GENRES.length);
    for (const { track } of own) {
      const genre = catalogue.tracks[track]?.genre ?? 0;
      counts[genre] = (counts[genre] ?? 0) + 1;
    }
    return counts.reduce((sum, n) => (n === 0 ? sum : sum - (n / own.length) * Math.log2(n / own.length)), 0);
  });
  return entropies.length === 0 ? 0 : entropies.reduce((sum, bits) => sum + bits, 0) / entropies.length;
}

/** Share of the week's listeners who listen in the next one. */
function returnRate(week: readonly LoopListen[], next: readonly LoopListen[]): number {
  const later = new Set(next.map(({ listener }) => listener));
  return share([...new Set(week.map(({ listener }) => listener))], (listener) => later.has(listener));
}

/** 0 of an empty list. */
function share<T>(list: readonly T[], holds: (entry: T) => boolean): number {
  return list.length === 0 ? 0 : list.filter(holds).length / list.length;
}

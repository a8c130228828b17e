/** The closed loop: listeners respond to what a policy serves, the policy learns from their events, week after week. */
import { DISCOVERY_THRESHOLDS } from '../domain/discovery-history.ts';
import { DAY_MS } from '../domain/time.ts';
import { playDay } from './closed-loop-day.ts';
import { createListeners, playHistory } from './closed-loop-history.ts';
import { eventsOfListen, type LoopListen } from './closed-loop-listen.ts';
import type { ListenerState } from './closed-loop-listener.ts';
import { weekResults } from './closed-loop-measures.ts';
import type { LoopPolicy } from './closed-loop-policy.ts';
import type { PolicyResult } from './closed-loop-result.ts';
import type { LoopWorld } from './closed-loop-world.ts';

const WEEK_DAYS = 7;
/** Listening goes on, by choice alone, until the last week's discoveries had their time to stay. */
const FOLLOWED_DAYS = DISCOVERY_THRESHOLDS.retainedWithinDays + 1;

/** A community at the moment a policy takes over: what happened so far, and the listeners' memory of it. */
export interface LoopStart {
  readonly world: LoopWorld;
  readonly states: readonly ListenerState[];
  readonly history: readonly LoopListen[];
}

/** Plays the history once; any number of policies may start from it. */
export async function startLoop(world: LoopWorld): Promise<LoopStart> {
  const states = createListeners(world);
  const history = await playHistory(world, states, world.size.historyDays);
  return { world, states, history };
}

export interface LoopRun {
  readonly result: PolicyResult;
  /** Everything heard since the policy began, day after day, listener after listener. */
  readonly listens: readonly LoopListen[];
}

/**
 * Runs one policy from the start given, which stays as it is. The policy is refreshed every week and observes every
 * event before it serves the listener again. After the last week nobody is served for 28 days, in which discoveries
 * stay by the listener's own doing. Equal starts and equal policies give equal runs.
 */
export async function runLoop(
  start: LoopStart,
  policy: LoopPolicy,
  onWeek: (week: number) => void = () => {},
): Promise<LoopRun> {
  const { world, history } = start;
  const { seed, size } = world;
  const states = start.states.map(copyState);
  const startAt = world.startAt + size.historyDays * DAY_MS;
  await policy.observe(history.flatMap((listen) => eventsOfListen(world, listen)));
  const listens: LoopListen[] = [];
  const playAll = async (at: number, serving: LoopPolicy | undefined) => {
    for (const state of states) listens.push(...(await playDay(world, state, at, serving)));
  };
  for (let week = 0; week < size.weeks; week++) {
    onWeek(week + 1);
    const monday = startAt + week * WEEK_DAYS * DAY_MS;
    await policy.refresh(monday);
    for (let day = 0; day < WEEK_DAYS; day++) await playAll(monday + day * DAY_MS, policy);
  }
  const end = startAt + size.weeks * WEEK_DAYS * DAY_MS;
  for (let day = 0; day < FOLLOWED_DAYS; day++) await playAll(end + day * DAY_MS, undefined);
  const weeks = weekResults(world, listens, startAt, size.weeks);
  return { result: { policy: policy.name, seed, weeks }, listens };
}

/** The hidden appeal is shared, what is remembered is not. */
function copyState(state: ListenerState): ListenerState {
  const { listener, ...memory } = state;
  return { listener, ...structuredClone(memory) };
}

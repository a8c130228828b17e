/** Listening before any policy: what the first build learns from, and what calibration looks at. */
import { DAY_MS } from '../domain/time.ts';
import { createRandom } from '../random.ts';
import { fillLibrary } from './closed-loop-choice.ts';
import { playDay } from './closed-loop-day.ts';
import type { LoopListen } from './closed-loop-listen.ts';
import { createListenerState, type ListenerState } from './closed-loop-listener.ts';
import type { LoopWorld } from './closed-loop-world.ts';

/** Listeners as they are on the first day, knowing what they knew from elsewhere. */
export function createListeners(world: LoopWorld): ListenerState[] {
  return world.listeners.map((listener) => {
    const state = createListenerState(listener);
    fillLibrary(createRandom(world.seed, `loop-library:${listener.index}`), world, state);
    return state;
  });
}

/** Plays `days` days from the world's start by own choice alone; listener after listener, each in order of time. */
export async function playHistory(
  world: LoopWorld,
  states: readonly ListenerState[],
  days: number,
): Promise<LoopListen[]> {
  const listens: LoopListen[] = [];
  for (const state of states)
    for (let day = 0; day < days; day++)
      listens.push(...(await playDay(world, state, world.startAt + day * DAY_MS, undefined)));
  return listens;
}

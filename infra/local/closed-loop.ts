/** Runs policies in closed loop over several seeds; every policy meets the same listeners and the same days. */
import { runLoop, startLoop } from '../../shared/simulation/closed-loop.ts';
import { LOOP_PARAMETERS, LOOP_VERSION } from '../../shared/simulation/closed-loop-parameters.ts';
import type { LoopPolicy } from '../../shared/simulation/closed-loop-policy.ts';
import { createPopularityPolicy } from '../../shared/simulation/closed-loop-popularity.ts';
import type { ClosedLoopResult, PolicyResult } from '../../shared/simulation/closed-loop-result.ts';
import { createWorld, type LoopSize, type LoopWorld } from '../../shared/simulation/closed-loop-world.ts';
import { openSeguePolicy, SEGUE_VARIANTS } from './closed-loop-segue.ts';
import type { Settings } from './settings.ts';

export const LOOP_SIZE: LoopSize = { listeners: 200, tracks: 4000, historyDays: 63, weeks: 8 };
/** At which the simulator is held against real figures: as many listeners as those are of. */
export const CALIBRATED_SIZE: LoopSize = { listeners: 300, tracks: 6000, historyDays: 91, weeks: 8 };
/** A Monday, so that the policies' weeks are those of the calendar. */
export const LOOP_START = Date.UTC(2024, 0, 1);

const POPULARITY = 'popularity';
export const POLICY_NAMES: readonly string[] = [POPULARITY, ...SEGUE_VARIANTS.map(({ name }) => name)];

export interface PoliciesToRun {
  readonly size: LoopSize;
  /** Of POLICY_NAMES. */
  readonly policies: readonly string[];
  /** How many: 1, 2, … */
  readonly seeds: number;
}

/** `onProgress` gets a line as each run begins a week. Throws RangeError for a name that is no policy's. */
export async function runPolicies(
  engine: Pick<Settings, 'threads' | 'memory'>,
  { size, policies, seeds }: PoliciesToRun,
  onProgress: (line: string) => void,
): Promise<ClosedLoopResult> {
  const results: PolicyResult[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    onProgress(`seed ${seed}: history`);
    const start = await startLoop(createWorld(seed, LOOP_START, size, LOOP_PARAMETERS));
    for (const name of policies) {
      const policy = await openPolicy(name, engine, start.world);
      try {
        const onWeek = (week: number) => onProgress(`seed ${seed}: ${name}, week ${week}`);
        results.push((await runLoop(start, policy, onWeek)).result);
      } finally {
        await policy.close();
      }
    }
  }
  const rank = ({ policy }: PolicyResult) => policies.indexOf(policy);
  return { version: LOOP_VERSION, policies: results.sort((a, b) => rank(a) - rank(b) || a.seed - b.seed) };
}

async function openPolicy(
  name: string,
  engine: Pick<Settings, 'threads' | 'memory'>,
  world: LoopWorld,
): Promise<LoopPolicy> {
  if (name === POPULARITY) return createPopularityPolicy();
  const variant = SEGUE_VARIANTS.find((one) => one.name === name);
  if (variant === undefined) throw new RangeError(`There is no policy ${name}.`);
  return openSeguePolicy({ engine, seed: world.seed, items: world.catalogue.items, variant });
}

/** What must hold of everything a stack declares. The tests and the policy pack ask the same rules. */
import { ACCESS_RULES } from './rules/access.ts';
import { DATA_RULES } from './rules/data.ts';
import type { Declared, Rule } from './rules/declared.ts';
import { DELIVERY_RULES } from './rules/delivery.ts';
import { NIGHTLY_RULES } from './rules/nightly.ts';
import { PLATFORM_RULES } from './rules/platform.ts';
import { REACH_RULES } from './rules/reach.ts';
import { REFERENCE_RULES } from './rules/references.ts';
import { ROW_RULES } from './rules/rows.ts';

export const RULES: readonly Rule[] = [
  ...ACCESS_RULES,
  ...REACH_RULES,
  ...DELIVERY_RULES,
  ...DATA_RULES,
  ...ROW_RULES,
  ...NIGHTLY_RULES,
  ...PLATFORM_RULES,
  ...REFERENCE_RULES,
];

/** Every breach of every rule, as `rule: sentence`. */
export function breaches(resources: readonly Declared[]): string[] {
  return RULES.flatMap(({ name, check }) => check(resources).map((problem) => `${name}: ${problem}`));
}

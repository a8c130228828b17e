import { expect, test } from 'vitest';
import { policies } from '../../../infra/gcp/policy/policies.ts';
import type { Declared } from '../../../infra/gcp/rules/declared.ts';
import { RULES } from '../../../infra/gcp/rules.ts';
import { resourcesOf } from './examples.ts';

/** What the pack reports of a stack, as Pulumi's engine would hand it over. */
async function reported(resources: readonly Declared[]): Promise<string[]> {
  const found: string[] = [];
  const given = resources.map(({ type, name, inputs }) => ({ type, name, props: inputs }));
  for (const policy of policies)
    await policy.validateStack({ resources: given } as never, (problem) =>
      found.push(`${policy.name}: ${problem}`),
    );
  return found;
}

test('the policy pack has every rule, lets a whole stack pass and stops a broken one', async () => {
  expect(policies.map(({ name }) => name)).toEqual(RULES.map(({ name }) => name));
  expect(policies.every(({ enforcementLevel }) => enforcementLevel === 'mandatory')).toBe(true);
  const resources = await resourcesOf('team');
  expect(await reported(resources)).toEqual([]);
  const broken = resources.filter(({ name }) => name !== 'update-signals-dead');
  expect((await reported(broken)).join('\n')).toContain('dead-letters: ');
});

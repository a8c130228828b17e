import { describe, expect, test } from 'vitest';
import type { Declared } from '../../../infra/gcp/rules/declared.ts';
import { breaches } from '../../../infra/gcp/rules.ts';
import { evaluate } from './mocks.ts';
import { typeProblems } from './provider-types.ts';
import { isNoticed, removalsFrom } from './removals.ts';
import { VARIANTS } from './variants.ts';

describe('a configuration beside the examples', () => {
  const all = new Map<string, Declared>();

  test.each(Object.entries(VARIANTS))(
    '%s: breaks no rule, and each removal is noticed',
    async (_, settings) => {
      const { resources } = await evaluate(settings);
      expect(breaches(resources)).toEqual([]);
      const unnoticed = removalsFrom(resources).filter((removal) => !isNoticed(removal));
      expect(unnoticed.map(({ what }) => what)).toEqual([]);
      for (const one of resources) all.set(`${one.type} ${JSON.stringify(one.inputs)}`, one);
    },
  );

  test('has inputs that the provider takes', () => {
    expect(all.size).toBeGreaterThan(200);
    expect(typeProblems([...all.values()])).toEqual([]);
  }, 120_000);
});

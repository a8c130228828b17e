import { describe, expect, test } from 'vitest';
import type { Declared } from '../../../infra/gcp/rules/declared.ts';
import { resourcesOf, SIZES } from './examples.ts';
import { typeProblems } from './provider-types.ts';

/** One of each different set of inputs: sizes share most. */
function distinct(resources: readonly Declared[]): Declared[] {
  return [...new Map(resources.map((one) => [`${one.type} ${JSON.stringify(one.inputs)}`, one])).values()];
}

describe('the provider’s own types', () => {
  test('take every input of every size, and miss none', async () => {
    const all: Declared[] = [];
    for (const size of SIZES) all.push(...(await resourcesOf(size)));
    expect(typeProblems(distinct(all))).toEqual([]);
  }, 120_000);

  test('say what is missing, unknown or of another type, also within another input', async () => {
    const resources = await resourcesOf('dev');
    const find = (type: string) => {
      const found = resources.find((one) => one.type === type);
      if (found === undefined) throw new Error(`There is no ${type}.`);
      return found;
    };
    const without = ({ inputs, ...rest }: Declared, key: string): Declared => ({
      ...rest,
      inputs: Object.fromEntries(Object.entries(inputs).filter(([name]) => name !== key)),
    });
    const subscription = find('gcp:pubsub/subscription:Subscription');
    const instance = find('gcp:bigtable/instance:Instance');
    const problems = typeProblems([
      without(subscription, 'topic'),
      { ...subscription, inputs: { ...subscription.inputs, ackDeadline: 10 } },
      { ...subscription, inputs: { ...subscription.inputs, pushConfig: { attributes: {} } } },
      { ...subscription, inputs: { ...subscription.inputs, labels: 'music' } },
      { ...subscription, inputs: { ...subscription.inputs, retryPolicy: { minimumPause: '10s' } } },
      { ...instance, inputs: { ...instance.inputs, clusters: [{ zone: 'europe-west1-b', nodes: 1 }] } },
    ]);
    expect(problems).toHaveLength(6);
    const words = ['topic', 'ackDeadline', 'pushEndpoint', 'string', 'minimumPause', 'nodes'];
    for (const [i, word] of words.entries()) expect(problems[i]).toContain(word);
  }, 120_000);
});

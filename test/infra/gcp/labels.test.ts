import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LABELLED } from '../../../infra/gcp/rules/platform.ts';
import { resourcesOf, SIZES } from './examples.ts';
import { evaluate } from './mocks.ts';
import { typesFile } from './provider-types.ts';
import { VARIANTS } from './variants.ts';

/** The input that takes labels, as the provider's types have it; undefined where there is none. */
function labelsOf(type: string): string | undefined {
  const { path, args } = typesFile(type);
  const text = readFileSync(path, 'utf8');
  const [, body = ''] = new RegExp(`export interface ${args} \\{([\\s\\S]*?)\\n\\}`).exec(text) ?? [];
  if (body === '') throw new Error(`${path} has no ${args}.`);
  return ['userLabels', 'labels'].find((name) => new RegExp(`^ {4}${name}\\??:`, 'm').test(body));
}

test('the rule of labels knows every kind that takes them', async () => {
  const network = VARIANTS['a private network behind a load balancer'] ?? {};
  const all = [...(await evaluate(network)).resources];
  for (const size of SIZES) all.push(...(await resourcesOf(size)));
  const types = [...new Set(all.map(({ type }) => type))].sort();
  const taking = types.flatMap((type) => {
    const input = labelsOf(type);
    return input === undefined ? [] : [[type, input]];
  });
  expect(taking.length).toBeGreaterThan(15);
  for (const [type = '', input] of taking) expect([type, LABELLED[type]]).toEqual([type, input]);
});

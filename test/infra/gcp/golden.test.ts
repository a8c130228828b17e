/** What each size provisions, one line a resource. `SEGUE_GOLDEN=write npx vitest run test/infra/gcp/golden` writes the lists anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { titleOf } from '../../../infra/gcp/rules/declared.ts';
import { type ExampleSize, resourcesOf, SIZES } from './examples.ts';
import type { Collected } from './mocks.ts';

/** What decides about a resource, where it has it. */
const TELLING = [
  'role',
  'member',
  'service',
  'topic',
  'deadLetterPolicy.deadLetterTopic',
  'pushConfig.pushEndpoint',
  'bigqueryConfig.table',
  'gcRules',
  'columnFamily',
  'schedule',
  'location',
  'machineType',
  'availableMemory',
  'serviceConfig.availableMemory',
  'serviceConfig.minInstanceCount',
  'serviceConfig.maxInstanceCount',
  'deletionProtection',
] as const;

function valueAt(inputs: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? (value as never)[key] : undefined),
      inputs,
    );
}

function lineOf(resource: Collected): string {
  const told = TELLING.flatMap((path) => {
    const value = valueAt(resource.inputs, path);
    return value === undefined || typeof value === 'object' ? [] : [`${path.split('.').at(-1)}=${value}`];
  });
  return [titleOf(resource), ...told].join(' ');
}

const pathOf = (size: ExampleSize) => fileURLToPath(new URL(`./golden/${size}.txt`, import.meta.url));

describe.each(SIZES)('%s', (size) => {
  test('provisions what its list says', async () => {
    const text = `${(await resourcesOf(size)).map(lineOf).join('\n')}\n`;
    if (process.env.SEGUE_GOLDEN === 'write') writeFileSync(pathOf(size), text);
    expect(text).toBe(readFileSync(pathOf(size), 'utf8'));
  });
});

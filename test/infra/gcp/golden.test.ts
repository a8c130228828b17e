/** What each size provisions, one line a resource. `SEGUE_GOLDEN=write npx vitest run test/infra/gcp/golden` writes the lists anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { titleOf } from '../../../infra/gcp/rules/declared.ts';
import { type ExampleSize, resourcesOf, SIZES } from './examples.ts';
import type { Collected } from './mocks.ts';

/** What decides about a resource, where it has it: inputs by their paths. */
const TELLING = [
  'role',
  'member',
  'condition.expression',
  'service',
  'location',
  'topic',
  'pushConfig.pushEndpoint',
  'bigqueryConfig.table',
  'enableMessageOrdering',
  'ackDeadlineSeconds',
  'deadLetterPolicy.deadLetterTopic',
  'deadLetterPolicy.maxDeliveryAttempts',
  'messageRetentionDuration',
  'columnFamily',
  'gcRules',
  'clusters.*.zone',
  'clusters.0.storageType',
  'clusters.0.numNodes',
  'clusters.0.autoscalingConfig.minNodes',
  'clusters.0.autoscalingConfig.maxNodes',
  'singleClusterRouting.clusterId',
  'multiClusterRoutingUseAny',
  'standardIsolation.priority',
  'automatedBackupPolicy.retentionPeriod',
  'timePartitioning.field',
  'timePartitioning.expirationMs',
  'clusterings.*',
  'defaultTableExpirationMs',
  'serviceConfig.availableCpu',
  'serviceConfig.availableMemory',
  'serviceConfig.maxInstanceRequestConcurrency',
  'serviceConfig.minInstanceCount',
  'serviceConfig.maxInstanceCount',
  'serviceConfig.timeoutSeconds',
  'serviceConfig.ingressSettings',
  'ingress',
  'template.containers.0.resources.limits.cpu',
  'template.containers.0.resources.limits.memory',
  'template.maxInstanceRequestConcurrency',
  'template.scaling.minInstanceCount',
  'template.scaling.maxInstanceCount',
  'schedule',
  'timeZone',
  'httpCheck.path',
  'goal',
  'severity',
  'amount.specifiedAmount.units',
  'amount.specifiedAmount.currencyCode',
  'portRange',
  'managed.domains.*',
  'publicAccessPrevention',
  'deletionProtection',
  'deleteProtectionState',
  'deletionPolicy',
] as const;

/** The values at a path, in which a star stands for each of a list. */
function valuesAt(value: unknown, [key, ...rest]: readonly string[]): unknown[] {
  if (key === undefined) return typeof value === 'object' || value === undefined ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  const next = key === '*' ? Object.values(value) : [(value as Readonly<Record<string, unknown>>)[key]];
  return next.flatMap((one) => valuesAt(one, rest));
}

/** Accounts by their names alone. */
const short = (value: unknown): string =>
  String(value).replace(/^serviceAccount:(segue-[a-z-]+)@my-project\.iam\.gserviceaccount\.com$/, '$1');

function lineOf(resource: Collected): string {
  const told = TELLING.flatMap((path) => {
    const values = valuesAt(resource.inputs, path.split('.')).map(short);
    const name = path
      .split('.')
      .filter((part) => part !== '*')
      .at(-1);
    return values.length === 0 || values.join() === resource.name ? [] : [`${name}=${values.join(',')}`];
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

import { describe, expect, test } from 'vitest';
import { apiOf } from '../../../infra/gcp/apis.ts';
import { isGrant } from '../../../infra/gcp/rules/access.ts';
import { textAt, titleOf } from '../../../infra/gcp/rules/declared.ts';
import { nameable, referencesOf } from '../../../infra/gcp/rules/references.ts';
import { resourcesOf, SIZES } from './examples.ts';
import { type Collected, idOf } from './mocks.ts';

/** What a resource waits for, also by way of others. */
function waitedFor(
  one: Collected,
  byId: ReadonlyMap<string, Collected>,
  seen = new Set<string>(),
): Set<string> {
  for (const id of one.dependencies) {
    if (seen.has(id)) continue;
    seen.add(id);
    const next = byId.get(id);
    if (next !== undefined) waitedFor(next, byId, seen);
  }
  return seen;
}

const isDeployed = ({ type }: Collected) =>
  ['gcp:cloudfunctionsv2/function:Function', 'gcp:cloudrunv2/service:Service'].includes(type);

describe.each(SIZES)('%s', (size) => {
  test('everything waits for the API that it needs', async () => {
    const resources = await resourcesOf(size);
    const late = resources.filter((one) => {
      const api = apiOf(one.type);
      return api !== undefined && !one.dependencies.includes(`gcp:projects/service:Service ${api}`);
    });
    expect(late.map(titleOf)).toEqual([]);
  });

  test('everything waits for what it names', async () => {
    const resources = await resourcesOf(size);
    const byId = new Map(resources.map((one) => [idOf(one), one]));
    const known = nameable(resources);
    const early = resources.flatMap((one) => {
      const earlier = waitedFor(one, byId);
      return referencesOf(one)
        .filter((reference) => {
          const named = known.get(reference);
          return named !== undefined && !earlier.has(idOf(named));
        })
        .map((reference) => `${titleOf(one)} does not wait for the ${reference}`);
    });
    expect(early).toEqual([]);
  });

  test('a function waits for what it and its build may do', async () => {
    const resources = await resourcesOf(size);
    const byId = new Map(resources.map((one) => [idOf(one), one]));
    for (const deployed of resources.filter(isDeployed)) {
      const earlier = waitedFor(deployed, byId);
      const accounts = [textAt(deployed, 'name'), 'segue-build'];
      const missing = resources.filter(
        (one) =>
          isGrant(one) &&
          accounts.some((account) => textAt(one, 'member').startsWith(`serviceAccount:${account}@`)) &&
          textAt(one, 'role') !== 'roles/run.invoker' &&
          !earlier.has(idOf(one)),
      );
      expect(missing.map(titleOf), titleOf(deployed)).toEqual([]);
    }
  });

  test('a subscription waits for what Pub/Sub needs to deliver it', async () => {
    const resources = await resourcesOf(size);
    const byId = new Map(resources.map((one) => [idOf(one), one]));
    const delivering = resources.filter((one) => one.inputs.deadLetterPolicy !== undefined);
    expect(delivering).toHaveLength(5);
    for (const subscription of delivering) {
      const earlier = waitedFor(subscription, byId);
      const waits = (name: string) => resources.some((one) => one.name === name && earlier.has(idOf(one)));
      expect(waits(`agent-publishes-${subscription.name}-dead`)).toBe(true);
      expect(waits('pubsub-agent')).toBe(true);
      expect(
        waits(
          subscription.inputs.pushConfig === undefined ? 'agent-writes-warehouse' : 'agent-names-invoker',
        ),
      ).toBe(true);
    }
  });
});

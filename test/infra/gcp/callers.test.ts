import { describe, expect, test } from 'vitest';
import type { Declared } from '../../../infra/gcp/rules/declared.ts';
import { exampleSettings, resourcesOf, SIZES } from './examples.ts';
import { evaluate } from './mocks.ts';

describe('who may call', () => {
  const callersOf = (resources: readonly Declared[]) =>
    resources
      .filter(({ type }) => type === 'gcp:cloudrunv2/serviceIamMember:ServiceIamMember')
      .map(({ inputs }) => `${inputs.member} ${inputs.name}`)
      .sort();
  const accounts = [
    'serviceAccount:segue-invoker@my-project.iam.gserviceaccount.com segue-update-signals',
    'serviceAccount:segue-workflow@my-project.iam.gserviceaccount.com segue-rebuild',
  ];

  test('publicApi opens what verifies its own tokens, and nothing else', async () => {
    for (const size of SIZES)
      expect(callersOf(await resourcesOf(size))).toEqual([
        'allUsers segue-agent',
        'allUsers segue-ingest',
        'allUsers segue-serve',
        'allUsers segue-sessions',
        ...accounts,
      ]);
  });

  test('without it only those who are named may call', async () => {
    const { resources } = await evaluate({
      ...exampleSettings('dev'),
      publicApi: 'false',
      callers: '["group:apps@example.com"]',
    });
    expect(callersOf(resources)).toEqual([
      'group:apps@example.com segue-agent',
      'group:apps@example.com segue-ingest',
      'group:apps@example.com segue-serve',
      'group:apps@example.com segue-sessions',
      ...accounts,
      // Checks of uptime come in the name of Cloud Monitoring.
      ...['agent', 'serve', 'sessions'].map(
        (door) =>
          `serviceAccount:service-123456789012@gcp-sa-monitoring-notification.iam.gserviceaccount.com segue-${door}`,
      ),
    ]);
  });
});

import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../../infra/gcp/config.ts';
import { settingsOf } from '../../../infra/gcp/settings.ts';
import { exampleSettings, SIZES } from './examples.ts';

const read = (settings: Readonly<Record<string, string>>) =>
  readConfig({ get: (key) => settings[key], keys: () => Object.keys(settings) });

const problemsOf = (settings: Readonly<Record<string, string>>): readonly string[] => {
  try {
    read(settings);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

const GOOD = { size: 'dev', project: 'my-project', region: 'europe-west1', signingKeys: '[]' };

describe('the configuration', () => {
  test.each(SIZES)('of the example %s is whole', (size) => {
    const config = read(exampleSettings(size));
    expect(config).toMatchObject({ size, publicApi: true, region: 'europe-west1', project: 'my-project' });
    expect(config.labels).toMatchObject({ app: 'segue', size });
  });

  test('tells everything that is wrong at once, each by the setting’s name', () => {
    const problems = problemsOf({
      size: 'huge',
      project: 'X',
      region: 'europe',
      publicApi: 'maybe',
      schedule: '{"hour": 24, "timeZone": "Mars/Olympus"}',
      alertEmails: '["nobody"]',
      functions: '{"serve": {"memory": "2GB", "concurrency": 0}, "sing": {}}',
      labels: '{"Team": "music"}',
      bigtabel: '{}',
    });
    const text = problems.join('\n');
    for (const name of [
      'segue:size',
      'gcp:project',
      'gcp:region',
      'segue:publicApi',
      'segue:schedule.hour',
      'segue:schedule.timeZone',
      'segue:alertEmails[0]',
      'segue:functions.serve.memory',
      'segue:functions.serve.concurrency',
      'segue:labels.Team',
      'segue:bigtabel',
    ])
      expect(text).toContain(name);
    expect(problems.length).toBeGreaterThanOrEqual(11);
  });

  test.each<[string, Record<string, string>, string]>([
    ['nobody could sign in', { signingKeys: undefined as never }, 'segue:oidc'],
    ['two places for one key', { signingKeysSecret: 'keys' }, 'segue:signingKeysSecret'],
    ['keys that are no JSON', { signingKeys: 'secret!' }, 'segue:signingKeys'],
    ['everybody and somebody', { publicApi: 'true', callers: '["group:a@example.com"]' }, 'segue:callers'],
    ['a domain nobody may use', { domain: '{"name": "api.example.com"}' }, 'segue:domain'],
    [
      'a public API in a private network',
      { publicApi: 'true', privateNetwork: '{"network": "n", "subnetwork": "s"}' },
      'segue:publicApi',
    ],
    [
      'fewer nodes at most than at least',
      { bigtable: '{"minNodes": 5, "maxNodes": 2}' },
      'segue:bigtable.minNodes',
    ],
    [
      'one zone twice',
      { bigtable: '{"zones": ["europe-west1-b", "europe-west1-b"]}' },
      'segue:bigtable.zones',
    ],
    ['history that ends before live events do', { retentionDays: '7' }, 'segue:retentionDays'],
    [
      'more instances at least than at most',
      { functions: '{"serve": {"minInstances": 9, "maxInstances": 3}}' },
      'segue:functions.serve.minInstances',
    ],
  ])('does not contradict itself: %s', (_, settings, name) => {
    const given = Object.entries({ ...GOOD, ...settings }).filter(([, value]) => value !== undefined);
    const problems = problemsOf(Object.fromEntries(given));
    expect(problems).toHaveLength(1);
    expect(problems[0]?.startsWith(name)).toBe(true);
  });

  test('never quotes a key', () => {
    expect(problemsOf({ ...GOOD, signingKeys: 'very-secret' }).join()).not.toContain('very-secret');
  });

  test('is read from a stack’s settings by their names', () => {
    const raw = settingsOf({ 'gcp:project': 'p', 'segue:size': 'dev', 'other:thing': 'x' });
    expect([raw.get('project'), raw.get('size'), raw.get('thing')]).toEqual(['p', 'dev', undefined]);
    expect(raw.keys?.()).toEqual(['size']);
  });
});

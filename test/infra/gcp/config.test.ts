import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../../infra/gcp/config.ts';
import { settingsOf } from '../../../infra/gcp/settings.ts';
import { exampleSettings, SIGNING_KEYS, SIZES } from './examples.ts';

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

const GOOD = {
  size: 'dev',
  project: 'my-project',
  region: 'europe-west1',
  publicApi: 'true',
  signingKeys: SIGNING_KEYS,
};

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
      gemini: 'maybe',
      geminiModel: 'gpt',
      geminiLocation: 'Europe',
    });
    expect(problems.map((problem) => problem.slice(0, problem.indexOf(': '))).sort()).toEqual([
      'gcp:project',
      'gcp:region',
      'segue:alertEmails[0]',
      'segue:bigtabel',
      'segue:functions.serve.concurrency',
      'segue:functions.serve.memory',
      'segue:functions.sing',
      'segue:gemini',
      'segue:geminiLocation',
      'segue:geminiModel',
      'segue:labels.Team',
      'segue:publicApi',
      'segue:schedule.hour',
      'segue:schedule.timeZone',
      'segue:size',
    ]);
    const { message } = new ConfigError(problems);
    expect(message.split('\n')).toHaveLength(1 + problems.length);
  });

  test('tells contradictions too where something else is wrong, but none that follows from it', () => {
    const problems = problemsOf({
      size: 'dev',
      region: 'europe-west1',
      publicApi: 'true',
      callers: '["group:a@example.com"]',
      oidc: '{"issuer": "http://plain.example.com"}',
      retentionDays: '7',
    });
    expect(problems.map((problem) => problem.slice(0, problem.indexOf(': '))).sort()).toEqual([
      'gcp:project',
      'segue:callers',
      'segue:oidc.audience',
      'segue:oidc.issuer',
      'segue:retentionDays',
    ]);
  });

  test.each([
    [{ bigtabel: '{}' }, 'segue:bigtabel: there is no such setting; did you mean segue:bigtable?'],
    [{ publicAPI: 'true' }, 'segue:publicAPI: there is no such setting; did you mean segue:publicApi?'],
    [
      { bigtable: '{"minNode": 2}' },
      'segue:bigtable.minNode: there is no such setting; did you mean segue:bigtable.minNodes?',
    ],
    [
      { functions: '{"serve": {"memroy": "1Gi"}}' },
      'segue:functions.serve.memroy: there is no such setting; did you mean segue:functions.serve.memory?',
    ],
    [{ turbo: 'true' }, 'segue:turbo: there is no such setting'],
  ])('names an unknown setting, and the one that was meant: %j', (settings, sentence) => {
    expect(problemsOf({ ...GOOD, ...settings })).toEqual([sentence]);
  });

  test.each<[string, Record<string, string | undefined>, string]>([
    ['nobody could sign in', { signingKeys: undefined }, 'segue:oidc'],
    ['a list of no keys', { signingKeys: '[]' }, 'segue:signingKeys'],
    ['two places for one key', { signingKeysSecret: 'keys' }, 'segue:signingKeysSecret'],
    ['keys that are no JSON', { signingKeys: 'secret!' }, 'segue:signingKeys'],
    ['a key of another kind', { signingKeys: '{"kty": "RSA", "kid": "a"}' }, 'segue:signingKeys[0]'],
    [
      'a key that signs',
      { signingKeys: '{"kty": "OKP", "crv": "Ed25519", "x": "a", "d": "b", "kid": "c"}' },
      'segue:signingKeys[0]',
    ],
    ['everybody and somebody', { callers: '["group:a@example.com"]' }, 'segue:callers'],
    ['nobody at all', { publicApi: 'false' }, 'segue:callers'],
    [
      'a domain nobody may use',
      { publicApi: 'false', callers: '["group:a@example.com"]', domain: '{"name": "api.example.com"}' },
      'segue:domain',
    ],
    [
      'a public API in a private network',
      { privateNetwork: '{"network": "n", "subnetwork": "s"}' },
      'segue:publicApi',
    ],
    [
      'fewer nodes at most than at least',
      { bigtable: '{"minNodes": 5, "maxNodes": 2}' },
      'segue:bigtable.minNodes',
    ],
    [
      'more nodes than autoscaling takes',
      { bigtable: '{"minNodes": 1, "maxNodes": 11}' },
      'segue:bigtable.maxNodes',
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
    [
      'more memory than a CPU may have',
      { functions: '{"serve": {"memory": "8Gi"}}' },
      'segue:functions.serve.memory',
    ],
    [
      'a catalogue that does not fit into memory',
      { functions: '{"sessions": {"memory": "512Mi"}}' },
      'segue:functions.sessions.memory',
    ],
    ['a model that nobody named', { gemini: 'true' }, 'segue:geminiModel'],
    ['a model that nobody asks', { geminiModel: 'gemini-2.5-flash' }, 'segue:geminiModel'],
    ['a place where nothing is asked', { geminiLocation: 'global' }, 'segue:geminiLocation'],
    [
      'less memory than four CPUs need',
      { functions: '{"serve": {"cpu": "4", "memory": "1Gi"}}' },
      'segue:functions.serve.memory',
    ],
  ])('does not contradict itself: %s', (_, settings, name) => {
    const given = Object.entries({ ...GOOD, ...settings }).filter(([, value]) => value !== undefined);
    const problems = problemsOf(Object.fromEntries(given) as Record<string, string>);
    expect(problems.map((problem) => problem.slice(0, problem.indexOf(': ')))).toEqual([name]);
  });

  test('has prompts read by a model where it is named, in the region unless told', () => {
    expect(read(GOOD).gemini).toBeUndefined();
    const asked = { ...GOOD, gemini: 'true', geminiModel: 'gemini-2.5-flash' };
    expect(read(asked).gemini).toEqual({ model: 'gemini-2.5-flash', location: 'europe-west1' });
    expect(read({ ...asked, geminiLocation: 'global' }).gemini?.location).toBe('global');
  });

  test('without trouble says nothing', () => {
    expect(problemsOf(GOOD)).toEqual([]);
  });

  test('never quotes a key', () => {
    for (const signingKeys of ['very-secret', '{"kty": "OKP", "d": "very-secret"}', '["very-secret"]']) {
      const problems = problemsOf({ ...GOOD, signingKeys });
      expect(problems).not.toEqual([]);
      expect(problems.join()).not.toContain('very-secret');
    }
  });

  test('is read from a stack’s settings by their names', () => {
    const raw = settingsOf({ 'gcp:project': 'p', 'segue:size': 'dev', 'other:thing': 'x' });
    expect([raw.get('project'), raw.get('size'), raw.get('thing')]).toEqual(['p', 'dev', undefined]);
    expect(raw.keys?.()).toEqual(['size']);
    const misplaced = settingsOf({ 'segue:size': 'dev', 'segue:region': 'europe-west1' });
    expect(() => readConfig(misplaced)).toThrow('segue:region: belongs to the provider; set gcp:region');
  });
});

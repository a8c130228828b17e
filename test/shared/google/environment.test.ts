import { describe, expect, test } from 'vitest';
import { generateSigningKey } from '../../../shared/auth/key-file.ts';
import { publicPart } from '../../../shared/auth/tokens.ts';
import { readEnvironment } from '../../../shared/google/environment.ts';

const problemsOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('a function’s environment', () => {
  test('everything wrong with it is told at once, by the variable’s name, and no value of a secret', () => {
    const text = problemsOf(() =>
      readEnvironment(
        {
          SEGUE_LOG: 'loud',
          SEGUE_OIDC_ISSUER: 'https://login.example.com',
          SEGUE_KEYS: '{"kty":"OKP","d":"very-secret"}',
          SEGUE_LOAD: 'by hand',
          SEGUE_MAX_BYTES_BILLED: '-1',
          SEGUE_GEMINI_LOCATION: 'https://elsewhere.example',
          SEGUE_PUSH_AUDIENCE: 'https://update-signals',
        },
        { push: true },
      ),
    );
    for (const name of [
      'GOOGLE_CLOUD_PROJECT',
      'SEGUE_LOG',
      'SEGUE_OIDC_ISSUER and SEGUE_OIDC_AUDIENCE',
      'SEGUE_KEYS',
      'SEGUE_LOAD',
      'SEGUE_MAX_BYTES_BILLED',
      'SEGUE_GEMINI_LOCATION: must be a region',
      'SEGUE_GEMINI_LOCATION: means nothing without SEGUE_GEMINI_MODEL',
      'SEGUE_PUSH_AUDIENCE and SEGUE_PUSH_ACCOUNT',
      'SEGUE_PUSH_ACCOUNT: must be set',
    ])
      expect(text).toContain(name);
    expect(text).not.toContain('very-secret');
  });

  test('where tokens are asked for, somebody’s must be believed', async () => {
    const bare = { GOOGLE_CLOUD_PROJECT: 'demo' };
    expect(readEnvironment(bare)).toMatchObject({
      project: 'demo',
      location: 'us-central1',
      load: 'direct',
      keys: [],
    });
    expect(problemsOf(() => readEnvironment(bare, { tokens: true }))).toContain(
      'SEGUE_OIDC_ISSUER, SEGUE_KEYS',
    );
    const key = publicPart(await generateSigningKey());
    const { keys } = readEnvironment({ ...bare, SEGUE_KEYS: JSON.stringify(key) }, { tokens: true });
    expect(keys).toEqual([key]);
    const oidc = { SEGUE_OIDC_ISSUER: 'https://login.example.com', SEGUE_OIDC_AUDIENCE: 'segue' };
    expect(readEnvironment({ ...bare, ...oidc }, { tokens: true }).oidc).toEqual({
      issuer: 'https://login.example.com',
      audience: 'segue',
    });
  });

  test('a push needs an account to come from, but for the emulator’s, which has none', () => {
    const bare = { GOOGLE_CLOUD_PROJECT: 'demo' };
    expect(problemsOf(() => readEnvironment(bare, { push: true }))).toContain('anybody could push');
    expect(
      readEnvironment({ ...bare, PUBSUB_EMULATOR_HOST: 'localhost:1' }, { push: true }).push,
    ).toBeUndefined();
    const push = {
      SEGUE_PUSH_AUDIENCE: 'https://x',
      SEGUE_PUSH_ACCOUNT: 'push@demo.iam.gserviceaccount.com',
    };
    expect(readEnvironment({ ...bare, ...push }, { push: true }).push).toEqual({
      audience: 'https://x',
      account: 'push@demo.iam.gserviceaccount.com',
    });
  });

  test('prompts are read where everything else is, unless another place is named', () => {
    const bare = { GOOGLE_CLOUD_PROJECT: 'demo', SEGUE_LOCATION: 'europe-west1' };
    expect(readEnvironment(bare).gemini).toBeUndefined();
    const model = { ...bare, SEGUE_GEMINI_MODEL: 'gemini-2.5-flash' };
    expect(readEnvironment(model).gemini).toEqual({ model: 'gemini-2.5-flash', location: 'europe-west1' });
    expect(readEnvironment({ ...model, SEGUE_GEMINI_LOCATION: 'global' }).gemini?.location).toBe('global');
  });

  test('an empty variable is as good as none', () => {
    expect(readEnvironment({ GOOGLE_CLOUD_PROJECT: 'demo', SEGUE_KEYS: ' ', SEGUE_LOG: '' }).logLevel).toBe(
      'info',
    );
  });
});

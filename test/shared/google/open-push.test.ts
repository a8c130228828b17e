import { describe, expect, test } from 'vitest';
import { PermanentError, Unauthenticated } from '../../../shared/errors.ts';
import { readEnvironment } from '../../../shared/google/environment.ts';
import { openPushAuthenticator } from '../../../shared/google/open.ts';
import { fakeLogger } from '../../functions/fakes/stores.ts';

const PROJECT = { GOOGLE_CLOUD_PROJECT: 'p' };
const EMULATOR = { PUBSUB_EMULATOR_HOST: '127.0.0.1:1' };
const PUSH = { SEGUE_PUSH_AUDIENCE: 'https://update-signals', SEGUE_PUSH_ACCOUNT: 'invoker@p.example' };

describe('whose pushes are believed', () => {
  test('nobody’s are, and the function does not start, where the environment does not say whose', () => {
    expect(() => readEnvironment(PROJECT, { push: true })).toThrow(PermanentError);
    const { logger } = fakeLogger();
    expect(() => openPushAuthenticator(readEnvironment(PROJECT), logger)).toThrow(PermanentError);
  });

  test('everybody’s are with the emulator, which signs nothing, and the log says so loudly', async () => {
    const { logger, lines } = fakeLogger();
    const push = openPushAuthenticator(readEnvironment({ ...PROJECT, ...EMULATOR }, { push: true }), logger);
    await push(undefined);
    expect(lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('NOT AUTHENTICATED') }]);
  });

  test('the account’s alone are where it is named, with the emulator as well', async () => {
    for (const environment of [PUSH, { ...PUSH, ...EMULATOR }]) {
      const { logger, lines } = fakeLogger();
      const push = openPushAuthenticator(
        readEnvironment({ ...PROJECT, ...environment }, { push: true }),
        logger,
      );
      await expect(push(undefined)).rejects.toBeInstanceOf(Unauthenticated);
      expect(lines).toEqual([]);
    }
  });
});

import { describe, expect, test } from 'vitest';
import { readSettings } from '../../infra/local/settings.ts';
import { PermanentError } from '../../shared/errors.ts';

describe('settings', () => {
  test('have defaults for everything', () => {
    expect(readSettings({})).toMatchObject({
      port: 8080,
      hostname: '127.0.0.1',
      dataDirectory: '.segue',
      logLevel: 'info',
      community: true,
      seed: 1,
      rebuildHour: 3,
      oidc: undefined,
    });
    expect(readSettings({}).memory).toMatch(/^\d+MiB$/);
    expect(readSettings({}).threads).toBeGreaterThanOrEqual(1);
  });

  test('are what the environment says; empty and blank variables are unset', () => {
    expect(
      readSettings({
        PORT: '0',
        SEGUE_HOST: '::1',
        SEGUE_DATA: '/data',
        SEGUE_LOG: 'silent',
        SEGUE_COMMUNITY: 'off',
        SEGUE_SEED: '42',
        SEGUE_REBUILD_HOUR: 'off',
        SEGUE_THREADS: '3',
        SEGUE_MEMORY_GIB: '1.5',
        SEGUE_OIDC_ISSUER: 'https://issuer.example',
        SEGUE_OIDC_AUDIENCE: 'segue',
        SEGUE_OIDC_LISTENER_CLAIM: 'listener',
      }),
    ).toEqual({
      port: 0,
      hostname: '::1',
      dataDirectory: '/data',
      logLevel: 'silent',
      community: false,
      seed: 42,
      rebuildHour: 'off',
      threads: 3,
      memory: '1536MiB',
      oidc: { issuer: 'https://issuer.example', audience: 'segue', listenerClaim: 'listener' },
    });
    expect(readSettings({ PORT: '', SEGUE_REBUILD_HOUR: '  ', SEGUE_DATA: ' ' })).toMatchObject({
      port: 8080,
      rebuildHour: 3,
      dataDirectory: '.segue',
    });
    expect(readSettings({ SEGUE_REBUILD_HOUR: '0' }).rebuildHour).toBe(0);
  });

  test.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['PORT', 'http'],
    ['SEGUE_LOG', 'loud'],
    ['SEGUE_COMMUNITY', 'maybe'],
    ['SEGUE_SEED', '1.5'],
    ['SEGUE_REBUILD_HOUR', '24'],
    ['SEGUE_REBUILD_HOUR', 'never'],
    ['SEGUE_THREADS', '0'],
    ['SEGUE_MEMORY_GIB', '0.1'],
    ['SEGUE_OIDC_ISSUER', 'not a url'],
  ])('%s=%s is refused by name', (name, value) => {
    expect(() => readSettings({ [name]: value })).toThrow(PermanentError);
    expect(() => readSettings({ [name]: value })).toThrow(
      new RegExp(`^The configuration is wrong:[^]*${name}`),
    );
  });

  test('everything wrong is told at once, each by its name', () => {
    const wrong = {
      PORT: 'x',
      SEGUE_LOG: 'loud',
      SEGUE_REBUILD_HOUR: '25',
      SEGUE_OIDC_ISSUER: 'https://i.example',
    };
    let message = '';
    try {
      readSettings(wrong);
    } catch (error) {
      message = (error as Error).message;
    }
    const [, ...lines] = message.split('\n');
    expect(lines).toHaveLength(4);
    for (const name of ['PORT', 'SEGUE_LOG', 'SEGUE_REBUILD_HOUR'])
      expect(message).toContain(`\n  ${name}: `);
    expect(message).toMatch(/SEGUE_OIDC_ISSUER and SEGUE_OIDC_AUDIENCE go together/);
  });
});

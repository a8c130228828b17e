import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  base64url,
  createLocalJWKSet,
  createRemoteJWKSet,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { Forbidden, TransientError, Unauthenticated } from '../../../shared/errors.ts';
import { createPushAuthenticator } from '../../../shared/google/push-authenticator.ts';

const NOW = Date.UTC(2026, 10, 21);
const clock = { now: () => NOW };
const AUDIENCE = 'https://update-signals.example/';
const ACCOUNT = 'segue-invoker@p.iam.gserviceaccount.com';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
let google: Pair;
let stranger: Pair;
let jwks: { keys: Awaited<ReturnType<typeof exportJWK>>[] };

beforeAll(async () => {
  [google, stranger] = await Promise.all([
    generateKeyPair('RS256', { extractable: true }),
    generateKeyPair('RS256'),
  ]);
  jwks = { keys: [{ ...(await exportJWK(google.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] };
});

/** Undefined takes a claim away. */
type Claims = Readonly<Record<string, unknown>>;

/** As in the tokens of Pub/Sub's pushes. */
const claims = (rest: Claims = {}): JWTPayload => ({
  aud: AUDIENCE,
  azp: '113774264463038321964',
  email: ACCOUNT,
  email_verified: true,
  exp: NOW / 1000 + 3600,
  iat: NOW / 1000,
  iss: 'https://accounts.google.com',
  sub: '113774264463038321964',
  ...rest,
});

const sign = (payload: JWTPayload, key = google.privateKey, kid = 'k1') =>
  new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' }).sign(key);

const authenticate = (authorization: string | undefined, keys = createLocalJWKSet(jwks)) =>
  createPushAuthenticator({ audience: AUDIENCE, account: ACCOUNT, clock, keys })(authorization);

describe('who may push', () => {
  test('Google, in the name of the account, for the audience', async () => {
    await authenticate(`Bearer ${await sign(claims())}`);
    await authenticate(`bearer ${await sign(claims({ iss: 'accounts.google.com' }))}`);
  });

  test.each([
    ['nobody', undefined],
    ['nothing', ''],
    ['no token', 'Bearer'],
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['what is no token', 'Bearer nonsense'],
    ['two tokens', 'Bearer a.b.c d.e.f'],
  ])('not %s', async (_, header) => {
    await expect(authenticate(header)).rejects.toBeInstanceOf(Unauthenticated);
  });

  test.each<[string, Claims]>([
    ['for another audience', { aud: 'https://serve.example/' }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['that has expired', { exp: NOW / 1000 - 31 }],
    ['that never expires', { exp: undefined }],
    ['that is not valid yet', { nbf: NOW / 1000 + 60 }],
    ['of nobody', { email: undefined }],
  ])('not with a token %s', async (_, rest) => {
    await expect(authenticate(`Bearer ${await sign(claims(rest))}`)).rejects.toBeInstanceOf(Unauthenticated);
  });

  test.each<[string, Claims]>([
    ['another account', { email: 'segue-serve@p.iam.gserviceaccount.com' }],
    ['an account in other letters', { email: ACCOUNT.toUpperCase() }],
    ['an account that Google has not verified', { email_verified: false }],
    ['an account of which it is not said', { email_verified: undefined }],
    ['an account verified in words', { email_verified: 'true' }],
  ])('not %s', async (_, rest) => {
    await expect(authenticate(`Bearer ${await sign(claims(rest))}`)).rejects.toBeInstanceOf(Forbidden);
  });

  test('not with another key under the name of Google’s, nor with one of no name', async () => {
    for (const kid of ['k1', 'k2', ''])
      await expect(
        authenticate(`Bearer ${await sign(claims(), stranger.privateKey, kid)}`),
      ).rejects.toBeInstanceOf(Unauthenticated);
  });

  test('not with changed claims under the old signature', async () => {
    const [header, , signature] = (await sign(claims({ email: 'x@y.z' }))).split('.');
    const forged = [header, base64url.encode(JSON.stringify(claims())), signature].join('.');
    await expect(authenticate(`Bearer ${forged}`)).rejects.toBeInstanceOf(Unauthenticated);
  });

  test('not without a signature, nor with the public key as a secret', async () => {
    const body = base64url.encode(JSON.stringify(claims()));
    const none = `${base64url.encode('{"alg":"none"}')}.${body}.`;
    await expect(authenticate(`Bearer ${none}`)).rejects.toBeInstanceOf(Unauthenticated);
    for (const secret of [await exportSPKI(google.publicKey), JSON.stringify(jwks.keys[0])]) {
      const token = await new SignJWT(claims())
        .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
        .sign(new TextEncoder().encode(secret));
      await expect(authenticate(`Bearer ${token}`)).rejects.toBeInstanceOf(Unauthenticated);
    }
  });

  test('refusals tell nothing of the token', async () => {
    const token = await sign(claims({ aud: 'https://secret.example/' }));
    const error = await authenticate(`Bearer ${token}`).catch((thrown: Error) => thrown);
    expect(`${error}`).not.toContain('secret');
    expect(`${error}`).not.toContain(token.slice(0, 20));
  });
});

test('keys are fetched once for many pushes, and their absence is a matter of time', async () => {
  let isUp = false;
  let fetched = 0;
  const server = createServer((_request, response) => {
    fetched += 1;
    response.statusCode = isUp ? 200 : 500;
    response.end(isUp ? JSON.stringify(jwks) : 'no');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const keys = createRemoteJWKSet(new URL(`http://127.0.0.1:${port}`), { cooldownDuration: 0 });
    const push = createPushAuthenticator({ audience: AUDIENCE, account: ACCOUNT, clock, keys });
    const header = `Bearer ${await sign(claims())}`;
    await expect(push(header)).rejects.toBeInstanceOf(TransientError);
    isUp = true;
    fetched = 0;
    for (let i = 0; i < 5; i++) await push(header);
    expect(fetched).toBe(1);
  } finally {
    server.close();
  }
});

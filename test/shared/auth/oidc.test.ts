import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAuthenticator } from '../../../shared/auth/authenticator.ts';
import { createOidcVerifier, type OidcOptions } from '../../../shared/auth/oidc.ts';
import { PermanentError, TransientError, Unauthenticated } from '../../../shared/errors.ts';

const clock = { now: () => Date.now() };
const pair = await generateKeyPair('RS256');
const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'rsa-1', alg: 'RS256', use: 'sig' };

let server: Server;
let issuer: string;
let answers: Record<string, { status?: number; body: unknown }>;
let hits: string[];

beforeEach(async () => {
  hits = [];
  server = createServer((request, response) => {
    hits.push(request.url ?? '');
    const answer = answers[request.url ?? ''] ?? { status: 404, body: {} };
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realm`;
  answers = {
    '/realm/.well-known/openid-configuration': { body: { issuer, jwks_uri: `${issuer}/keys` } },
    '/realm/keys': { body: { keys: [jwk] } },
  };
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const verifier = (rest: Partial<OidcOptions> = {}) =>
  createOidcVerifier({ issuer, audience: 'segue-prod', clock, ...rest });

function token(claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}) {
  const all = { iss: issuer, aud: 'segue-prod', sub: 'ann', ...claims };
  return new SignJWT(JSON.parse(JSON.stringify(all)))
    .setProtectedHeader({ alg: 'RS256', kid: 'rsa-1', ...header })
    .setExpirationTime('5m')
    .sign(pair.privateKey);
}

describe('a configured issuer', () => {
  test('is discovered once, and its tokens name listeners by sub', async () => {
    const authenticate = createAuthenticator({ verifiers: [verifier()], clock });
    for (const sub of ['ann', 'bob'])
      expect(await authenticate(`Bearer ${await token({ sub })}`)).toEqual({
        kind: 'listener',
        listenerId: sub,
      });
    expect(hits).toEqual(['/realm/.well-known/openid-configuration', '/realm/keys']);
  });

  test('names listeners and services by the claims that are configured', async () => {
    const v = verifier({ listenerClaim: 'uid', serviceClaim: 'roles', serviceValue: 'backend' });
    const listener = await v.verify(await token({ uid: 'u-1', roles: ['user'] }));
    expect(listener.principal).toEqual({ kind: 'listener', listenerId: 'u-1' });
    const service = await v.verify(await token({ roles: ['user', 'backend'] }));
    expect(service.principal).toEqual({ kind: 'service' });
    const scoped = await verifier().verify(await token({ scope: 'openid segue.service' }));
    expect(scoped.principal).toEqual({ kind: 'service' });
    const lookalike = await verifier().verify(await token({ scope: 'segue.services' }));
    expect(lookalike.principal.kind).toBe('listener');
  });

  test.each([
    ['another audience', () => token({ aud: 'other' })],
    ['another issuer', () => token({ iss: 'https://other.example' })],
    ['an unknown key', () => token({}, { kid: 'rsa-2' })],
    ['no listener', () => token({ sub: undefined })],
    ['a listener claim that is no id', () => token({ sub: 'x'.repeat(200) })],
    [
      'HMAC',
      () =>
        new SignJWT({ iss: issuer, aud: 'segue-prod', sub: 'x' })
          .setProtectedHeader({ alg: 'HS256', kid: 'rsa-1' })
          .setExpirationTime('5m')
          .sign(Buffer.from(JSON.stringify(jwk))),
    ],
  ])('refuses a token with %s', async (_name, make) => {
    await expect(verifier().verify(await make())).rejects.toBeInstanceOf(Unauthenticated);
  });
});

describe('an issuer that does not answer', () => {
  test('is a transient failure, and asked again next time', async () => {
    const v = verifier();
    const good = answers['/realm/.well-known/openid-configuration'];
    answers['/realm/.well-known/openid-configuration'] = { status: 500, body: {} };
    await expect(v.verify(await token())).rejects.toBeInstanceOf(TransientError);
    answers['/realm/.well-known/openid-configuration'] = good as { body: unknown };
    await expect(v.verify(await token())).resolves.toBeDefined();
  });

  test('is transient too when only its keys fail', async () => {
    answers['/realm/keys'] = { status: 503, body: {} };
    await expect(verifier().verify(await token())).rejects.toBeInstanceOf(TransientError);
  });

  test('a discovery document of another issuer is not believed', async () => {
    const address = '/realm/.well-known/openid-configuration';
    answers[address] = { body: { issuer: 'https://evil.example', jwks_uri: `${issuer}/keys` } };
    await expect(verifier().verify(await token())).rejects.toThrow(/evil\.example/);
  });

  test('nor are keys that would travel in the clear', async () => {
    const address = '/realm/.well-known/openid-configuration';
    answers[address] = { body: { issuer, jwks_uri: 'http://keys.example/keys' } };
    await expect(verifier().verify(await token())).rejects.toThrow(/https/);
  });
});

test.each([['http://issuer.example'], ['not a url'], ['ftp://127.0.0.1/']])(
  'refuses the issuer %s',
  (address) => {
    expect(() => verifier({ issuer: address })).toThrow(PermanentError);
  },
);

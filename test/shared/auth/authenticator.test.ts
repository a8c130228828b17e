import { generateKeyPairSync, sign } from 'node:crypto';
import { importJWK, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { CACHE_MS, createAuthenticator } from '../../../shared/auth/authenticator.ts';
import { mayActFor, requireListener, requireService } from '../../../shared/auth/principal.ts';
import { createLocalVerifier, issueToken, publicPart } from '../../../shared/auth/tokens.ts';
import type { Verifier } from '../../../shared/auth/verifier.ts';
import { Forbidden, TransientError, Unauthenticated } from '../../../shared/errors.ts';

const NOW = Date.UTC(2026, 10, 1);

function newKey(kid: string): JWK {
  return { ...(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK), kid };
}

function harness(keys: readonly JWK[] = [newKey('k1')], maxEntries?: number) {
  let now = NOW;
  let loads = 0;
  let verifications = 0;
  const clock = { now: () => now };
  const store = { keys };
  const local = createLocalVerifier({
    keys: async () => {
      loads++;
      return store.keys;
    },
    clock,
  });
  const counted: Verifier = {
    issuer: local.issuer,
    verify: (token) => {
      verifications++;
      return local.verify(token);
    },
  };
  return {
    authenticate: createAuthenticator({ verifiers: [counted], clock, ...(maxEntries && { maxEntries }) }),
    clock,
    key: keys[0] as JWK,
    store,
    pass: (ms: number) => {
      now += ms;
    },
    loads: () => loads,
    verifications: () => verifications,
  };
}

type Harness = ReturnType<typeof harness>;

const listenerToken = ({ key, clock }: Harness, listenerId = 'ann', lifetimeSeconds = 3600) =>
  issueToken({ key, principal: { kind: 'listener', listenerId }, lifetimeSeconds, clock });

/** A token signed by the good key whose header and claims the caller chooses. */
async function craft(
  { key }: Harness,
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
) {
  const now = NOW / 1000;
  const all = {
    iss: 'segue-local',
    aud: 'segue',
    sub: 'ann',
    scope: 'segue.listener',
    exp: now + 60,
    ...claims,
  };
  return new SignJWT(JSON.parse(JSON.stringify(all)))
    .setProtectedHeader({ alg: 'EdDSA', kid: 'k1', ...header })
    .sign(await importJWK(key, 'EdDSA'));
}

describe('accepted tokens', () => {
  test('a listener token names its listener, in either scheme', async () => {
    const h = harness();
    const token = await listenerToken(h, 'ann of the hill');
    for (const scheme of ['Bearer', 'bearer', 'Token', 'token'])
      expect(await h.authenticate(`${scheme} ${token}`)).toEqual({
        kind: 'listener',
        listenerId: 'ann of the hill',
      });
  });

  test('a service token is a service; a listener who is called service is not', async () => {
    const h = harness();
    const token = await issueToken({ ...h, principal: { kind: 'service' }, lifetimeSeconds: 60 });
    expect(await h.authenticate(`Bearer ${token}`)).toEqual({ kind: 'service' });
    expect(await h.authenticate(`Bearer ${await listenerToken(h, 'service')}`)).toEqual({
      kind: 'listener',
      listenerId: 'service',
    });
  });

  test('a clock 30 s apart is forgiven, 31 s is not', async () => {
    const h = harness();
    const token = await listenerToken(h, 'ann', 60);
    h.pass(89_000);
    await expect(h.authenticate(`Bearer ${token}`)).resolves.toBeDefined();
    h.pass(2_000);
    await expect(h.authenticate(`Bearer ${token}`)).rejects.toThrow(/expired/);
    const early = await craft(h, { nbf: NOW / 1000 + 91 + 29, exp: NOW / 1000 + 900 });
    await expect(h.authenticate(`Bearer ${early}`)).resolves.toBeDefined();
  });
});

describe('refused tokens', () => {
  const now = NOW / 1000;
  const crafted: [string, (h: Harness) => Promise<string> | string][] = [
    ['wrong audience', (h) => craft(h, { aud: 'other' })],
    ['no audience', (h) => craft(h, { aud: undefined })],
    ['unknown issuer', (h) => craft(h, { iss: 'https://elsewhere.example' })],
    ['no issuer', (h) => craft(h, { iss: undefined })],
    ['expired', (h) => craft(h, { exp: now - 31 })],
    ['no expiry', (h) => craft(h, { exp: undefined })],
    ['not yet valid', (h) => craft(h, { nbf: now + 31 })],
    ['no subject', (h) => craft(h, { sub: undefined })],
    ['an id over 128 bytes', (h) => craft(h, { sub: 'x'.repeat(129) })],
    ['an id beyond ASCII', (h) => craft(h, { sub: 'zoë' })],
    ['unknown scope', (h) => craft(h, { scope: 'admin' })],
    ['unknown key', (h) => craft(h, {}, { kid: 'k9' })],
    [
      'alg none',
      () =>
        new UnsecuredJWT({ scope: 'segue.service', sub: 'x' })
          .setIssuer('segue-local')
          .setAudience('segue')
          .setExpirationTime(now + 60)
          .encode(),
    ],
    [
      'HMAC with the public key as its secret',
      (h) =>
        new SignJWT({ scope: 'segue.service', sub: 'x', iss: 'segue-local', aud: 'segue', exp: now + 60 })
          .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
          .sign(Buffer.from(h.key.x as string, 'base64url')),
    ],
    [
      'another key under the right kid',
      (h) =>
        issueToken({
          key: newKey('k1'),
          principal: { kind: 'service' },
          lifetimeSeconds: 60,
          clock: h.clock,
        }),
    ],
    [
      'a changed payload',
      async (h) => {
        const [header, , signature] = (await craft(h, {})).split('.');
        const payload = { iss: 'segue-local', aud: 'segue', sub: 'x', scope: 'segue.service', exp: now + 60 };
        return `${header}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.${signature}`;
      },
    ],
    [
      'a key inside the header',
      async () => {
        const { privateKey, publicKey } = generateKeyPairSync('ed25519');
        const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
        const head = part({ alg: 'EdDSA', jwk: publicKey.export({ format: 'jwk' }) });
        const body = part({
          iss: 'segue-local',
          aud: 'segue',
          sub: 'x',
          scope: 'segue.service',
          exp: now + 60,
        });
        return `${head}.${body}.${sign(null, Buffer.from(`${head}.${body}`), privateKey).toString('base64url')}`;
      },
    ],
    ['no token at all', () => 'garbage'],
    ['three parts of garbage', () => 'a.b.c'],
    ['something endless', () => 'a'.repeat(9_000)],
  ];

  test.each(crafted)('%s', async (_name, make) => {
    const h = harness();
    const error = await h.authenticate(`Bearer ${await make(h)}`).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(Unauthenticated);
  });

  test.each([[undefined], [''], ['Bearer'], ['Bearer '], ['Basic YTpi'], ['Bearer a b']])(
    'the header %j',
    async (header) => {
      await expect(harness().authenticate(header)).rejects.toBeInstanceOf(Unauthenticated);
    },
  );

  test('the refusal never quotes the token', async () => {
    const h = harness();
    const token = await craft(h, { exp: now - 100 });
    const error = (await h.authenticate(`Bearer ${token}`).catch((e: unknown) => e)) as Error;
    expect(error.message).not.toContain(token.slice(0, 10));
  });
});

describe('remembering verified tokens', () => {
  test('verifies once, again after five minutes, and never trusts beyond the expiry', async () => {
    const h = harness();
    const long = `Bearer ${await listenerToken(h)}`;
    await h.authenticate(long);
    h.pass(CACHE_MS - 1);
    await h.authenticate(long);
    expect(h.verifications()).toBe(1);
    h.pass(1);
    await h.authenticate(long);
    expect(h.verifications()).toBe(2);
    const brief = `Bearer ${await listenerToken(h, 'bob', 10)}`;
    await h.authenticate(brief);
    h.pass(10_000 + 31_000);
    await expect(h.authenticate(brief)).rejects.toThrow(/expired/);
  });

  test('keeps the most recently used, a bounded number', async () => {
    const h = harness(undefined, 2);
    const [a, b, c] = await Promise.all(
      ['a', 'b', 'c'].map(async (id) => `Bearer ${await listenerToken(h, id)}`),
    );
    await h.authenticate(a);
    await h.authenticate(b);
    await h.authenticate(a);
    await h.authenticate(c);
    expect(h.verifications()).toBe(3);
    await h.authenticate(a);
    expect(h.verifications()).toBe(3);
    await h.authenticate(b);
    expect(h.verifications()).toBe(4);
  });

  test('does not remember refusals or failures', async () => {
    const h = harness();
    let fails = true;
    const flaky: Verifier = {
      issuer: 'segue-local',
      verify: async () => {
        if (fails) throw new TransientError('later');
        return { principal: { kind: 'service' }, expiresAt: NOW + 1000 };
      },
    };
    const authenticate = createAuthenticator({ verifiers: [flaky], clock: h.clock });
    const token = `Bearer ${await listenerToken(h)}`;
    await expect(authenticate(token)).rejects.toBeInstanceOf(TransientError);
    fails = false;
    await expect(authenticate(token)).resolves.toEqual({ kind: 'service' });
  });
});

describe('rotation', () => {
  test('accepts every known key, and finds a new one without asking the disk for every made-up kid', async () => {
    const [first, second] = [newKey('k1'), newKey('k2')];
    const h = harness([first]);
    const issue = (key: JWK, listenerId: string) =>
      issueToken({ key, principal: { kind: 'listener', listenerId }, lifetimeSeconds: 3600, clock: h.clock });
    await h.authenticate(`Bearer ${await issue(first, 'a')}`);
    h.store.keys = [second, first];
    h.pass(10_000);
    await expect(h.authenticate(`Bearer ${await issue(second, 'b')}`)).resolves.toBeDefined();
    await expect(h.authenticate(`Bearer ${await issue(first, 'c')}`)).resolves.toBeDefined();
    expect(h.loads()).toBe(2);
    for (let i = 0; i < 20; i++)
      await expect(h.authenticate(`Bearer ${await issue(newKey(`bad${i}`), 'd')}`)).rejects.toThrow();
    expect(h.loads()).toBe(2);
  });

  test('what a verifier needs holds no secret', () => {
    expect(publicPart(newKey('k1'))).not.toHaveProperty('d');
  });
});

test('a listener may act for itself only, a service for everybody', () => {
  const ann = { kind: 'listener', listenerId: 'ann' } as const;
  expect(() => requireListener(ann, 'bob')).toThrow(Forbidden);
  expect(() => requireListener(ann, 'ann')).not.toThrow();
  expect(() => requireListener({ kind: 'service' }, 'bob')).not.toThrow();
  expect(() => requireService(ann)).toThrow(Forbidden);
  expect(mayActFor(ann, 'bob')).toBe(false);
});

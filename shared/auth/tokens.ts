/** The local issuer's tokens: EdDSA-signed JWTs for a service or for one listener. */
import { createLocalJWKSet, errors, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { Unauthenticated } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { LISTENER_SCOPE, type Principal, SERVICE_SCOPE } from './principal.ts';
import { CLOCK_SKEW_SECONDS, listenerPrincipal, refusalOf, scopesOf, type Verifier } from './verifier.ts';

export const LOCAL_ISSUER = 'segue-local';
export const AUDIENCE = 'segue';
const ALGORITHM = 'EdDSA';

/** The `sub` of service tokens; a listener of that name is told apart by the scope. */
const SERVICE_SUBJECT = 'service';

/** A key of another process's rotation is looked for at most this often, whatever kids callers make up. */
const RELOAD_INTERVAL_MS = 10_000;

/** Signs a token for the principal; `key` is a private Ed25519 JWK with a kid. */
export async function issueToken(options: {
  key: JWK;
  principal: Principal;
  lifetimeSeconds: number;
  clock: Clock;
}): Promise<string> {
  const { key, principal, lifetimeSeconds, clock } = options;
  const now = Math.floor(clock.now() / 1000);
  const service = principal.kind === 'service';
  return new SignJWT({ scope: service ? SERVICE_SCOPE : LISTENER_SCOPE })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', ...(key.kid !== undefined && { kid: key.kid }) })
    .setIssuer(LOCAL_ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(service ? SERVICE_SUBJECT : principal.listenerId)
    .setIssuedAt(now)
    .setExpirationTime(now + lifetimeSeconds)
    .sign(await importJWK(key, ALGORITHM));
}

/**
 * Verifies the local issuer's tokens with any of `keys()`, chosen by kid. An unknown kid makes it ask `keys` again
 * (another process may have rotated), at most every 10 s.
 */
export function createLocalVerifier(options: {
  keys: () => Promise<readonly JWK[]>;
  clock: Clock;
}): Verifier {
  const { keys, clock } = options;
  let loaded: { at: number; keySet: ReturnType<typeof createLocalJWKSet> } | undefined;

  async function load() {
    loaded = { at: clock.now(), keySet: createLocalJWKSet({ keys: (await keys()).map(publicPart) }) };
    return loaded.keySet;
  }

  async function check(token: string, keySet: ReturnType<typeof createLocalJWKSet>) {
    return jwtVerify(token, keySet, {
      algorithms: [ALGORITHM],
      issuer: LOCAL_ISSUER,
      audience: AUDIENCE,
      requiredClaims: ['exp', 'sub', 'scope'],
      clockTolerance: CLOCK_SKEW_SECONDS,
      currentDate: new Date(clock.now()),
    });
  }

  async function checkWithReload(token: string) {
    const keySet = loaded?.keySet ?? (await load());
    try {
      return await check(token, keySet);
    } catch (error) {
      const stale = loaded === undefined || clock.now() - loaded.at >= RELOAD_INTERVAL_MS;
      if (!(error instanceof errors.JWKSNoMatchingKey) || !stale) throw error;
      return check(token, await load());
    }
  }

  return {
    issuer: LOCAL_ISSUER,
    async verify(token) {
      try {
        const { payload } = await checkWithReload(token);
        return {
          principal: principalOf(payload.scope, payload.sub),
          expiresAt: (payload.exp ?? 0) * 1000,
        };
      } catch (error) {
        throw refusalOf(error) ?? error;
      }
    },
  };
}

function principalOf(scope: unknown, subject: unknown): Principal {
  const scopes = scopesOf(scope);
  if (scopes.includes(SERVICE_SCOPE)) return { kind: 'service' };
  if (scopes.includes(LISTENER_SCOPE)) return listenerPrincipal(subject);
  throw new Unauthenticated('The token has no scope that is known here.');
}

/** An Ed25519 JWK without its secret: what a verifier is given cannot sign. */
export function publicPart({ kty, crv, x, kid }: JWK): JWK {
  return {
    kty,
    alg: ALGORITHM,
    use: 'sig',
    ...(crv && { crv }),
    ...(x && { x }),
    ...(kid && { kid }),
  } as JWK;
}

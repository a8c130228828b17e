/** From an Authorization header to a principal, verifying each token once in a while and not on every request. */
import { hash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { Unauthenticated } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Principal } from './principal.ts';
import type { Verified, Verifier } from './verifier.ts';

/** A verified token is trusted this long without looking again, and never beyond its own expiry. */
export const CACHE_MS = 300_000;
export const CACHE_ENTRIES = 10_000;

/** Longer than any token that was issued; what is longer is not even hashed. */
const MAX_TOKEN_CHARS = 8_192;

/** `Bearer` of RFC 6750, `Token` of ListenBrainz submission. */
const CREDENTIALS = /^(?:bearer|token) +(\S+) *$/i;

function tokenOf(header: string | undefined): string {
  if (header === undefined)
    throw new Unauthenticated('An Authorization header with a bearer token is needed.');
  if (header.length > MAX_TOKEN_CHARS) throw new Unauthenticated('The token is too long.');
  const token = CREDENTIALS.exec(header)?.[1];
  if (token === undefined)
    throw new Unauthenticated('The Authorization header must be "Bearer <token>" or "Token <token>".');
  return token;
}

/** The issuer a token says it is of: unverified, it only chooses who verifies. */
function claimedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch (error) {
    throw new Unauthenticated('The token is not a JSON Web Token.', { cause: error });
  }
}

/**
 * Creates the function that knows who asks. Verifying costs about 100 µs, so what verified is remembered by its
 * SHA-256 (never the token itself) until it expires or five minutes have passed, at most `maxEntries` of them, the
 * longest unused given up first. Throws Unauthenticated; passes a verifier's TransientError on.
 */
export function createAuthenticator(options: {
  verifiers: readonly Verifier[];
  clock: Clock;
  maxEntries?: number;
}): (authorization: string | undefined) => Promise<Principal> {
  const { clock, maxEntries = CACHE_ENTRIES } = options;
  const verifiers = new Map(options.verifiers.map((verifier) => [verifier.issuer, verifier]));
  const cache = new Map<string, { principal: Principal; until: number }>();

  function remember(key: string, { principal, expiresAt }: Verified): void {
    const now = clock.now();
    const until = Math.min(expiresAt, now + CACHE_MS);
    if (until <= now) return;
    cache.set(key, { principal, until });
    if (cache.size <= maxEntries) return;
    for (const oldest of cache.keys()) {
      cache.delete(oldest);
      break;
    }
  }

  return async (authorization) => {
    const token = tokenOf(authorization);
    const key = hash('sha256', token, 'base64');
    const known = cache.get(key);
    if (known !== undefined) {
      cache.delete(key);
      if (clock.now() < known.until) {
        cache.set(key, known);
        return known.principal;
      }
    }
    const verifier = verifiers.get(claimedIssuer(token) ?? '');
    if (verifier === undefined)
      throw new Unauthenticated('The token is of an issuer that is not accepted here.');
    const verified = await verifier.verify(token);
    remember(key, verified);
    return verified.principal;
  };
}

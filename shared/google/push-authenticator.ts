/** Who pushes: Pub/Sub signs each push in the name of one service account (Pub/Sub: authentication for push). */
import { createRemoteJWKSet, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { CLOCK_SKEW_SECONDS, refusalOf } from '../auth/verifier.ts';
import { Forbidden, messageOf, TransientError, Unauthenticated } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';

export interface PushAuthenticatorOptions {
  /** The subscription's audience. */
  readonly audience: string;
  /** The service account that the subscription names. */
  readonly account: string;
  readonly clock: Clock;
  /** Google's keys where absent. */
  readonly keys?: JWTVerifyGetKey;
}

const GOOGLE_KEYS = 'https://www.googleapis.com/oauth2/v3/certs';
const ISSUERS = ['https://accounts.google.com', 'accounts.google.com'];
const TIMEOUT_MS = 5_000;

/**
 * Throws Unauthenticated for a token that is none of Google's for this audience, Forbidden for another account's, and
 * TransientError where Google's keys cannot be had: the push comes again.
 */
export type AuthenticatePush = (authorization: string | undefined) => Promise<void>;

/** Keys are fetched at the first push and kept; jose looks for new ones when a token names one it does not know. */
export function createPushAuthenticator(options: PushAuthenticatorOptions): AuthenticatePush {
  const { audience, account, clock } = options;
  let keys = options.keys;
  return async (authorization) => {
    const [, token] = /^Bearer (\S+)$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) throw new Unauthenticated('A push carries a token of the account that pushes.');
    keys ??= createRemoteJWKSet(new URL(GOOGLE_KEYS), { timeoutDuration: TIMEOUT_MS });
    const { email, email_verified: verified } = await claimsOf(token, keys, audience, clock);
    if (email !== account || verified !== true)
      throw new Forbidden('The push is signed in the name of another account.');
  };
}

async function claimsOf(token: string, keys: JWTVerifyGetKey, audience: string, clock: Clock) {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: ISSUERS,
      audience,
      algorithms: ['RS256', 'ES256'],
      requiredClaims: ['exp', 'email'],
      clockTolerance: CLOCK_SKEW_SECONDS,
      currentDate: new Date(clock.now()),
    });
    return payload;
  } catch (cause) {
    const refusal = refusalOf(cause);
    if (refusal !== undefined) throw refusal;
    throw new TransientError(`The keys of ${ISSUERS[0]} could not be had: ${messageOf(cause)}`, { cause });
  }
}

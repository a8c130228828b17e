/** What every kind of token verifier has in common. */
import { errors } from 'jose';
import { Unauthenticated } from '../errors.ts';
import type { Principal } from './principal.ts';

/** Clocks of issuers and ours may differ by this much. */
export const CLOCK_SKEW_SECONDS = 30;

export interface Verified {
  readonly principal: Principal;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Verifies the tokens of one issuer. */
export interface Verifier {
  /** The `iss` claim of the tokens it is for. */
  readonly issuer: string;
  /** Throws Unauthenticated for a token that is no good, TransientError when that cannot be told just now. */
  verify(token: string): Promise<Verified>;
}

const ID = /^[\x20-\x7e]{1,128}$/;

/** The listener principal of an id from a claim. Throws Unauthenticated for an id that cannot be one. */
export function listenerPrincipal(id: unknown): Principal {
  if (typeof id !== 'string' || !ID.test(id))
    throw new Unauthenticated('The token names no listener id of 1 to 128 bytes of printable ASCII.');
  return { kind: 'listener', listenerId: id };
}

/** The scopes of a claim: a space-separated string (RFC 8693 §4.2) or an array of strings. */
export function scopesOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim.filter((value) => typeof value === 'string') : [];
}

/**
 * Unauthenticated with a sentence that says which rule the token broke and nothing of the token; undefined for
 * errors that are not the token's fault.
 */
export function refusalOf(error: unknown): Unauthenticated | undefined {
  if (error instanceof Unauthenticated) return error;
  if (error instanceof errors.JWTExpired)
    return new Unauthenticated('The token has expired.', { cause: error });
  if (error instanceof errors.JWTClaimValidationFailed)
    return new Unauthenticated(`The token's claim ${error.claim} is missing or not accepted here.`, {
      cause: error,
    });
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return undefined;
  if (error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC')
    return new Unauthenticated('The token is not one that is accepted here.', { cause: error });
  return undefined;
}

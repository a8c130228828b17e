/** Tokens of any OpenID Connect issuer, by configuration: keys are found through its discovery document. */
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import { messageOf, PermanentError, TransientError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { type Principal, SERVICE_SCOPE } from './principal.ts';
import { CLOCK_SKEW_SECONDS, listenerPrincipal, refusalOf, scopesOf, type Verifier } from './verifier.ts';

export interface OidcOptions {
  /** The issuer's URL, exactly as its tokens' `iss` has it. https, or http on loopback. */
  readonly issuer: string;
  /** What the tokens' `aud` must name. */
  readonly audience: string;
  /** The claim that names the listener; `sub` when absent. */
  readonly listenerClaim?: string;
  /** The claim and the value in it that mark a service; `scope` and `segue.service` when absent. */
  readonly serviceClaim?: string;
  readonly serviceValue?: string;
  readonly clock: Clock;
}

/** Signatures only a holder of a private key can make: no `none`, and no HMAC with a public key as its secret. */
const ALGORITHMS = [
  'EdDSA',
  'Ed25519',
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
];

const TIMEOUT_MS = 5_000;
const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

function isSafe(url: URL): boolean {
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopback);
}

/** Throws PermanentError where the address is no https URL (or http on loopback): keys decide who is who. */
function safeUrl(name: string, text: string): URL {
  const url = URL.parse(text);
  if (url === null || !isSafe(url))
    throw new PermanentError(`${name} ${text} must be an https URL, or http on loopback.`);
  return url;
}

/** OpenID Connect Discovery 1.0 §4: the document, which must name the very issuer. */
async function discoverKeys(issuer: string): Promise<ReturnType<typeof createRemoteJWKSet>> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
  if (!response.ok) throw new TransientError(`${address} answered ${response.status}.`);
  const document = Discovery.parse(await response.json());
  if (document.issuer !== issuer)
    throw new PermanentError(`${address} is of the issuer ${document.issuer}, not of ${issuer}.`);
  return createRemoteJWKSet(safeUrl('jwks_uri', document.jwks_uri), { timeoutDuration: TIMEOUT_MS });
}

/**
 * A verifier of the issuer's tokens. Discovery happens at the first token and is kept once it succeeded. Throws
 * PermanentError for an issuer that is no safe URL.
 */
export function createOidcVerifier(options: OidcOptions): Verifier {
  const { issuer, audience, clock } = options;
  safeUrl('The issuer', issuer);
  let keys: ReturnType<typeof discoverKeys> | undefined;

  function principalOf(payload: JWTPayload): Principal {
    const marks = scopesOf(payload[options.serviceClaim ?? 'scope']);
    if (marks.includes(options.serviceValue ?? SERVICE_SCOPE)) return { kind: 'service' };
    return listenerPrincipal(payload[options.listenerClaim ?? 'sub']);
  }

  return {
    issuer,
    async verify(token) {
      keys ??= discoverKeys(issuer);
      const discovered = keys;
      try {
        const { payload } = await jwtVerify(token, await discovered, {
          algorithms: ALGORITHMS,
          issuer,
          audience,
          requiredClaims: ['exp'],
          clockTolerance: CLOCK_SKEW_SECONDS,
          currentDate: new Date(clock.now()),
        });
        return { principal: principalOf(payload), expiresAt: (payload.exp ?? 0) * 1000 };
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal !== undefined) throw refusal;
        // Only a discovery that failed is forgotten; jose refreshes the keys behind one that succeeded.
        await discovered.catch(() => {
          if (keys === discovered) keys = undefined;
        });
        throw new TransientError(`The keys of ${issuer} could not be had: ${messageOf(error)}`, {
          cause: error,
        });
      }
    },
  };
}

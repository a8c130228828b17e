/** Who asks, and what they may touch. */
import { Forbidden, InvalidInput } from '../errors.ts';

export type Principal =
  | { readonly kind: 'service' }
  | { readonly kind: 'listener'; readonly listenerId: string };

export const SERVICE_SCOPE = 'segue.service';
export const LISTENER_SCOPE = 'segue.listener';

/** True for a service, and for the very listener. */
export function mayActFor(principal: Principal, listenerId: string): boolean {
  return principal.kind === 'service' || principal.listenerId === listenerId;
}

/** Throws Forbidden unless the principal is a service or that very listener. */
export function requireListener(principal: Principal, listenerId: string): void {
  if (!mayActFor(principal, listenerId)) throw new Forbidden('This token is for another listener.');
}

/** Throws Forbidden unless the principal is a service. */
export function requireService(principal: Principal): void {
  if (principal.kind !== 'service') throw new Forbidden('This needs a service token.');
}

/**
 * The listener a request is for: the token's own, or the one a service names. Throws Forbidden where a listener's token
 * names another, InvalidInput where a service names none.
 */
export function actedFor(principal: Principal, named: string | undefined): string {
  if (principal.kind === 'listener') {
    requireListener(principal, named ?? principal.listenerId);
    return principal.listenerId;
  }
  if (named === undefined)
    throw new InvalidInput([{ pointer: '/listenerId', detail: 'is needed with a service token' }]);
  return named;
}

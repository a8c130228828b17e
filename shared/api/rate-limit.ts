/** How often one principal may ask: a fixed window of a minute in this process's memory. */
import type { MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Principal } from '../auth/principal.ts';
import { RateLimited } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { ApiEnv } from './app.ts';

/** Requests per minute; each instance counts its own. */
export interface RateLimits {
  readonly listener: number;
  readonly service: number;
}

export const DEFAULT_RATE_LIMITS: RateLimits = { listener: 600, service: 600_000 };

const WINDOW_SECONDS = 60;

const keyOf = (principal: Principal): string =>
  principal.kind === 'service' ? 'service' : `listener:${principal.listenerId}`;

/**
 * Middleware, after `authenticated`: counts the request against its principal, names limit and rest in the
 * X-RateLimit headers ListenBrainz clients read, and throws RateLimited beyond the limit.
 */
export function rateLimited(limits: RateLimits, clock: Clock): MiddlewareHandler<ApiEnv> {
  const limiters = {
    listener: new RateLimiterMemory({ points: limits.listener, duration: WINDOW_SECONDS }),
    service: new RateLimiterMemory({ points: limits.service, duration: WINDOW_SECONDS }),
  };
  return createMiddleware<ApiEnv>(async (c, next) => {
    const principal = c.get('principal');
    const taken = await limiters[principal.kind].consume(keyOf(principal)).catch((refusal: unknown) => {
      if (refusal instanceof RateLimiterRes) return refusal;
      throw refusal;
    });
    const limit = limits[principal.kind];
    const seconds = Math.max(1, Math.ceil(taken.msBeforeNext / 1000));
    c.header('x-ratelimit-limit', String(limit));
    c.header('x-ratelimit-remaining', String(Math.max(0, taken.remainingPoints)));
    c.header('x-ratelimit-reset-in', String(seconds));
    c.header('x-ratelimit-reset', String(Math.ceil(clock.now() / 1000) + seconds));
    if (taken.consumedPoints > limit) throw new RateLimited(seconds);
    await next();
  });
}
